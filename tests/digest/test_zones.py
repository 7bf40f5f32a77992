"""Zones come from the tzdata package, are found by what people type, and hostile names are refused."""

from __future__ import annotations

import pytest

from bot.digest.zones import UnknownZone, find_zones, similar_zones, zone, zone_names


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
