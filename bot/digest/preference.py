"""What a channel (or a person, by direct message) wants."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum, StrEnum

from bot.explain.explanation import Level
from bot.news.topic import ALL_TOPICS, Topic

MAX_STORIES = 8


class Weekday(IntEnum):
    """ISO weekday numbers, as `date.isoweekday()` gives them."""

    MON = 1
    TUE = 2
    WED = 3
    THU = 4
    FRI = 5
    SAT = 6
    SUN = 7


WORKDAYS = frozenset(
    {Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI},
)
EVERY_DAY = frozenset(Weekday)


class ThreadReplies(StrEnum):
    """Which messages in a digest's thread the bot answers."""

    EVERY_MESSAGE = "every-message"
    QUESTIONS_AND_MENTIONS = "questions-and-mentions"
    MENTIONS_ONLY = "mentions-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """
    What a channel wants.

    Attributes:
        at: Local wall-clock time, whole minutes; zone: IANA name such as "Europe/Berlin".
        stories: 1 to 8.
        language: Two-letter code.
        muted_outlets: Registrable domains that never appear.
        paused_until: No digest on local dates before this one.
    """

    on: bool = False
    at: time = time(9, 0)
    zone: str = "UTC"
    days: frozenset[Weekday] = WORKDAYS
    topics: frozenset[Topic] = ALL_TOPICS
    level: Level = Level.NEWCOMER
    stories: int = 5
    language: str = "en"
    muted_outlets: frozenset[str] = frozenset()
    thread_replies: ThreadReplies = ThreadReplies.QUESTIONS_AND_MENTIONS
    weekly_recap: bool = False
    paused_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """
    A Slack conversation that has, or had, a digest.

    Attributes:
        name: Without "#"; for people only, never used as a key.
        set_up_by: Slack user id of who last switched it on, or "" (by command line).
        next_due_at: Aware UTC instant of the next digest; None when off.
        switched_on_at: When the current schedule began; no digest is due before it.
    """

    workspace_id: str
    channel_id: str
    name: str
    preference: Preference
    set_up_by: str = ""
    next_due_at: datetime | None = None
    switched_on_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        return (self.workspace_id, self.channel_id)
