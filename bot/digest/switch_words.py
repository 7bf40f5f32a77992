"""The words after `/digest on`: a time, a time zone and days, in any order (pure)."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.digest.commands import Change
from bot.digest.typed import Wrong, parse_days, parse_time, parse_zone, shown
from bot.digest.zone_places import no_place
from bot.digest.zones import find_zones

_FILLERS = frozenset(
    {"at", "every", "each", "on", "in", "the", "time", "o'clock", "oclock", "please", "for", "zone",
     "timezone", "local", "and", "a", "per", "uhr"}
)  # fmt: skip
_HALVES = frozenset({"am", "pm", "a.m.", "p.m.", "a.m", "p.m"})
# "Port of Spain" has three words, "Dumont d'Urville" two.
_MAX_ZONE_WORDS = 3
_DAY_WORDS = {"day": "daily", "weekday": "weekdays", "workday": "workdays"}


def parse_schedule(typed: str) -> Change | Wrong:
    """Return the time, zone and days that were named; an empty change when nothing was."""
    spaced = re.sub(r"(?<=[a-z])\s+(?:-|–|—|to|till|through)\s+(?=[a-z])", "-", typed.casefold())
    # "09:00+02:00", "9am-5" and "9:00Z": a time with its offset.
    spaced = re.sub(r"(?<![\w/+-])(\d{1,2}(?::\d{2}|[ap]m))([+\u2212-]\d|z\b)", r"\1 \2", spaced)
    words = [word for word in re.split(r"[,;\s()]+", spaced) if word]
    return _read(words, _Found())


class _Found:
    """What was understood so far."""

    def __init__(self) -> None:
        self.change = Change()

    def add(self, **value: object) -> Wrong | None:
        """Take a value in; a second time or zone is one too many, days add up."""
        ((name, new),) = value.items()
        old = getattr(self.change, name)
        if name == "days" and old is not None:
            new = old | new
        elif old is not None:
            what = "times" if name == "at" else "time zones"
            return Wrong(f"Two {what} are named; a digest comes once a day, so name one.")
        # mypy cannot check the field's name; the three callers below name it.
        self.change = replace(self.change, **{name: new})  # type: ignore[arg-type]  # names unknown to mypy
        return None


def _read(words: list[str], found: _Found) -> Change | Wrong:
    at = 0
    while at < len(words):
        # No name or time has more words.
        near = words[at : at + _MAX_ZONE_WORDS]
        taken = _take_time(near, found) or _take_days(near, found) or _take_zone(near, found)
        if isinstance(taken, Wrong):
            return taken
        if taken == 0:
            if words[at] not in _FILLERS:
                return _unknown(words[at:])
            taken = 1
        at += taken
    return found.change


def _take_time(words: list[str], found: _Found) -> int | Wrong:
    """Return how many words were a time (0: none), or what is wrong with it."""
    pair = len(words) > 1 and words[1] in _HALVES
    named = {"noon": "12:00", "midday": "12:00", "midnight": "0:00"}.get(words[0])
    typed = named or " ".join(words[: 2 if pair else 1])
    if named is None and not typed[0].isdigit():
        return 0
    at = parse_time(typed)
    if isinstance(at, Wrong):
        return at
    return found.add(at=at) or (2 if pair and not named else 1)


def _take_days(words: list[str], found: _Found) -> int | Wrong:
    days = parse_days(_DAY_WORDS.get(words[0], words[0]))
    return 0 if isinstance(days, Wrong) else (found.add(days=days) or 1)


def _take_zone(words: list[str], found: _Found) -> int | Wrong:
    for length in range(min(_MAX_ZONE_WORDS, len(words)), 0, -1):
        named = " ".join(words[:length])
        if no_place(named) is not None:
            return _refused(named)
        if names := find_zones(named):
            zone = parse_zone(named) if len(names) > 1 else names[0]
            return zone if isinstance(zone, Wrong) else (found.add(zone=zone) or length)
    return 0


def _refused(named: str) -> Wrong:
    refused = parse_zone(named)
    assert isinstance(refused, Wrong)
    return refused


def _unknown(words: list[str]) -> Wrong:
    """Return the likeliest explanation of a word that is no time, day or zone."""
    rest = " ".join(word for word in words if word not in _FILLERS)
    looks_like_zone = "/" in rest or re.match(r"(?:utc|gmt)?\s*[+−-]\s*\d", rest)
    wrong = parse_zone(rest)
    if isinstance(wrong, Wrong) and (looks_like_zone or "did you mean" in wrong.sentence):
        return wrong
    return Wrong(
        f"I do not understand “{shown(rest)}”; write it like `/digest on 9:00 Europe/Berlin mon-fri`."
    )
