"""The delivery ledger; every change of state is a compare-and-set on (state, attempt)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import CursorResult, bindparam, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.digest import Told
from bot.digest.ports import ANYTHING, Anything
from storage.openings import Opening, key_values, open_deliveries
from storage.statements import table_of, upsert
from storage.tables import UNFINISHED, DeliveryRow, StoryRow, ToldRow
from storage.transactions import Transactions

_MISSED = frozenset({DeliveryState.SKIPPED, DeliveryState.DEAD})

_DELIVERIES = table_of(DeliveryRow).c
_CHANGED = (
    "state",
    "attempt",
    "due_at",
    "not_before",
    "tries",
    "sending_at",
    "sent_at",
    "stories",
    "message",
    "ts",
    "reason",
)

# The statements that run several times per digest are built once: building one takes longer than
# running it.
_CHANGE = (
    update(table_of(DeliveryRow))
    .where(
        _DELIVERIES.workspace_id == bindparam("of_workspace"),
        _DELIVERIES.channel_id == bindparam("of_channel"),
        _DELIVERIES.local_date == bindparam("of_date"),
        _DELIVERIES.state == bindparam("seen_state"),
        _DELIVERIES.attempt == bindparam("seen_attempt"),
    )
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
)


class DeliveryRepository:
    """Implements `bot.digest.ports.DeliveryStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def open(
        self,
        key: DeliveryKey,
        due_at: datetime,
        next_due_at: datetime | None,
        *,
        expected_next_due_at: datetime | Anything | None = ANYTHING,
    ) -> bool:
        return (await self.open_many([Opening(key, due_at, next_due_at, expected_next_due_at)]))[0]

    async def open_many(self, openings: Sequence[Opening]) -> list[bool]:
        """Do what `open` does for many keys in one transaction; one answer per key, in order."""
        if not openings:
            return []
        async with self._transactions.write() as session:
            return await open_deliveries(session, openings)

    async def get(self, key: DeliveryKey) -> Delivery | None:
        async with self._transactions.read() as session:
            row = await session.get(DeliveryRow, (key.workspace_id, key.channel_id, key.on))
        return None if row is None else _delivery_of(row)

    async def by_ts(self, workspace_id: str, channel_id: str, ts: str) -> Delivery | None:
        wanted = (
            select(DeliveryRow)
            .where(
                DeliveryRow.workspace_id == workspace_id,
                DeliveryRow.channel_id == channel_id,
                DeliveryRow.ts == ts,
            )
            .limit(1)
        )
        async with self._transactions.read() as session:
            row = await session.scalar(wanted)
        return None if row is None else _delivery_of(row)

    async def recent_of(self, workspace_id: str, channel_id: str, limit: int) -> list[Delivery]:
        wanted = (
            select(DeliveryRow)
            .where(DeliveryRow.workspace_id == workspace_id, DeliveryRow.channel_id == channel_id)
            .order_by(DeliveryRow.local_date.desc())
            .limit(limit)
        )
        async with self._transactions.read() as session:
            return [_delivery_of(row) for row in await session.scalars(wanted)]

    async def change(self, old: Delivery, new: Delivery) -> bool:
        """
        Change a delivery as the port says.

        Raises:
            ValueError: *new* is another delivery, or its attempt is not the next one.
        """
        if new.key != old.key or new.attempt != old.attempt + 1:
            raise ValueError(f"{new.key} attempt {new.attempt} does not follow {old.attempt}")
        async with self._transactions.write() as session:
            done = await session.execute(_CHANGE, {**_seen(old), **_written(new)})
            won = cast("CursorResult[Any]", done).rowcount == 1
            if won and new.state is DeliveryState.SENT:
                await _remember(session, new)
        return won

    async def unfinished(self, now: datetime | None = None, limit: int = 500) -> list[Delivery]:
        """Return deliveries as the port says, the earliest due first."""
        wanted = select(DeliveryRow).where(text(UNFINISHED))
        if now is not None:
            wanted = wanted.where(
                or_(DeliveryRow.not_before.is_(None), DeliveryRow.not_before <= now)
            )
        order = (
            DeliveryRow.due_at,
            DeliveryRow.workspace_id,
            DeliveryRow.channel_id,
            DeliveryRow.local_date,
        )
        async with self._transactions.read() as session:
            rows = await session.scalars(wanted.order_by(*order).limit(limit))
            return [_delivery_of(row) for row in rows]

    async def told(self, workspace_id: str, channel_id: str, since: date) -> list[Told]:
        """Return what a channel was told, as the port says; merged stories under the survivor's id."""
        merged = aliased(StoryRow)
        wanted = (
            select(ToldRow, merged.merged_into)
            .outerjoin(merged, merged.id == ToldRow.story_id)
            .where(
                ToldRow.workspace_id == workspace_id,
                ToldRow.channel_id == channel_id,
                ToldRow.local_date >= since,
            )
            .order_by(ToldRow.local_date.desc(), ToldRow.story_id)
        )
        async with self._transactions.read() as session:
            return [_told_of(row, survivor) for row, survivor in await session.execute(wanted)]

    async def recent(self, since: date, states: Sequence[DeliveryState] = ()) -> list[Delivery]:
        wanted = select(DeliveryRow).where(DeliveryRow.local_date >= since)
        if states:
            wanted = wanted.where(DeliveryRow.state.in_([state.value for state in states]))
        order = (DeliveryRow.local_date.desc(), DeliveryRow.workspace_id, DeliveryRow.channel_id)
        async with self._transactions.read() as session:
            return [_delivery_of(row) for row in await session.scalars(wanted.order_by(*order))]

    async def last_missed(
        self, workspace_id: str, channel_id: str, before: date
    ) -> Delivery | None:
        newest = (
            select(DeliveryRow)
            .where(
                DeliveryRow.workspace_id == workspace_id,
                DeliveryRow.channel_id == channel_id,
                DeliveryRow.local_date < before,
            )
            .order_by(DeliveryRow.local_date.desc())
            .limit(1)
        )
        async with self._transactions.read() as session:
            row = await session.scalar(newest)
        return _delivery_of(row) if row is not None and row.state in _MISSED else None

    async def by_state(self, since: date) -> dict[DeliveryState, int]:
        """Return how many deliveries of local dates at or after *since* stand in each state."""
        wanted = (
            select(DeliveryRow.state, func.count())
            .where(DeliveryRow.local_date >= since)
            .group_by(DeliveryRow.state)
        )
        async with self._transactions.read() as session:
            rows = await session.execute(wanted)
            return {DeliveryState(state): count for state, count in rows}


async def _remember(session: AsyncSession, sent: Delivery) -> None:
    """Record what the channel was told; the headlines are those that the stories have now."""
    revisions = dict(sent.stories)
    headlines = select(StoryRow.id, StoryRow.headline).where(StoryRow.id.in_(revisions))
    known = dict(iter(await session.execute(headlines)))
    await upsert(
        session,
        ToldRow,
        [
            {
                **key_values(sent.key),
                "story_id": story_id,
                "revision": revision,
                "headline": known.get(story_id, ""),
                "ts": sent.ts,
            }
            for story_id, revision in revisions.items()
        ],
    )


def _seen(old: Delivery) -> dict[str, Any]:
    return {
        "of_workspace": old.key.workspace_id,
        "of_channel": old.key.channel_id,
        "of_date": old.key.on,
        "seen_state": old.state.value,
        "seen_attempt": old.attempt,
    }


def _written(new: Delivery) -> dict[str, Any]:
    values = {f"new_{name}": getattr(new, name) for name in _CHANGED}
    return {**values, "new_state": new.state.value}


def _delivery_of(row: DeliveryRow) -> Delivery:
    return Delivery(
        key=DeliveryKey(
            workspace_id=row.workspace_id, channel_id=row.channel_id, on=row.local_date
        ),
        state=DeliveryState(row.state),
        attempt=row.attempt,
        due_at=row.due_at,
        not_before=row.not_before,
        tries=row.tries,
        sending_at=row.sending_at,
        sent_at=row.sent_at,
        stories=row.stories,
        message=row.message,
        ts=row.ts,
        reason=row.reason,
    )


def _told_of(row: ToldRow, survivor: str | None) -> Told:
    return Told(
        story_id=survivor or row.story_id,
        revision=row.revision,
        on=row.local_date,
        headline=row.headline,
        channel_message_ts=row.ts,
    )
