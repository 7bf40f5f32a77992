"""Token buckets that processes share."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.cipher import Cipher
from storage.database import Database
from tests.fakes.stored import NOON

pytestmark = pytest.mark.anyio

SECOND = timedelta(seconds=1)


async def test_waiting_grows_with_the_queue(database: Database) -> None:
    """A full bucket gives its burst at once; after that each one waits for its own turn."""
    waits = [await database.buckets.take("k", 2.0, 3.0, 1.0, NOON) for _ in range(6)]

    assert waits == pytest.approx([0, 0, 0, 0.5, 1.0, 1.5])


async def test_tokens_come_back_up_to_the_burst(database: Database) -> None:
    """Time brings tokens back, never more than the bucket holds."""
    take = database.buckets.take
    await take("k", 1.0, 2.0, 4.0, NOON)

    after_a_second = await take("k", 1.0, 2.0, 0.0, NOON + SECOND)
    after_an_hour = [await take("k", 1.0, 2.0, 1.0, NOON + 3600 * SECOND) for _ in range(3)]

    assert after_a_second == pytest.approx(1.0)
    assert after_an_hour == pytest.approx([0, 0, 1])


async def test_who_will_not_wait_takes_nothing(database: Database) -> None:
    """When the wait would be too long, nothing is taken and the wait is told."""
    take = database.buckets.take
    await take("k", 1.0, 1.0, 1.0, NOON)

    told = [await take("k", 1.0, 1.0, 5.0, NOON, max_wait_seconds=2.0) for _ in range(2)]

    assert told == pytest.approx([5, 5])
    assert await take("k", 1.0, 1.0, 1.0, NOON, max_wait_seconds=2.0) == pytest.approx(1)


async def test_a_clock_behind_gives_nothing_back(database: Database) -> None:
    """A process whose clock is behind neither gains tokens nor lets others gain them twice."""
    take = database.buckets.take
    await take("k", 1.0, 1.0, 1.0, NOON)
    for _ in range(2):
        await take("k", 1.0, 1.0, 0.0, NOON - 60 * SECOND)

    assert await take("k", 1.0, 1.0, 1.0, NOON) == pytest.approx(1)


async def test_processes_share_a_bucket(database: Database, url: str, cipher: Cipher) -> None:
    """Many that take at once, in two processes, get exactly what the bucket gives, in some order."""
    async with await Database.open(url, cipher=cipher) as other:
        waits = await asyncio.gather(
            *(
                it.buckets.take("k", 1.0, 4.0, 1.0, NOON)
                for it in (database, other)
                for _ in range(6)
            )
        )
    assert sorted(waits) == pytest.approx([0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8])


@pytest.mark.parametrize("figures", [(0.0, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, -1.0)])
async def test_figures_out_of_range_are_refused(
    database: Database, figures: tuple[float, float, float]
) -> None:
    """A bucket without rate or size, and a negative cost, are bugs."""
    with pytest.raises(ValueError, match="bucket"):
        await database.buckets.take("k", *figures, NOON)


async def test_takes_that_come_together_are_served_in_order(database: Database) -> None:
    """Takes of several buckets at once get what they would one after the other."""
    take = database.buckets.take
    waits = await asyncio.gather(
        take("a", 1.0, 1.0, 1.0, NOON),
        take("b", 2.0, 1.0, 1.0, NOON),
        take("a", 1.0, 1.0, 1.0, NOON),
        take("a", 1.0, 1.0, 9.0, NOON, max_wait_seconds=5.0),
        take("b", 2.0, 1.0, 1.0, NOON),
        take("c", 1.0, 3.0, 0.0, NOON),
        take("a", 1.0, 1.0, 1.0, NOON),
    )
    assert waits == pytest.approx([0, 0, 1, 10, 0.5, 0, 2])


async def test_machines_with_different_clocks_share_one(database: Database) -> None:
    """Without a time of its own a take goes by the clock that all share, so that it never waits long."""
    waits = [await database.buckets.take("k", 0.001, 1.0, 1.0, None) for _ in range(3)]

    # A token takes a thousand seconds, so the moments between the takes count for little.
    assert waits[0] == 0
    assert 900 < waits[1] <= 1_000
    assert 1_800 < waits[2] <= 2_000
