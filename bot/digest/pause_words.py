"""The words after `/digest pause`: "2 weeks", "until 3 March", "until Monday" (pure)."""

from __future__ import annotations

import calendar
import re
from datetime import date

from bot.digest.commands import PauseFor, PauseUntil
from bot.digest.preference import Weekday
from bot.digest.typed import Wrong, shown

MAX_PAUSE_DAYS = 366
_MAX_PAUSE_MONTHS = 12
_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_name) if name}
_DAYS = {name.casefold(): Weekday(number) for number, name in enumerate(calendar.day_name, 1)}
_MIN_NAME_CHARS = 3
_NUMBERS = {
    name: number
    for number, name in enumerate(
        ("a", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
} | {"a": 1, "an": 1}
_SPAN = re.compile(
    r"(?:for\s+)?(?:the\s+)?(?:next\s+)?(\d{1,4}\s*|[a-z]+\s+)?(day|week|month|year)s?"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?([a-z]+)\.?(?:\s+(\d{4}))?")
_MONTH_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?:\s+(\d{4}))?")
_FIGURES_ONLY = re.compile(r"\d{1,2}[./-]\d{1,2}(?:[./-]\d{2,4})?\.?")
# 2024 had a 29 February, so that a day without a year is not refused before its year is known.
_LEAP_YEAR = 2024


def parse_pause(typed: str) -> PauseFor | PauseUntil | Wrong:
    """Return how long to pause; the dates are worked out where the channel's today is known."""
    text = typed.casefold().strip(" .!").replace(",", " ")
    text = " ".join(text.split())
    if span := _SPAN.fullmatch(text):
        return _span(span[1], span[2], typed)
    if text in {"today", "for today", "until tomorrow", "till tomorrow"}:
        return PauseFor(days=1)
    until = re.sub(r"^(?:until|till|til|through|to)\s+(?:the\s+)?", "", text)
    if not until or until == "until":
        return Wrong("Say how long: `/digest pause 2 weeks` or `/digest pause until 3 March`.")
    if until == "next week":
        return PauseUntil(weekday=Weekday.MON)
    weekday = _by_name(until.removeprefix("next ").removeprefix("on "), _DAYS)
    return PauseUntil(weekday=Weekday(weekday)) if weekday else _date(until, typed)


def _span(number: str | None, unit: str, typed: str) -> PauseFor | Wrong:
    count = 1 if number is None else _count(number.strip())
    if not count:
        return _not_understood(typed)
    days, months = {
        "day": (count, 0),
        "week": (count * 7, 0),
        "month": (0, count),
        "year": (0, count * 12),
    }[unit]
    if days > MAX_PAUSE_DAYS or months > _MAX_PAUSE_MONTHS:
        return Wrong("A pause can last a year at most; `/digest off` switches the digest off.")
    return PauseFor(days=days, months=months)


def _count(number: str) -> int:
    return int(number) if number.isdigit() else _NUMBERS.get(number, 0)


def _date(until: str, typed: str) -> PauseUntil | Wrong:
    if _FIGURES_ONLY.fullmatch(until):
        return Wrong(
            f"“{shown(typed)}” can be two dates; write the month's name, such as 3 March, "
            "or 2027-03-03."
        )
    if iso := _ISO.fullmatch(until):
        return _made(int(iso[1]), int(iso[2]), int(iso[3]), typed)
    if found := _DAY_MONTH.fullmatch(until):
        day, name, year = found.groups()
    elif found := _MONTH_DAY.fullmatch(until):
        name, day, year = found.groups()
    else:
        return _not_understood(typed)
    return _made(int(year) if year else None, _by_name(name, _MONTHS), int(day), typed)


def _made(year: int | None, month: int, day: int, typed: str) -> PauseUntil | Wrong:
    try:
        date(year or _LEAP_YEAR, month, day)
    except ValueError:
        return Wrong(f"“{shown(typed)}” names no day of the calendar; write it like 3 March.")
    return PauseUntil(year=year, month=month, day=day)


def _by_name(word: str, names: dict[str, int] | dict[str, Weekday]) -> int:
    """Return the number of a name or its beginning, 0 when it is none."""
    if len(word) < _MIN_NAME_CHARS:
        return 0
    return next((int(number) for name, number in names.items() if name.startswith(word)), 0)


def _not_understood(typed: str) -> Wrong:
    return Wrong(
        f"I do not understand “{shown(typed)}” as a time to pause; write `/digest pause 2 weeks` "
        "or `/digest pause until 3 March`."
    )
