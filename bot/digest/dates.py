"""When a pause ends: calendar arithmetic on the channel's own dates (pure)."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from bot.digest.commands import PauseFor, PauseUntil
from bot.digest.notices import day_words
from bot.digest.pause_words import MAX_PAUSE_DAYS
from bot.digest.typed import Wrong

_MONTHS_PER_YEAR = 12
_WEEK = 7


def pause_end(pause: PauseFor | PauseUntil, today: date) -> date | Wrong:
    """
    Return the first local date that has a digest again.

    Args:
        pause: As typed. "2 weeks" counts from today on, today included; a date or weekday without
            a year is the next one after today.
        today: The channel's local date.
    """
    end = _after(pause, today) if isinstance(pause, PauseFor) else _until(pause, today)
    if isinstance(end, Wrong):
        return end
    if end <= today:
        return Wrong(f"{day_words(end)} {end.year} is not ahead; name a day after today.")
    if (end - today).days > MAX_PAUSE_DAYS:
        return Wrong("A pause can last a year at most; `/digest off` switches the digest off.")
    return end


def _after(pause: PauseFor, today: date) -> date:
    month_index = today.month - 1 + pause.months
    year, month = today.year + month_index // _MONTHS_PER_YEAR, month_index % _MONTHS_PER_YEAR + 1
    # A month after 31 January is the last day of February.
    day = min(today.day, calendar.monthrange(year, month)[1])
    return date(year, month, day) + timedelta(days=pause.days)


def _until(pause: PauseUntil, today: date) -> date | Wrong:
    if pause.weekday is not None:
        ahead = (pause.weekday - today.isoweekday() - 1) % _WEEK + 1
        return today + timedelta(days=ahead)
    years = [pause.year] if pause.year is not None else [today.year, today.year + 1]
    for year in years:
        try:
            end = date(year, pause.month, pause.day)
        except ValueError:  # 29 February in another year
            continue
        if end > today or pause.year is not None:
            return end
    return Wrong("There is no such day within a year; name another one.")
