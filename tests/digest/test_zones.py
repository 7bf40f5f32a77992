"""Zones come from the tzdata package, are found by what people type, and hostile names are refused."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from bot.digest.commands import Change
from bot.digest.preference import Preference, validate
from bot.digest.switch_words import parse_schedule
from bot.digest.typed import Wrong, parse_zone
from bot.digest.zone_places import _ABBREVIATIONS, _BY_OFFSET, no_place
from bot.digest.zones import (
    UnknownZone,
    find_zones,
    no_places,
    places,
    similar_zones,
    zone,
    zone_names,
)


def test_every_zone_of_the_package_loads():
    """Every listed name gives a zone that calls itself so."""
    assert len(zone_names()) > 550
    assert all(str(zone(name)) == name for name in zone_names())


def test_a_zone_is_always_the_same_object():
    """Comparing local times of one zone needs one object per name."""
    assert zone("Europe/Berlin") is zone("Europe/Berlin")


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "../../etc/passwd", "/etc/localtime", "Europe", "a" * 5000, "x\0y"]
)
def test_what_is_no_zone_is_refused_with_a_next_step(name: str):
    """An unknown or hostile name raises our own error and reads nothing outside the data."""
    with pytest.raises(UnknownZone) as caught:
        zone(name)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Europe/Berlin", ("Europe/Berlin",)),
        ("europe/BERLIN", ("Europe/Berlin",)),
        ("Berlin", ("Europe/Berlin",)),
        ("new york", ("America/New_York",)),
        ("  utc ", ("UTC",)),
        ("Louisville", ("America/Kentucky/Louisville", "America/Louisville")),
        ("Nowhere", ()),
    ],
)
def test_places_are_found_as_people_type_them(typed: str, found: tuple[str, ...]):
    """Case and blanks do not matter; a place that exists twice gives both names."""
    assert find_zones(typed) == found


def test_a_misspelt_zone_gets_suggestions():
    """A typing error leads to the likeliest names."""
    assert "Europe/Berlin" in similar_zones("Europe/Berln")
    assert "Europe/Berlin" in similar_zones("Berlyn")
    assert similar_zones("qqqqqqqq") == ()


# What people type that is no place -> places that may be meant.
NO_PLACES = {
    "GMT-5": ("America/New_York", "America/Bogota", "America/Lima"),
    "gmt -5": ("America/New_York",),
    "UTC+2": ("Europe/Athens", "Africa/Johannesburg"),
    "UTC−03:00": ("America/Sao_Paulo",),
    "+05:30": ("Asia/Kolkata",),
    "+0530": ("Asia/Kolkata",),
    "-8": ("America/Los_Angeles",),
    "Etc/GMT+5": ("America/New_York", "Asia/Karachi"),
    "Etc/GMT-5": ("America/New_York", "Asia/Karachi"),
    "GMT0": ("Europe/London", "UTC"),
    "UTC plus 2": ("Europe/Athens",),
    "\uff27\uff2d\uff34\uff0d\uff15": ("America/New_York",),
    "EST/EDT": ("America/New_York",),
    "EST5": ("America/New_York",),
    "CET+1": ("Europe/Berlin",),
    "AEST-10": ("Australia/Sydney",),
    "Z": ("UTC",),
    "Pacific time": ("America/Los_Angeles",),
    "British Summer Time": ("Europe/London",),
    "India Standard Time": ("Asia/Kolkata",),
    "UTC+25": (),
    "EST": ("America/New_York",),
    "EST5EDT": ("America/New_York",),
    "edt": ("America/New_York",),
    "PST": ("America/Los_Angeles", "Asia/Manila"),
    "MST": ("America/Denver", "America/Phoenix"),
    "HST": ("Pacific/Honolulu",),
    "CST": ("America/Chicago", "Asia/Shanghai", "America/Havana"),
    "IST": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "BST": ("Europe/London", "Asia/Dhaka"),
    "CET": ("Europe/Berlin", "Europe/Paris"),
    "CEST": ("Europe/Berlin",),
    "MET": ("Europe/Berlin",),
    "MEZ": ("Europe/Berlin",),
    "MESZ": ("Europe/Berlin",),
    "WET": ("Europe/Lisbon",),
    "EET": ("Europe/Athens",),
    "JST": ("Asia/Tokyo",),
    "AEST": ("Australia/Sydney", "Australia/Brisbane"),
}


@pytest.mark.parametrize("name", NO_PLACES)
def test_offsets_and_abbreviations_are_refused_with_places(name: str):
    """Alone and behind a time, in any case, they get one kind of sentence that names places."""
    for wrong in (parse_zone(name), parse_zone(name.lower()), parse_schedule(f"9:00 {name}")):
        assert isinstance(wrong, Wrong)
        assert "choose a place" in wrong.sentence
        assert all(place in wrong.sentence for place in NO_PLACES[name])
    assert find_zones(name) == ()
    assert name not in similar_zones(name)


@pytest.mark.parametrize(
    "name",
    [
        "UTC",
        "GMT",
        "Etc/UTC",
        "Europe/Berlin",
        "Japan",
        "GB",
        "NZ-CHAT",
        "W-SU",
        "America/Port-au-Prince",
        "Pacific/Auckland",
    ],
)
def test_utc_gmt_and_places_stay(name: str):
    """What means the same all year, or is a place, is taken as before."""
    assert parse_zone(name) == name
    assert parse_schedule(f"9:00 {name}") == Change(at=time(9), zone=name)


def test_the_places_offered_are_places_with_that_offset():
    """Each can be chosen, and its clock has the offset in winter or in summer."""
    offered = {*_ABBREVIATIONS.values(), *_BY_OFFSET.values()}
    assert {place for some in offered for place in some} <= set(places())
    for minutes, some in _BY_OFFSET.items():
        for place in some:
            seen = {
                datetime(2026, month, 15, tzinfo=UTC).astimezone(zone(place)).utcoffset()
                for month in (1, 7)
            }
            assert minutes in {it.total_seconds() / 60 for it in seen if it is not None}


def test_a_stored_zone_that_is_no_place_still_works():
    """Channels that hold one go on: it resolves, and is valid as stored."""
    for name in no_places():
        assert no_place(name) is not None
        assert validate(Preference(zone=name)) == []
