"""What `/digest` and its buttons can ask for (values)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import time

from bot.digest.preference import ThreadReplies, Weekday
from bot.explain.explanation import Level
from bot.news.topic import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """New values for fields of the preference, under their names; None leaves a field as it is."""

    at: time | None = None
    zone: str | None = None
    days: frozenset[Weekday] | None = None
    topics: frozenset[Topic] | None = None
    level: Level | None = None
    stories: int | None = None
    language: str | None = None
    thread_replies: ThreadReplies | None = None
    weekly_recap: bool | None = None

    def values(self) -> dict[str, object]:
        """Return the fields that are to change."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in pairs if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchOn:
    """Switch the digest on, with what was said along."""

    change: Change = Change()


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchOff:
    """Switch the digest off; the settings stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """Leave a source out; `name` is a domain, an address, or the name that people see."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmute:
    """Let a source in again."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseFor:
    """Pause from today on for some days and calendar months (one of them is 0)."""

    days: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseUntil:
    """
    Pause until a day, which has its digest again.

    Attributes:
        month, day, year: A date; without a year the next such date. Or:
        weekday: The next such day after today.
    """

    month: int = 0
    day: int = 0
    year: int | None = None
    weekday: Weekday | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """End a pause now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSettings:
    """Open the settings view."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """Post today's digest now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Show the digest as it would be, to the asker alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTopics:
    """Show the topics with how many stories each had last week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddFeed:
    """Add a feed to this conversation, or for the whole workspace."""

    url: str
    everywhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveFeed:
    """Remove an own feed."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFeed:
    """Let a feed of this conversation serve the whole workspace."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnshareFeed:
    """Let a feed of the whole workspace serve this conversation alone."""

    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFeeds:
    """List the own feeds that serve this conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Say how the channel's digest stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Say what can be typed."""


SettingCommand = Change | SwitchOn | SwitchOff | Mute | Unmute | PauseFor | PauseUntil | Resume
"""What `change_settings` carries out."""

Command = (
    SettingCommand
    | OpenSettings
    | Now
    | Preview
    | ShowTopics
    | AddFeed
    | RemoveFeed
    | ShareFeed
    | UnshareFeed
    | ShowFeeds
    | Status
    | Help
)
