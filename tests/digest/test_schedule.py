"""Exactly one due instant per local digest date, within it, through every clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.preference import EVERY_DAY, Weekday
from bot.digest.schedule import after_change, date_of, due_on, instant_of, next_due_at
from bot.digest.zones import zone, zone_names
from tests.fakes.digest import make_preference

_FROM = datetime(2025, 12, 30, tzinfo=UTC)
_TO = datetime(2029, 1, 3, tzinfo=UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


def changes_of(where: tzinfo, start: datetime, end: datetime) -> list[datetime]:
    """Return the instants at which a zone's offset changes, to the second."""
    found = []
    step = timedelta(days=5)
    while start < end:
        after = start + step
        if start.astimezone(where).utcoffset() != after.astimezone(where).utcoffset():
            low, high = start, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                same = middle.astimezone(where).utcoffset() == start.astimezone(where).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(microsecond=0))
        start = after
    return found


@cache
def all_changes() -> dict[str, list[datetime]]:
    """Return every clock change of 2026-2028, zones with the same changes once."""
    seen: dict[tuple[object, ...], str] = {}
    found = {}
    for name in sorted(zone_names()):
        where = zone(name)
        changes = changes_of(where, _FROM, _TO)
        shape = (*changes, *(at.astimezone(where).utcoffset() for at in changes))
        shape += (_FROM.astimezone(where).utcoffset(),)
        if shape not in seen:
            seen[shape] = name
            found[name] = changes
    return found


def _times_around(change: datetime, where: tzinfo) -> list[time]:
    around = {change.astimezone(where), (change - timedelta(seconds=1)).astimezone(where)}
    minutes = (-61, -60, -59, -31, -30, -29, -1, 0, 1, 29, 30, 31, 59, 60, 61)
    times = {(at + timedelta(minutes=m)).time().replace(second=0) for at in around for m in minutes}
    return sorted(times | {time(0, 0), time(23, 59), time(9, 0)})


@cache
def _minutes_of(day: date, where: tzinfo) -> list[datetime]:
    """Return every instant, by the minute, whose local date is *day*."""
    start = datetime.combine(day, time(0), tzinfo=UTC) - timedelta(hours=27)
    instants = (start + timedelta(minutes=m) for m in range(78 * 60))
    return [at for at in instants if at.astimezone(where).date() == day]


def _expected(day: date, at: time, where: tzinfo) -> datetime:
    """Return what the rules say, by looking at every minute of the day."""
    walls = [(m, m.astimezone(where).time()) for m in _minutes_of(day, where)]
    exact = [m for m, wall in walls if wall == at]
    later = [m for m, wall in walls if wall > at]
    return exact[0] if exact else later[0] if later else walls[-1][0]


def test_every_zone_and_every_clock_change_gives_one_digest_per_date():
    """Around each change of 2026-2028 every date has exactly one due instant, within the date, and
    walking from one to the next misses none."""
    checked = 0
    for name, changes in all_changes().items():
        where = zone(name)
        for change in changes:
            day = change.astimezone(where).date()
            for at in _times_around(change, where):
                preference = make_preference(at=at, zone=name)
                days = [day + timedelta(days=n) for n in range(-1, 3)]
                due = [due_on(preference, one) for one in days]
                assert all(due), (name, day, at)
                assert [date_of(preference, one) for one in due if one] == days, (name, at)
                walked = due[0]
                for expected in due[1:]:
                    assert walked is not None
                    walked = next_due_at(preference, walked)
                    assert walked == expected, (name, day, at)
                checked += 1
    assert checked > 4_000


@pytest.mark.parametrize(
    "name",
    ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana",
     "Asia/Beirut", "America/Nuuk", "America/Scoresbysund", "Africa/Casablanca", "Antarctica/Troll"],
)  # fmt: skip
def test_the_instant_is_what_a_look_at_every_minute_says(name: str):
    """Gap: first valid minute after it; overlap: the first of two; else the time itself."""
    where = zone(name)
    for change in changes_of(where, utc(2026, 1, 1), utc(2027, 1, 1)):
        for day in {change.astimezone(where).date(), (change - timedelta(seconds=1)).astimezone(where).date()}:  # fmt: skip
            for at in _times_around(change, where):
                assert instant_of(day, at, where) == _expected(day, at, where), (name, day, at)


@pytest.mark.parametrize(
    ("name", "day", "at", "expected"),
    [
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), utc(2026, 3, 29, 1, 0)),
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), utc(2026, 10, 25, 0, 30)),
        ("America/New_York", date(2026, 3, 8), time(2, 0), utc(2026, 3, 8, 7, 0)),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), utc(2026, 10, 3, 15, 30)),
        ("Africa/Cairo", date(2026, 4, 24), time(0, 10), utc(2026, 4, 23, 22, 0)),
        ("UTC", date(2028, 2, 29), time(9, 0), utc(2028, 2, 29, 9, 0)),
        # 23:30 jumped to 00:30 of the next date: the last minute before stands.
        ("America/Toronto", date(1919, 3, 30), time(23, 45), utc(1919, 3, 31, 4, 29)),
        ("Pacific/Apia", date(2011, 12, 29), time(9, 0), utc(2011, 12, 29, 19, 0)),
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), None),
        ("Pacific/Apia", date(2011, 12, 31), time(9, 0), utc(2011, 12, 30, 19, 0)),
        ("Pacific/Kwajalein", date(1993, 8, 21), time(12, 0), None),
        ("Pacific/Kwajalein", date(1993, 8, 22), time(12, 0), utc(1993, 8, 22, 0, 0)),
    ],
)
def test_known_days(name: str, day: date, at: time, expected: datetime | None):
    """Named days whose answers can be looked up: gaps, overlaps, leap day, the date line."""
    assert due_on(make_preference(at=at, zone=name), day) == expected


