"""The queue of the form with many processes, when the machine's clock was wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.clock import ShiftedClock
from bot.work.cluster import ClusterWork


def test_a_clock_that_was_behind_puts_nothing_off_for_hours():
    """A unit is never handed out later than in a quarter of an hour: its row knows how long to wait."""
    behind = ShiftedClock(datetime.now(UTC) - timedelta(hours=5))
    work = ClusterWork("postgresql://nowhere/", behind, runs=False)

    instant = work._real(datetime.now(UTC))

    assert instant is not None
    assert instant - datetime.now(UTC) <= timedelta(minutes=15)
