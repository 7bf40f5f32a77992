"""
Changes of deliveries' states, several in one commit.

Each row is compared and set by itself; that they share a transaction only saves commits, which
with `synchronous=FULL` wait for the disk. What was asked is answered after the commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Interval,
    Update,
    bindparam,
    case,
    func,
    null,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.digest.delivery import Delivery, DeliveryState
from storage.statements import table_of
from storage.tables import DeliveryRow
from storage.told import remember
from storage.transactions import Transactions

# A commit of so many takes about as long as a few; more only makes the last one wait.
MOST_CHANGES: Final = 100

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


@lru_cache
def _change(dialect: str) -> Update:
    """Built once: building a statement takes longer than running it."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _CHANGED}
    if dialect == "postgresql":
        values["sending_at"] = _sending_at()
        values["not_before"] = _not_before()
    return (
        update(table_of(DeliveryRow))
        .where(
            _DELIVERIES.workspace_id == bindparam("of_workspace"),
            _DELIVERIES.channel_id == bindparam("of_channel"),
            _DELIVERIES.local_date == bindparam("of_date"),
            _DELIVERIES.state == bindparam("seen_state"),
            _DELIVERIES.attempt == bindparam("seen_attempt"),
        )
        .values(values)
    )


def _not_before() -> ColumnElement[Any]:
    """Return the end of a wait by the clock that all processes share; see `Delivery.wait`."""
    wanted = bindparam("new_not_before", type_=_DELIVERIES.not_before.type)
    wait = bindparam("new_wait", type_=Interval())
    return func.coalesce(func.clock_timestamp() + wait, wanted)


def _sending_at() -> ColumnElement[Any]:
    """
    Return `sending_at` as the one clock that all processes share says it; see `Delivery.age`.

    What stands there is kept, whatever a process wrote in its own copy of the row.
    """
    wanted = bindparam("new_sending_at", type_=_DELIVERIES.sending_at.type)
    state = bindparam("new_state", type_=_DELIVERIES.state.type)
    return case(
        (state == DeliveryState.SENDING.value, func.clock_timestamp()),
        (wanted.is_(None), null()),
        else_=func.coalesce(_DELIVERIES.sending_at, wanted),
    )


class Change(NamedTuple):
    """A row as it was seen, and as it is to be."""

    old: Delivery
    new: Delivery


class _SomeWereTaken(Exception):
    """At least one row of a batch was not as it was seen."""


class ChangeWriter:
    """Writes a batch of changes; its answers say for each whether the row was still as seen."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def __call__(self, changes: Sequence[Change]) -> list[bool]:
        # In the order of keys, so that two processes that change the same rows wait for each other
        # instead of locking each other out.
        order = sorted(range(len(changes)), key=lambda place: str(changes[place].old.key))
        ordered = [changes[place] for place in order]
        try:
            won = await self._all(ordered)
        except _SomeWereTaken:
            won = await self._one_by_one(ordered)
        answers = dict(zip(order, won, strict=True))
        return [answers[place] for place in range(len(changes))]

    async def _all(self, changes: Sequence[Change]) -> list[bool]:
        """Write all or none: the databases count the rows of a batch together, not one by one."""
        async with self._transactions.write() as session:
            connection = await session.connection()
            if await _apply(connection, changes) != len(changes):
                raise _SomeWereTaken
            await remember(connection, _sent(change.new for change in changes))
        return [True] * len(changes)

    async def _one_by_one(self, changes: Sequence[Change]) -> list[bool]:
        async with self._transactions.write() as session:
            connection = await session.connection()
            won = [await _apply(connection, [change]) == 1 for change in changes]
            done = [change.new for change, mine in zip(changes, won, strict=True) if mine]
            await remember(connection, _sent(done))
        return won


async def _apply(connection: AsyncConnection, changes: Sequence[Change]) -> int:
    """Return how many rows were still as they were seen, and are changed."""
    dialect = connection.dialect.name
    rows = [{**_seen(change.old), **_written(change.new, dialect)} for change in changes]
    statement = _change(dialect)
    done = await connection.execute(statement, rows if len(rows) > 1 else rows[0])
    return cast("CursorResult[Any]", done).rowcount


def _sent(changed: Iterable[Delivery]) -> list[Delivery]:
    return [one for one in changed if one.state is DeliveryState.SENT]


def _seen(old: Delivery) -> dict[str, Any]:
    return {
        "of_workspace": old.key.workspace_id,
        "of_channel": old.key.channel_id,
        "of_date": old.key.on,
        "seen_state": old.state.value,
        "seen_attempt": old.attempt,
    }


def _written(new: Delivery, dialect: str) -> dict[str, Any]:
    values = {f"new_{name}": getattr(new, name) for name in _CHANGED}
    values["new_state"] = new.state.value
    if dialect == "postgresql":
        values["new_wait"] = new.wait
    return values
