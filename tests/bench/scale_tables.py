"""What the database takes for one digest when there are more and more channels."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text

from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.opening import Opening
from bot.digest.preference import Channel
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.bench import scale_world as world
from tests.bench.table import Row

SIZES = (1_000, 10_000, 100_000)
# Days told before; more would only make a larger file of the same shape.
_DAYS, _DIGESTS, _BATCH = 4, 400, 100
_MEMORY = timedelta(days=14)


async def measure_tables(
    url: str, folder: Path, kind: str, sizes: tuple[int, ...] = SIZES
) -> list[Row]:
    """Measure the same calls that one digest makes, one digest after the other, at each size."""
    del folder
    rows = []
    for size in sizes:
        async with await Database.open(
            _for_size(url, size), cipher=Cipher([generate_key()])
        ) as database:
            await world.fill(database, size, size // 20, _DAYS)
            usual, quickest = await _digests(database)
            if kind != "sqlite":
                await _empty(database)
        what = f"database time of one digest, {size} channels, {kind}"
        rows.append(Row(what=what, values=[1_000 * one for one in usual], unit="ms"))
        # What other programs take away from all others is missing from the quickest.
        what = f"the quickest of a hundred, {size} channels, {kind}"
        rows.append(Row(what=what, values=[1_000 * one for one in quickest], unit="ms"))
    return rows


def _for_size(url: str, size: int) -> str:
    return url.replace("plainwire.db", f"plainwire-{size}.db")


async def _digests(database: Database) -> tuple[list[float], list[float]]:
    """Return the seconds per digest of each batch, median and least: a share of opening, and its calls."""
    usual, quickest = [], []
    for _ in range(_DIGESTS // _BATCH):
        began = time.perf_counter()
        due = await database.channels.due(world.DUE_AT, _BATCH)
        later = world.DUE_AT + timedelta(days=1)
        opened = [Opening(_of(it).key, world.DUE_AT, later, world.DUE_AT) for it in due]
        assert all(await database.deliveries.open_many(opened))
        each = (time.perf_counter() - began) / len(due)
        alone = [await _one(database, channel) for channel in due]
        usual.append(each + median(alone))
        quickest.append(each + min(alone))
    return usual, quickest


async def _one(database: Database, channel: Channel) -> float:
    began = time.perf_counter()
    key, store = _of(channel).key, database.deliveries
    row = await store.get(key)
    assert row is not None
    await database.channels.get(*channel.key)
    assert await store.told(*channel.key, key.on - _MEMORY)
    await store.get(replace(key, on=key.on - timedelta(days=1)))
    await store.last_missed(*channel.key, key.on)
    composed = await _changed(database, row, DeliveryState.COMPOSED, message="x" * 8_000,
                              stories=(("s1", 1), ("s2", 1), ("s3", 1)))  # fmt: skip
    await database.channels.get(*channel.key)
    sending = await _changed(database, composed, DeliveryState.SENDING, sending_at=world.DUE_AT)
    await database.installations.get(channel.workspace_id)
    await store.get(key)
    await _changed(database, sending, DeliveryState.SENT, ts="1.0", sent_at=world.DUE_AT)
    return time.perf_counter() - began


async def _changed(
    database: Database, old: Delivery, state: DeliveryState, **changes: object
) -> Delivery:
    new = replace(old, state=state, attempt=old.attempt + 1, **changes)  # type: ignore[arg-type]  # fields by name
    assert await database.deliveries.change(old, new)
    return new


def _of(channel: Channel) -> Delivery:
    key = DeliveryKey(
        workspace_id=channel.workspace_id, channel_id=channel.channel_id, on=world.TODAY
    )
    return Delivery(key=key, state=DeliveryState.DUE, attempt=0, due_at=world.DUE_AT)


async def _empty(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("TRUNCATE told, deliveries, channels, installations"))
