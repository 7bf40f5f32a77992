"""What is done for a due channel, and how a full hour is spread."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.delivery import DeliveryKey
from bot.digest.plan import MAX_MISSED_ROWS, plan
from bot.digest.preference import WORKDAYS
from bot.digest.spread import spread
from tests.fakes.digest import NOW, make_channel, make_preference


def at(hours: float) -> datetime:
    return NOW + timedelta(hours=hours)


@pytest.mark.parametrize(("hours", "late"), [(0, False), (0.05, False), (0.3, True), (3, True)])
def test_a_due_digest_is_delivered_within_the_window(hours: float, late: bool):
    """On time it is simply due; later, within the catch-up window, it says that it is late."""
    decision = plan(make_channel(), at(hours))
    assert decision.deliver is not None
    assert (decision.deliver.on, decision.deliver.late) == (date(2026, 3, 2), late)
    assert decision.missed == ()
    assert decision.next_due_at == at(24)


def test_a_digest_older_than_the_window_is_missed():
    """Three hours and a second later nothing is posted, and the date is named as missed."""
    decision = plan(make_channel(), at(3) + timedelta(seconds=1))
    assert decision.deliver is None
    assert [one.on for one in decision.missed] == [date(2026, 3, 2)]
    assert decision.next_due_at == at(24)


def test_after_a_pause_of_days_one_digest_comes_and_no_storm():
    """Each missed date is named once, only the newest is delivered."""
    decision = plan(make_channel(), at(72.5))
    assert decision.deliver is not None
    assert decision.deliver.on == date(2026, 3, 5)
    assert [one.on.day for one in decision.missed] == [2, 3, 4]
    assert decision.next_due_at == at(96)


def test_after_a_very_long_pause_only_the_newest_rows_are_kept():
    """A year off does not make hundreds of rows."""
    decision = plan(make_channel(), at(24 * 400 + 5))
    assert len(decision.missed) == MAX_MISSED_ROWS
    assert decision.missed[-1].on == at(24 * 400).date()


@pytest.mark.parametrize(
    "channel",
    [
        make_channel(on=False),
        make_channel(next_due_at=None),
        make_channel(paused_until=date(2026, 3, 10)),
        make_channel(at=time(10, 0)),
        make_channel(days=frozenset(WORKDAYS - {1})),
    ],
    ids=["off", "no time", "paused", "moved later meanwhile", "not today"],
)
def test_a_stored_time_that_the_preference_does_not_explain_is_not_trusted(channel):
    """An edit that raced with the clock makes no early and no unwanted digest."""
    decision = plan(channel, NOW)
    assert decision.deliver is None
    assert decision.missed == ()
    assert decision.next_due_at is None or decision.next_due_at > NOW


@given(
    st.floats(0, 24 * 40),
    st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Apia", "America/Havana"]),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)
def test_every_date_is_delivered_or_missed_or_still_to_come(hours, zone, when):
    """No date between the stored one and the next falls through, none is named twice."""
    channel = make_channel(preference=make_preference(zone=zone, at=when))
    first = plan(replace(channel, next_due_at=NOW - timedelta(days=2)), NOW).next_due_at
    assert first is not None
    decision = plan(replace(channel, next_due_at=first), at(hours))
    days = [one.on for one in decision.missed] + ([decision.deliver.on] if decision.deliver else [])
    assert days == sorted(set(days))
    assert all(b - a == timedelta(days=1) for a, b in itertools.pairwise(days))
    assert decision.next_due_at is not None
    assert decision.next_due_at > at(hours)


def _due(count: int, when: datetime = NOW) -> list[tuple[DeliveryKey, datetime]]:
    on = when.date()
    return [(DeliveryKey(workspace_id="T1", channel_id=f"C{n}", on=on), when) for n in range(count)]


def test_fifty_digests_start_together():
    """Up to 50 in a minute nobody waits."""
    assert set(spread(_due(50)).values()) == {NOW}


@pytest.mark.parametrize(("count", "most"), [(51, 8.5), (600, 100), (5000, 180)])
def test_more_are_spread_but_never_early_nor_over_three_minutes(count: int, most: float):
    """A full hour is spread evenly, as long as Slack takes for it, over at most three minutes."""
    offsets = [(start - NOW).total_seconds() for start in spread(_due(count)).values()]
    assert min(offsets) >= 0
    assert max(offsets) <= most
    assert max(offsets) > most * 0.9
    assert sum(offsets) / count == pytest.approx(most / 2, rel=0.2)


def test_many_workspaces_are_spread_by_what_one_process_can_do():
    """Ten thousand digests of five hundred workspaces start over less than three minutes, sixty a second."""
    on = NOW.date()
    keys = [
        DeliveryKey(workspace_id=f"T{n % 500}", channel_id=f"C{n}", on=on) for n in range(10_000)
    ]
    offsets = [(at - NOW).total_seconds() for at in spread((key, NOW) for key in keys).values()]
    assert 160 < max(offsets) <= 10_000 / 60


def test_a_place_depends_on_the_channel_alone():
    """The same channel has the same place every day, whoever is due beside it and in which order."""
    one = {key.channel_id: start - NOW for key, start in spread(_due(1100)).items()}
    tomorrow = NOW + timedelta(days=1)
    due = list(reversed(_due(1200, tomorrow)))
    other = {key.channel_id: start - tomorrow for key, start in spread(due).items()}
    assert all(other[name] == offset for name, offset in one.items())


def test_minutes_are_spread_apart_from_each_other():
    """A lone digest of another minute is not delayed by a crowd."""
    lone = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
    key = DeliveryKey(workspace_id="T2", channel_id="C", on=lone.date())
    assert spread([*_due(500), (key, lone)])[key] == lone
