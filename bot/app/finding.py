"""What a check of `plainwire doctor` found, in words for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.errors import PlainwireError

State = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One thing that was looked at.

    Attributes:
        area: "settings", "database", "slack", "model" or "feeds".
        next_step: What to do, "" when all is well.
    """

    area: str
    state: State
    what: str
    next_step: str = ""


def failed(area: str, error: PlainwireError) -> Finding:
    """Return the finding that an error of ours means."""
    return Finding(area=area, state="failed", what=error.what, next_step=error.next_step)


def counted(number: int, one: str, several: str = "") -> str:
    """Return a number with its noun, such as "1 feed" and "2 feeds"."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"
