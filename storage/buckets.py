"""Token buckets that several processes share."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, DateTime, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.gather import Gathered
from storage.statements import insert_into, table_of
from storage.tables import BucketRow
from storage.transactions import Transactions

# Takes of so many buckets share a transaction.
_MOST_TAKES = 50


class Take(NamedTuple):
    """What `take` was asked for."""

    key: str
    rate_per_second: float
    burst: float
    cost: float
    now: datetime | None
    max_wait_seconds: float | None


class Held(NamedTuple):
    """What a bucket held at an instant."""

    tokens: float
    at: datetime


_BUCKETS = table_of(BucketRow).c
# In the order of keys, so that two processes that take from the same buckets wait for each other
# instead of locking each other out.
_LOCK = (
    select(_BUCKETS.key, _BUCKETS.tokens, _BUCKETS.updated_at)
    .where(_BUCKETS.key.in_(bindparam("keys", expanding=True)))
    .order_by(_BUCKETS.key)
    .with_for_update()
)
_SERVER_NOW = select(func.clock_timestamp(type_=DateTime(timezone=True)))
_WRITE = (
    update(table_of(BucketRow))
    .where(_BUCKETS.key == bindparam("of_key"))
    .values(tokens=bindparam("new_tokens"), updated_at=bindparam("new_at"))
)


class BucketRepository:
    """
    Implements `bot.work.port.SharedBuckets`.

    Reading and writing a bucket is one transaction, which takes that are asked for meanwhile share
    (`storage.gather`).
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._taking = Gathered(self._take_many, _MOST_TAKES)

    async def take(
        self,
        key: str,
        rate_per_second: float,
        burst: float,
        cost: float,
        now: datetime | None,
        *,
        max_wait_seconds: float | None = None,
    ) -> float:
        """
        Take tokens as the port says.

        Raises:
            ValueError: A figure is out of its range.
        """
        if rate_per_second <= 0 or burst <= 0 or cost < 0:
            raise ValueError("a bucket needs a rate and a size above 0, and a cost of 0 or more")
        return await self._taking.ask(
            Take(key, rate_per_second, burst, cost, now, max_wait_seconds)
        )

    async def _take_many(self, takes: Sequence[Take]) -> list[float]:
        """Answer `take` for many, one after the other."""
        waits = []
        async with self._transactions.write() as session:
            if any(take.now is None for take in takes):
                takes = await self._dated(session, takes)
            found = await _lock(session, takes)
            left = dict(found)
            for take in takes:
                wait_seconds, held = _taken(take, left[take.key])
                waits.append(wait_seconds)
                left[take.key] = held
            changed = [
                {"of_key": key, "new_tokens": held.tokens, "new_at": held.at}
                for key, held in sorted(left.items())
                if held != found[key]
            ]
            if changed:
                await (await session.connection()).execute(_WRITE, changed)
        return waits

    async def _dated(self, session: AsyncSession, takes: Sequence[Take]) -> list[Take]:
        """Give a time to the takes that go by the clock which all processes share."""
        if self._transactions.dialect == "postgresql":
            shared = (await session.execute(_SERVER_NOW)).scalar_one()
        else:
            shared = datetime.now(UTC)
        return [take if take.now else take._replace(now=shared) for take in takes]


def _taken(take: Take, held: Held) -> tuple[float, Held]:
    """Return for how long to wait, and what is left; all of it, when the wait would be too long."""
    assert take.now is not None
    at = max(take.now, held.at)
    refilled = (at - held.at).total_seconds() * take.rate_per_second
    left = min(take.burst, held.tokens + refilled) - take.cost
    wait_seconds = max(0.0, -left / take.rate_per_second)
    if take.max_wait_seconds is not None and wait_seconds > take.max_wait_seconds:
        return wait_seconds, held
    return wait_seconds, Held(left, at)


def of_workspace(workspace_id: str) -> ColumnElement[bool]:
    """Return the condition for buckets whose key has a workspace's id as one of its parts."""
    key = table_of(BucketRow).c.key
    return or_(
        key == workspace_id,
        key.startswith(f"{workspace_id}:", autoescape=True),
        key.endswith(f":{workspace_id}", autoescape=True),
        key.contains(f":{workspace_id}:", autoescape=True),
    )


async def _lock(session: AsyncSession, takes: Sequence[Take]) -> dict[str, Held]:
    """Return what buckets hold that nobody else changes until the transaction ends."""
    full = {
        it.key: {"key": it.key, "tokens": it.burst, "updated_at": it.now} for it in reversed(takes)
    }
    keys = sorted(full)
    # Again for as long as one is made by somebody else, or cleaned away, in between.
    while True:
        rows = await session.execute(_LOCK, {"keys": _padded(keys)})
        found = {key: Held(tokens, at) for key, tokens, at in rows}
        missing = [full[key] for key in keys if key not in found]
        if not missing:
            return found
        await session.execute(insert_into(session, BucketRow).on_conflict_do_nothing(), missing)


def _padded(keys: list[str]) -> list[str]:
    """Return a list as long as a power of two: each length is another statement to prepare."""
    return keys + keys[-1:] * ((1 << (len(keys) - 1).bit_length()) - len(keys))
