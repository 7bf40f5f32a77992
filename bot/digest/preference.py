"""What a channel (or a person, by direct message) wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import IntEnum, StrEnum

from bot.digest.languages import LANGUAGE_CODES
from bot.digest.zones import UnknownZone, zone
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


def validate(preference: Preference) -> list[tuple[str, str]]:
    """
    Return what is wrong with a preference as (field, sentence for people), [] when nothing is.

    All fields are checked, so that everything can be put right at once.
    """
    checks = (
        (
            "at",
            _is_whole_minute(preference.at),
            "The time has to be a whole minute, such as 09:00.",
        ),
        ("zone", _is_zone(preference.zone), "The time zone has to be a place like Europe/Berlin."),
        ("days", bool(preference.days), "Choose at least one day."),
        ("topics", bool(preference.topics), "Choose at least one topic."),
        (
            "stories",
            1 <= preference.stories <= MAX_STORIES,
            f"The number of stories has to be 1 to {MAX_STORIES}.",
        ),
        (
            "language",
            preference.language in LANGUAGE_CODES,
            "The language has to be a two-letter code, such as en or de.",
        ),
        (
            "muted_outlets",
            all(_DOMAIN.fullmatch(outlet) for outlet in preference.muted_outlets),
            "A muted outlet has to be a domain, such as example.org.",
        ),
    )
    return [(field, sentence) for field, good, sentence in checks if not good]


# A registrable domain as the feeds' outlets are stored: lower case, dots between labels.
_DOMAIN = re.compile(r"(?=.{1,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_][\w-]{0,62}")


def _is_whole_minute(at: time) -> bool:
    return at.second == 0 and at.microsecond == 0 and at.tzinfo is None


def _is_zone(name: str) -> bool:
    try:
        zone(name)
    except UnknownZone:
        return False
    return True
