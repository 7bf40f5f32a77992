"""What many deliveries told their channels is recorded by one statement, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date

import pytest

from bot.digest.delivery import Delivery, DeliveryState
from storage.database import Database
from tests.fakes.stored import NOON, make_key, make_story

pytestmark = pytest.mark.anyio

MONDAY = date(2026, 3, 2)


async def _sent(database: Database, channel_id: str, stories: tuple[tuple[str, int], ...]) -> None:
    key = make_key(channel_id, MONDAY)
    await database.deliveries.open(key, NOON, None)
    row = await database.deliveries.get(key)
    assert row is not None
    sending = await _changed(database, row, DeliveryState.SENDING)
    await _changed(database, sending, DeliveryState.SENT, stories=stories, ts=f"{channel_id}.1")


async def _changed(
    database: Database, old: Delivery, state: DeliveryState, **changes: object
) -> Delivery:
    new = replace(old, state=state, attempt=old.attempt + 1, **changes)  # type: ignore[arg-type]  # fields by name
    assert await database.deliveries.change(old, new)
    return new


async def test_many_that_were_sent_together_are_all_told(database: Database) -> None:
    """Each channel remembers its own stories, whoever shared the commit."""
    await database.stories.save([make_story("s1"), make_story("s2")], {})

    await asyncio.gather(
        *(_sent(database, f"C{n}", ((f"s{1 + n % 2}", n), ("both", 1))) for n in range(30))
    )

    for n in range(30):
        told = await database.deliveries.told("T1", f"C{n}", MONDAY)
        found = {(it.story_id, it.revision, it.channel_message_ts) for it in told}
        assert found == {(f"s{1 + n % 2}", n, f"C{n}.1"), ("both", 1, f"C{n}.1")}


async def test_of_two_revisions_the_last_is_told(database: Database) -> None:
    """A digest that names a story twice is remembered with the one that stands last."""
    await _sent(database, "C1", (("s1", 1), ("s1", 2)))

    assert [it.revision for it in await database.deliveries.told("T1", "C1", MONDAY)] == [2]


@pytest.mark.parametrize("story_id", ["'; DROP TABLE told; --", "a\x00b", '["x"]', "\ud800", "ü😀"])
async def test_any_story_id_can_be_told(database: Database, story_id: str) -> None:
    """Ids with quotes, zeros or lone surrogates are stored as text like everywhere else."""
    await _sent(database, "C1", ((story_id, 1),))

    assert len(await database.deliveries.told("T1", "C1", MONDAY)) == 1
