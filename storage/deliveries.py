"""The delivery ledger; every change of state is a compare-and-set on (state, attempt)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Interval,
    Row,
    Select,
    bindparam,
    func,
    null,
    or_,
    select,
    text,
    type_coerce,
)

from bot.digest.delivery import LONGEST_WAIT, Delivery, DeliveryKey, DeliveryState
from bot.digest.digest import Told
from bot.digest.ports import ANYTHING, Anything
from storage.changes import MOST_CHANGES, Change, ChangeWriter
from storage.gather import Gathered
from storage.many import theirs, wanted
from storage.openings import Opening, open_deliveries
from storage.statements import table_of
from storage.tables import UNFINISHED, DeliveryRow
from storage.tellings import MOST_TELLINGS, TellingReader, TellingsOf
from storage.transactions import Transactions

_MISSED = frozenset({DeliveryState.SKIPPED, DeliveryState.DEAD})

_TABLE = table_of(DeliveryRow)
_DELIVERIES = _TABLE.c
_MOST_ROWS = 100


class DeliveryRepository:
    """
    Implements `bot.digest.ports.DeliveryStore`.

    What every digest needs is asked and written together with the others' (`storage.gather`).
    """

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._changing = Gathered(ChangeWriter(transactions), MOST_CHANGES)
        self._getting = Gathered(self._get_many, _MOST_ROWS)
        self._telling = Gathered(TellingReader(transactions), MOST_TELLINGS)
        self._missing = Gathered(self._last_missed, _MOST_ROWS)

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
        return await self._getting.ask(key)

    async def _get_many(self, keys: Sequence[DeliveryKey]) -> list[Delivery | None]:
        """Answer `get` for many keys."""
        found: dict[DeliveryKey, Delivery] = {}
        async with self._transactions.look() as connection:
            for on in {key.on for key in keys}:
                channels = [(key.workspace_id, key.channel_id) for key in keys if key.on == on]
                statement = _of_date(self._transactions.dialect)
                rows = await connection.execute(statement, {**wanted(channels), "on": on})
                found.update({one.key: one for one in map(_delivery_of, rows)})
        return [found.get(key) for key in keys]

    async def by_ts(self, workspace_id: str, channel_id: str, ts: str) -> Delivery | None:
        query = (
            select(DeliveryRow)
            .where(
                DeliveryRow.workspace_id == workspace_id,
                DeliveryRow.channel_id == channel_id,
                DeliveryRow.ts == ts,
            )
            .limit(1)
        )
        async with self._transactions.read() as session:
            row = await session.scalar(query)
        return None if row is None else _delivery_of(row)

    async def recent_of(self, workspace_id: str, channel_id: str, limit: int) -> list[Delivery]:
        query = (
            select(DeliveryRow)
            .where(DeliveryRow.workspace_id == workspace_id, DeliveryRow.channel_id == channel_id)
            .order_by(DeliveryRow.local_date.desc())
            .limit(limit)
        )
        async with self._transactions.read() as session:
            return [_delivery_of(row) for row in await session.scalars(query)]

    async def change(self, old: Delivery, new: Delivery) -> bool:
        """
        Change a delivery as the port says.

        Raises:
            ValueError: *new* is another delivery, or its attempt is not the next one.
        """
        if new.key != old.key or new.attempt != old.attempt + 1:
            raise ValueError(f"{new.key} attempt {new.attempt} does not follow {old.attempt}")
        return await self._changing.ask(Change(old, new))

    async def unfinished(self, now: datetime | None = None, limit: int = 500) -> list[Delivery]:
        """Return deliveries as the port says, the earliest due first."""
        query = select(DeliveryRow).where(text(UNFINISHED))
        if now is not None:
            query = query.where(
                or_(
                    DeliveryRow.not_before.is_(None),
                    DeliveryRow.not_before <= now,
                    # Written when the clock was ahead, see `Delivery.waits`.
                    DeliveryRow.not_before > now + LONGEST_WAIT,
                )
            )
        order = (
            DeliveryRow.due_at,
            DeliveryRow.workspace_id,
            DeliveryRow.channel_id,
            DeliveryRow.local_date,
        )
        async with self._transactions.read() as session:
            rows = await session.scalars(query.order_by(*order).limit(limit))
            return [_delivery_of(row) for row in rows]

    async def told(self, workspace_id: str, channel_id: str, since: date) -> list[Told]:
        """Return what a channel was told, as the port says; merged stories under the survivor's id."""
        return await self._telling.ask(TellingsOf(workspace_id, channel_id, since))

    async def recent(self, since: date, states: Sequence[DeliveryState] = ()) -> list[Delivery]:
        query = select(DeliveryRow).where(DeliveryRow.local_date >= since)
        if states:
            query = query.where(DeliveryRow.state.in_([state.value for state in states]))
        order = (DeliveryRow.local_date.desc(), DeliveryRow.workspace_id, DeliveryRow.channel_id)
        async with self._transactions.read() as session:
            return [_delivery_of(row) for row in await session.scalars(query.order_by(*order))]

    async def last_missed(
        self, workspace_id: str, channel_id: str, before: date
    ) -> Delivery | None:
        return await self._missing.ask((workspace_id, channel_id, before))

    async def _last_missed(self, asked: Sequence[tuple[str, str, date]]) -> list[Delivery | None]:
        """Answer `last_missed` for many channels."""
        found: dict[tuple[str, str, date], Delivery] = {}
        async with self._transactions.look() as connection:
            for before in {one[2] for one in asked}:
                channels = [one[:2] for one in asked if one[2] == before]
                parameters = {**wanted(channels), "before": before}
                statement = _missed_last(self._transactions.dialect)
                for row in await connection.execute(statement, parameters):
                    found[row.workspace_id, row.channel_id, before] = _delivery_of(row)
        return [found.get(one) for one in asked]

    async def by_state(self, since: date) -> dict[DeliveryState, int]:
        """Return how many deliveries of local dates at or after *since* stand in each state."""
        query = (
            select(DeliveryRow.state, func.count())
            .where(DeliveryRow.local_date >= since)
            .group_by(DeliveryRow.state)
        )
        async with self._transactions.read() as session:
            rows = await session.execute(query)
            return {DeliveryState(state): count for state, count in rows}


