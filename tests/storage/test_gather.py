"""Asking together: batches, their order in time, and what a failure of one does to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.digest.delivery import DeliveryState
from bot.errors import StorageError
from storage.database import Database
from storage.gather import Gathered
from storage.openings import Opening
from tests.fakes.stored import NOON, make_key, make_story

pytestmark = pytest.mark.anyio


class Doubling:
    """Answers numbers with their doubles, slowly enough for others to gather."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.error: Exception | None = None
        self.begun = asyncio.Event()

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        self.begun.set()
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        if 13 in numbers:
            raise ValueError("thirteen")
        return [2 * number for number in numbers]


async def test_who_comes_while_one_is_served_is_served_together() -> None:
    """The first is served at once, all others in one batch, each with its own answer."""
    doubling = Doubling()
    gathered = Gathered(doubling, most=10)
    first = asyncio.create_task(gathered.ask(1))
    await doubling.begun.wait()
    rest = asyncio.gather(*(gathered.ask(number) for number in (2, 3, 2)))
    assert [await first, *await rest] == [2, 4, 6, 4]
    assert doubling.batches == [[1], [2, 3, 2]]


async def test_a_batch_is_no_longer_than_allowed() -> None:
    """What is more than fits into one batch comes in the next."""
    doubling = Doubling()
    gathered = Gathered(doubling, most=2)
    assert await asyncio.gather(*(gathered.ask(n) for n in range(5))) == [0, 2, 4, 6, 8]
    assert doubling.batches == [[0, 1], [2, 3], [4]]


async def test_one_at_fault_does_not_fail_the_others() -> None:
    """A question that cannot be served fails alone."""
    gathered = Gathered(Doubling(), most=10)
    asked = (gathered.ask(number) for number in (1, 13, 2))
    one, bad, two = await asyncio.gather(*asked, return_exceptions=True)
    assert (one, two) == (2, 4)
    assert isinstance(bad, ValueError)


async def test_a_broken_database_fails_all_once() -> None:
    """When the database is away, nobody is asked for one by one, and the next ask tries again."""
    doubling = Doubling()
    doubling.error = StorageError("away")
    gathered = Gathered(doubling, most=10)
    failed = await asyncio.gather(*(gathered.ask(n) for n in (1, 2)), return_exceptions=True)
    assert all(isinstance(one, StorageError) for one in failed)
    assert len(doubling.batches) == 1
    doubling.error = None
    assert await gathered.ask(3) == 6


async def test_who_goes_away_takes_nothing_from_the_others() -> None:
    """A cancelled asker is left out of the next batch; the others get their answers."""
    doubling = Doubling()
    gathered = Gathered(doubling, most=10)
    tasks = [asyncio.create_task(gathered.ask(number)) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    assert await tasks[0] == 2
    assert await tasks[2] == 6
    assert 2 not in [number for batch in doubling.batches for number in batch]


async def test_of_many_changes_at_once_only_those_lose_whose_row_was_taken(
    database: Database,
) -> None:
    """Changes that share a commit are still compared row by row, and what was told is recorded."""
    await database.stories.save([make_story("s1")], {})
    keys = [make_key(f"C{number}") for number in range(6)]
    assert all(await database.deliveries.open_many([Opening(key, NOON, None) for key in keys]))
    rows = [row for key in keys if (row := await database.deliveries.get(key))]
    taken = replace(rows[2], state=DeliveryState.SKIPPED, attempt=1, reason="taken")
    assert await database.deliveries.change(rows[2], taken)

    wanted = [
        replace(row, state=DeliveryState.SENT, attempt=1, ts="1.0", stories=(("s1", 1),))
        for row in rows
    ]
    pairs = [*zip(rows, wanted, strict=True), (rows[4], wanted[4])]
    won = await asyncio.gather(*(database.deliveries.change(old, new) for old, new in pairs))

    assert won[:4] == [True, True, False, True]
    assert sorted(won[4:]) == [False, True, True]
    told = [len(await database.deliveries.told("T1", key.channel_id, key.on)) for key in keys]
    assert told == [1, 1, 0, 1, 1, 1]
    assert await database.deliveries.get(keys[2]) == taken
