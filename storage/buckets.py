"""Token buckets that several processes share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.statements import insert_into, table_of
from storage.tables import BucketRow
from storage.transactions import Transactions


class BucketRepository:
    """Implements `bot.work.port.SharedBuckets`; reading and writing a bucket is one transaction."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def take(
        self,
        key: str,
        rate_per_second: float,
        burst: float,
        cost: float,
        now: datetime,
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
        async with self._transactions.write() as session:
            tokens, updated_at = await _lock(session, key, burst, now)
            at = max(now, updated_at)
            refilled = (at - updated_at).total_seconds() * rate_per_second
            left = min(burst, tokens + refilled) - cost
            wait_seconds = max(0.0, -left / rate_per_second)
            if max_wait_seconds is None or wait_seconds <= max_wait_seconds:
                await session.execute(
                    update(table_of(BucketRow))
                    .where(BucketRow.key == key)
                    .values(tokens=left, updated_at=at)
                )
        return wait_seconds


def of_workspace(workspace_id: str) -> ColumnElement[bool]:
    """Return the condition for buckets whose key has a workspace's id as one of its parts."""
    key = table_of(BucketRow).c.key
    return or_(
        key == workspace_id,
        key.startswith(f"{workspace_id}:", autoescape=True),
        key.endswith(f":{workspace_id}", autoescape=True),
        key.contains(f":{workspace_id}:", autoescape=True),
    )


async def _lock(
    session: AsyncSession, key: str, burst: float, now: datetime
) -> tuple[float, datetime]:
    """Return tokens and time of a bucket that nobody else changes until the transaction ends."""
    wanted = (
        select(BucketRow.tokens, BucketRow.updated_at).where(BucketRow.key == key).with_for_update()
    )
    full: dict[str, Any] = {"key": key, "tokens": burst, "updated_at": now}
    # Again for as long as it is made by somebody else, or cleaned away, in between.
    while (found := (await session.execute(wanted)).one_or_none()) is None:
        await session.execute(insert_into(session, BucketRow).on_conflict_do_nothing(), full)
    return found.tokens, found.updated_at
