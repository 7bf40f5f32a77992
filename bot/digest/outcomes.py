"""What a change of settings comes to (values); sentences are plain text for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.digest.commands import SettingCommand
from bot.digest.preference import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The channel as stored, and what to tell the asker, most important first."""

    channel: Channel
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsZone:
    """The person's time zone is not known: ask, and carry the command out again with the answer."""

    sentence: str
    command: SettingCommand


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsConfirmation:
    """Ask "really?", and carry the same out again with `Asker.confirmed`."""

    sentence: str
    command: SettingCommand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing changed, and why."""

    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldErrors:
    """Nothing changed: sentences by the name of the form's field (the block id of the view)."""

    errors: Mapping[str, str]


Outcome = Changed | NeedsZone | NeedsConfirmation | Refused | FieldErrors
