"""
Time zones by the newest rules: the tzdata package first, the system's files only for what it lacks.

A system's files are often years behind, and a digest at the wrong hour is what people notice first.
Rules are data that ship with the program, read once per zone and kept; nothing else is read here.
"""

from __future__ import annotations

import difflib
from datetime import tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.digest.zone_places import no_place
from bot.errors import PlainwireError

# Not places: "Factory" is tzdata's marker for a machine that was never set up.
_NOT_FOR_PEOPLE = frozenset({"Factory"})
_MAX_SUGGESTIONS = 3


class UnknownZone(PlainwireError):
    """No time zone has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"There is no time zone called “{name[:60]}”.",
            next_step="Name a place, such as Europe/Berlin or America/New_York.",
        )


@cache
def zone_names() -> frozenset[str]:
    """Return every IANA name of the tzdata package."""
    listed = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(listed) - _NOT_FOR_PEOPLE


@cache
def _from_package(name: str) -> ZoneInfo:
    path = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with path.open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def zone(name: str) -> tzinfo:
    """
    Return the zone of an IANA name, always the same object for the same name.

    Raises:
        UnknownZone: Neither the tzdata package nor the system knows the name.
    """
    if name in zone_names():
        return _from_package(name)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        # ValueError: a name such as "../x"; OSError: a folder, or a name too long for a file.
        raise UnknownZone(name) from error


@cache
def places() -> tuple[str, ...]:
    """Return the names that people may choose: all but offsets and abbreviations; UTC and GMT stay."""
    return tuple(sorted(name for name in zone_names() if no_place(name) is None))


@cache
def no_places() -> tuple[str, ...]:
    """Return the IANA names that are offsets or abbreviations; channels of old may hold one."""
    return tuple(sorted(zone_names() - set(places())))


@cache
def _by_folded_name() -> dict[str, str]:
    return {name.casefold(): name for name in places()}


@cache
def _by_place() -> dict[str, tuple[str, ...]]:
    """Return the zones that end in each place name: "berlin" -> ("Europe/Berlin",)."""
    found: dict[str, list[str]] = {}
    for name in places():
        found.setdefault(name.rpartition("/")[2].casefold(), []).append(name)
    return {place: tuple(names) for place, names in found.items()}


def find_zones(typed: str) -> tuple[str, ...]:
    """
    Return the IANA names that *typed* can mean, in any case and with blanks for underscores.

    One name: that zone. Several: the place exists more than once. None: see `similar_zones`, and
    `zone_places.no_place` for offsets and abbreviations, which are never found here.
    """
    wanted = "_".join(typed.casefold().split())
    if exact := _by_folded_name().get(wanted):
        return (exact,)
    return _by_place().get(wanted, ())


def similar_zones(typed: str) -> tuple[str, ...]:
    """Return at most three names that look like *typed*, likeliest first."""
    wanted = "_".join(typed.casefold().split())[:60]
    whole = difflib.get_close_matches(wanted, list(_by_folded_name()), _MAX_SUGGESTIONS, 0.75)
    ends = difflib.get_close_matches(wanted, list(_by_place()), _MAX_SUGGESTIONS, 0.75)
    found = [_by_folded_name()[name] for name in whole]
    found += [name for place in ends for name in _by_place()[place]]
    return tuple(dict.fromkeys(found))[:_MAX_SUGGESTIONS]
