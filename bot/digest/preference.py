"""What a channel (or a person, by direct message) wants."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import IntEnum, StrEnum

from bot.digest.languages import LANGUAGE_CODES
from bot.digest.zones import UnknownZone, zone
from bot.explain.explanation import Level
from bot.news.scope import Scope
from bot.news.topic import ALL_TOPICS, Topic

MAX_STORIES = 8
MIN_TOPIC_WEIGHT = 0.25
MAX_TOPIC_WEIGHT = 2.0


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
        topic_weights: What feedback made of topics, MIN_TOPIC_WEIGHT to MAX_TOPIC_WEIGHT: a factor
            on how much a story's topic counts. Topics that are not named count 1.
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
    topic_weights: tuple[tuple[Topic, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """
    A Slack conversation that has, or had, a digest.

    Attributes:
        name: Without "#"; for people only, never used as a key.
        set_up_by: Slack user id of who last switched it on, or "" (by command line).
        next_due_at: Aware UTC instant of the next digest; None when off.
        switched_on_at: When the current schedule began; no digest is due before it.
        greeted: The bot has said hello there; it does so once.
        is_dm: A person's own digest: `channel_id` is their direct-message channel with the bot.
        state_reason: Why deliveries stopped without anybody switching them off (see
            `bot/digest/lifecycle.py`), or "".
        post_to_general_confirmed: Somebody said twice that the digest belongs into #general.
        is_set_up: Somebody decided here whether the digest comes, or chose its time zone: what is
            stored is their wish, and not what holds before anybody was asked.
        zone_told: The time zone that is no place and of which people were told; with an instant
            behind it while they are being told (`bot/digest/zone_notice.py`).
        version: Of the stored row, which grows with every write of it; `ChannelStore.save_if`
            compares it. Two values that differ in nothing else are equal.
    """

    workspace_id: str
    channel_id: str
    name: str
    preference: Preference
    set_up_by: str = ""
    next_due_at: datetime | None = None
    switched_on_at: datetime | None = None
    greeted: bool = False
    is_dm: bool = False
    state_reason: str = ""
    post_to_general_confirmed: bool = False
    is_set_up: bool = False
    zone_told: str = ""
    version: int = field(default=0, compare=False)

    @property
    def key(self) -> tuple[str, str]:
        return (self.workspace_id, self.channel_id)

    @property
    def scope(self) -> Scope:
        """Return what decides which stories are seen here."""
        return Scope(self.workspace_id, self.channel_id)


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
        (
            "topic_weights",
            all(MIN_TOPIC_WEIGHT <= w <= MAX_TOPIC_WEIGHT for _, w in preference.topic_weights),
            f"A topic's weight has to be {MIN_TOPIC_WEIGHT} to {MAX_TOPIC_WEIGHT}.",
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
