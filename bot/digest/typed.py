"""
What people type for a preference, made into values (pure).

Every parser returns the value, or a `Wrong` with one sentence that says what is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time

from bot.digest.languages import LANGUAGE_CODES, LANGUAGE_NAMES
from bot.digest.preference import EVERY_DAY, MAX_STORIES, WORKDAYS, Weekday
from bot.digest.zone_places import NoPlace, no_place
from bot.digest.zones import find_zones, similar_zones
from bot.explain.explanation import Level
from bot.news.topic import ALL_TOPICS, Topic

_MAX_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Wrong:
    """What was typed is not usable; `sentence` says why and what is."""

    sentence: str


def parse_time(typed: str) -> time | Wrong:
    """Return a whole minute of the day: "9", "9:00", "09.30", "0930", "9am", "9:30 pm"."""
    found = _TIME.fullmatch(typed.strip().casefold())
    if found is None:
        return _no_time(typed)
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    if half := found["half"]:
        if not 1 <= hour <= _NOON:
            return _no_time(typed)
        hour = hour % _NOON + (_NOON if half == "p" else 0)
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        return _no_time(typed)
    return time(hour, minute)


def parse_zone(typed: str) -> str | Wrong:
    """
    Return an IANA name: exact in any case, or a place that exists once ("Berlin").

    Offsets and abbreviations are refused with the places that may be meant; UTC and GMT are taken.
    """
    if (unclear := no_place(typed)) is not None:
        return Wrong(_no_place(typed, unclear))
    found = find_zones(typed)
    if len(found) == 1:
        return found[0]
    if found:
        return Wrong(f"“{shown(typed)}” can be {_either(found)}; name one of them.")
    return Wrong(f"No time zone is called “{shown(typed)}”; {_hint(similar_zones(typed))}")


def parse_days(typed: str) -> frozenset[Weekday] | Wrong:
    """Return days: "mon-fri", "fri-mon", "weekdays", "weekend", "daily", "mon, wed and fri"."""
    spaced = re.sub(r" ?(?:-|–|\bto\b) ?", "-", " ".join(typed.casefold().split()))
    words = [word for word in re.split(r"[,;\s]+|\band\b", spaced) if word]
    if " ".join(words) in _DAY_GROUPS:
        return _DAY_GROUPS[" ".join(words)]
    days: set[Weekday] = set()
    for word in words:
        found = _days_of(word)
        if found is None:
            return Wrong(
                f"“{shown(word)}” is no day; write days such as mon-fri, mon,wed or daily."
            )
        days |= found
    return frozenset(days) or Wrong(
        "No day is named; write days such as mon-fri, mon,wed or daily."
    )


def parse_topics(typed: str) -> frozenset[Topic] | Wrong:
    """
    Return topics by slug, label or unique beginning; "all"; "-hr" leaves one out.

    General comes along unless it is left out by name ("-general"): it concerns everybody.
    """
    wanted: set[Topic] = set()
    unwanted: set[Topic] = set()
    for piece in _pieces(typed):
        minus = piece[0] in "-–−"
        found = _topics_of(piece.lstrip("-–− "))
        if isinstance(found, Wrong):
            return found
        (unwanted if minus else wanted).update(found)
    if not wanted and not unwanted:
        return Wrong(f"No topic is named; the topics are {_topic_list()}.")
    chosen = ((wanted | {Topic.GENERAL}) if wanted else set(ALL_TOPICS)) - unwanted
    return frozenset(chosen) or Wrong("That leaves no topic; keep at least one.")


def parse_level(typed: str) -> Level | Wrong:
    """Return a level by name or its beginning."""
    word = typed.strip().casefold()
    for level in Level:
        if word and level.value.startswith(word):
            return level
    return Wrong(f"“{shown(typed)}” is no level; choose newcomer, practitioner or expert.")


def parse_stories(typed: str) -> int | Wrong:
    """Return a number of stories, 1 to 8."""
    word = typed.strip()
    if _ONE_DIGIT.fullmatch(word) and 1 <= int(word) <= MAX_STORIES:
        return int(word)
    return Wrong(f"“{shown(typed)}” is no number of stories; choose 1 to {MAX_STORIES}.")


def parse_language(typed: str) -> str | Wrong:
    """Return a two-letter code (ISO 639-1), from a code ("de", "de-AT") or a common English name."""
    word = typed.strip().casefold()
    code = LANGUAGE_NAMES.get(word) or re.split(r"[-_]", word)[0]
    if code in LANGUAGE_CODES:
        return code
    return Wrong(f"“{shown(typed)}” is no language code; use two letters, such as en, de or fr.")


_NOON = 12
_LONGEST_SHORT = 9
_LAST_HOUR = 23
_LAST_MINUTE = 59
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.h]?(?P<minute>[0-9]{2}))?\s*(?:(?P<half>[ap])\.?m\.?)?"
)
_ONE_DIGIT = re.compile(r"[0-9]")
_DAY_GROUPS = {
    "daily": EVERY_DAY,
    "every day": EVERY_DAY,
    "everyday": EVERY_DAY,
    "all": EVERY_DAY,
    "weekdays": WORKDAYS,
    "workdays": WORKDAYS,
    "working days": WORKDAYS,
    "weekend": EVERY_DAY - WORKDAYS,
    "weekends": EVERY_DAY - WORKDAYS,
}
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MIN_DAY_CHARS = 2


def _no_time(typed: str) -> Wrong:
    return Wrong(f"“{shown(typed)}” is no time of day; write it as 9:00, 09.30, 17:45 or 9am.")


def _days_of(word: str) -> frozenset[Weekday] | None:
    if word in _DAY_GROUPS:
        return _DAY_GROUPS[word]
    first, dash, last = word.partition("-")
    start, end = _day(first), _day(last or first)
    if start is None or end is None or (dash and not last):
        return None
    length = (end - start) % 7 + 1
    return frozenset(Weekday((start - 1 + step) % 7 + 1) for step in range(length))


def _day(word: str) -> Weekday | None:
    word = word.rstrip(".")
    for number, name in enumerate(_DAY_NAMES, start=1):
        if len(word) >= _MIN_DAY_CHARS and (name.startswith(word) or word == f"{name}s"):
            return Weekday(number)
    return None


def _pieces(typed: str) -> Iterator[str]:
    """Yield topics as typed: by commas, and by blanks where the whole is no topic."""
    for part in re.split(r"[,;\n]", typed):
        piece = part.strip()
        if not piece.strip("-–− "):
            continue
        if isinstance(_topics_of(piece.lstrip("-–− ")), Wrong):
            yield from (word for word in re.split(r"\s+(?:and\s+)?", piece) if word.strip("-–−"))
        else:
            yield piece


def _topics_of(piece: str) -> frozenset[Topic] | Wrong:
    wanted = _plain(piece)
    if wanted == "all":
        return ALL_TOPICS
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: name.startswith(wanted),
        lambda name: f"-{wanted}" in f"-{name}",
    )
    for test in tests:
        found = [topic for topic, names in _TOPIC_NAMES.items() if any(map(test, names))]
        if len(found) == 1:
            return frozenset(found)
        if found:
            return Wrong(
                f"“{shown(piece)}” can be {_either([topic.value for topic in found])}; "
                "name one of them."
            )
    return Wrong(f"“{shown(piece)}” is no topic; the topics are {_topic_list()}.")


def _plain(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.casefold())) or "?"


_TOPIC_NAMES = {topic: (_plain(topic.value), _plain(topic.label)) for topic in Topic}


def _topic_list() -> str:
    return ", ".join(topic.value for topic in Topic)


def _either(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(names[:-1]) + " or " + names[-1]


def _no_place(typed: str, unclear: NoPlace) -> str:
    why = {
        "offset": "is an offset, which is wrong after the next clock change",
        "abbreviation": "is an abbreviation, and no place",
    }[unclear.kind]
    choose = (
        f"choose a place: {_either(unclear.places)}."
        if len(unclear.places) > 1
        else f"choose a place, such as {unclear.places[0] if unclear.places else 'Europe/Berlin'}."
    )
    return f"“{_in_capitals(shown(typed))}” {why}; {choose}"


def _in_capitals(name: str) -> str:
    """Return an offset or abbreviation as it is usually written, however it was typed."""
    first, slash, last = name.rpartition("/")
    return f"{first.capitalize()}{slash}{last.upper()}" if len(last) <= _LONGEST_SHORT else name


def _hint(names: tuple[str, ...]) -> str:
    if not names:
        return "name a place, such as Europe/Berlin or America/New_York."
    return f"did you mean {names[0] if len(names) == 1 else _either(names)}?"


def shown(typed: str) -> str:
    """Return what was typed, on one line and short enough for a sentence."""
    return " ".join("".join(c if c.isprintable() else " " for c in typed).split())[:_MAX_SHOWN]