@lru_cache
def _of_date(dialect: str) -> Select[Any]:
    """Return the query for the deliveries of one date to the channels wanted."""
    keys, of_channel = theirs(dialect, _TABLE)
    # In the statement itself, so that it costs no question more.
    now = func.clock_timestamp() if dialect == "postgresql" else null()
    age = type_coerce(now - _DELIVERIES.sending_at, Interval)
    wait = type_coerce(_DELIVERIES.not_before - now, Interval)
    columns = select(*_DELIVERIES, age.label("sending_age"), wait.label("wait"))
    joined = columns.select_from(keys).join(_TABLE, of_channel)
    return joined.where(_DELIVERIES.local_date == bindparam("on"))


@lru_cache
def _missed_last(dialect: str) -> Select[Any]:
    """Return the query for the newest deliveries before a date, where those were missed."""
    keys, of_channel = theirs(dialect, _TABLE)
    other = _TABLE.alias()
    newest = (
        select(func.max(other.c.local_date))
        .where(
            other.c.workspace_id == _DELIVERIES.workspace_id,
            other.c.channel_id == _DELIVERIES.channel_id,
            other.c.local_date < bindparam("before"),
        )
        .scalar_subquery()
    )
    missed = _DELIVERIES.state.in_([state.value for state in _MISSED])
    joined = select(*_DELIVERIES).select_from(keys).join(_TABLE, of_channel)
    return joined.where(missed, _DELIVERIES.local_date == newest)


def _delivery_of(row: DeliveryRow | Row[Any]) -> Delivery:
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
        # Read by `get` alone, which is asked before every decision.
        sending_age=getattr(row, "sending_age", None),
        wait=getattr(row, "wait", None),
    )