def test_a_date_that_vanishes_is_passed_over():
    """After 29 December 2011 in Apia comes 31 December."""
    preference = make_preference(zone="Pacific/Apia")
    first = due_on(preference, date(2011, 12, 29))
    assert first is not None
    following = next_due_at(preference, first)
    assert following is not None
    assert date_of(preference, following) == date(2011, 12, 31)


def test_a_weekly_digest_survives_its_vanished_day():
    """A channel that wants Fridays gets the one after the Friday that Apia never had."""
    preference = make_preference(zone="Pacific/Apia", days=frozenset({Weekday.FRI}))
    following = next_due_at(preference, utc(2011, 12, 25))
    assert following is not None
    assert date_of(preference, following) == date(2012, 1, 6)


@given(
    st.integers(0, 10 * 366 * 24 * 60).map(lambda m: utc(2020, 1, 1) + timedelta(minutes=m)),
    st.sampled_from(sorted(zone_names())),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sets(st.sampled_from(Weekday), min_size=1),
)
def test_the_next_digest_is_later_on_a_digest_day_and_none_is_between(after, name, at, days):
    """Strictly after, on a chosen day, and no digest date between was passed over."""
    preference = make_preference(zone=name, at=at, days=frozenset(days))
    found = next_due_at(preference, after)
    assert found is not None
    assert found > after
    on = date_of(preference, found)
    assert on.isoweekday() in days
    assert due_on(preference, on) == found
    between = [on - timedelta(days=n) for n in range(1, 9)]
    assert all((due := due_on(preference, day)) is None or due <= after for day in between)


@pytest.mark.parametrize(
    "changes",
    [{"on": False}, {"days": frozenset()}, {"paused_until": date.max}],
    ids=["off", "no days", "paused for good"],
)
def test_no_digest_is_none(changes: dict[str, object]):
    """Off, without days, or paused beyond the calendar: nothing is due, and nothing breaks."""
    assert next_due_at(make_preference(**changes), utc(2026, 3, 2)) is None


def test_a_pause_ends_on_its_date():
    """The first digest after a pause is on the date it names, with nothing made up for."""
    preference = make_preference(paused_until=date(2026, 4, 1))
    assert next_due_at(preference, utc(2026, 3, 2)) == utc(2026, 4, 1, 9)
    assert due_on(preference, date(2026, 3, 31)) is None


BERLIN = make_preference(zone="Europe/Berlin", days=EVERY_DAY)
_NINE = utc(2026, 3, 2, 8)  # 09:00 in Berlin


@pytest.mark.parametrize(
    ("new", "now", "last_on", "expected"),
    [
        ({"at": time(11)}, utc(2026, 3, 2, 7), None, utc(2026, 3, 2, 10)),
        ({"at": time(8, 30)}, utc(2026, 3, 2, 7), None, utc(2026, 3, 2, 7, 30)),
        ({"at": time(7)}, utc(2026, 3, 2, 7), None, utc(2026, 3, 2, 7)),
        ({"at": time(11)}, utc(2026, 3, 2, 9), date(2026, 3, 2), utc(2026, 3, 3, 10)),
        ({"zone": "America/New_York"}, utc(2026, 3, 2, 7), None, utc(2026, 3, 2, 14)),
        ({"zone": "Asia/Tokyo"}, utc(2026, 3, 2, 7), None, utc(2026, 3, 2, 7)),
        ({"zone": "Asia/Tokyo"}, utc(2026, 3, 2, 9), date(2026, 3, 2), utc(2026, 3, 3, 0)),
        ({"days": frozenset({Weekday.TUE})}, utc(2026, 3, 2, 7), None, utc(2026, 3, 3, 8)),
        ({"on": False}, utc(2026, 3, 2, 7), None, None),
        ({"stories": 3}, utc(2026, 3, 2, 7), None, _NINE),
    ],
    ids=["later", "earlier, still ahead", "earlier, past: at once", "later, after today's",
         "zone further west", "zone further east: at once", "zone after today's", "not today",
         "off", "something else"],
)  # fmt: skip
def test_changes_today(new, now, last_on, expected):
    """A change of today's time, zone or days neither loses today's digest nor makes a second one."""
    changed = make_preference(**{"zone": "Europe/Berlin", **new})
    old_due_at = _NINE if last_on is None else _NINE + timedelta(days=1)
    assert after_change(BERLIN, old_due_at, changed, now, last_on) == expected


def test_switched_on_afresh_begins_with_the_next_time():
    """Nothing is due for a time that had passed when the channel was switched on."""
    assert after_change(None, None, BERLIN, utc(2026, 3, 2, 8, 1)) == utc(2026, 3, 3, 8)
    off = make_preference(on=False, zone="Europe/Berlin")
    assert after_change(off, None, BERLIN, utc(2026, 3, 2, 8, 1)) == utc(2026, 3, 3, 8)
    assert after_change(off, None, BERLIN, utc(2026, 3, 2, 7)) == _NINE
