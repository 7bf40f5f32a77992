"""
Changes of deliveries' states, several in one commit.

Each row is compared and set by itself; that they share a transaction only saves commits, which
with `synchronous=FULL` wait for the disk. What was asked is answered after the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from bot.digest.delivery import Delivery, DeliveryState
from storage.openings import key_values
from storage.statements import chunks, table_of, upsert
from storage.tables import DeliveryRow, StoryRow, ToldRow
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

# Built once: building a statement takes longer than running it.
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
            if await _apply(await session.connection(), changes) != len(changes):
                raise _SomeWereTaken
            await _remember(session, [change.new for change in changes])
        return [True] * len(changes)

    async def _one_by_one(self, changes: Sequence[Change]) -> list[bool]:
        async with self._transactions.write() as session:
            connection = await session.connection()
            won = [await _apply(connection, [change]) == 1 for change in changes]
            done = [change.new for change, mine in zip(changes, won, strict=True) if mine]
            await _remember(session, done)
        return won


async def _apply(connection: AsyncConnection, changes: Sequence[Change]) -> int:
    """Return how many rows were still as they were seen, and are changed."""
    rows = [{**_seen(change.old), **_written(change.new)} for change in changes]
    done = await connection.execute(_CHANGE, rows if len(rows) > 1 else rows[0])
    return cast("CursorResult[Any]", done).rowcount


async def _remember(session: AsyncSession, changed: Sequence[Delivery]) -> None:
    """Record what channels were told; the headlines are those that the stories have now."""
    sent = [one for one in changed if one.state is DeliveryState.SENT]
    headlines = await _headlines(session, {story for one in sent for story, _ in one.stories})
    await upsert(
        session,
        ToldRow,
        [
            {
                **key_values(one.key),
                "story_id": story_id,
                "revision": revision,
                "headline": headlines.get(story_id, ""),
                "ts": one.ts,
            }
            for one in sent
            for story_id, revision in dict(one.stories).items()
        ],
    )


async def _headlines(session: AsyncSession, story_ids: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunks(sorted(story_ids)):
        wanted = select(StoryRow.id, StoryRow.headline).where(StoryRow.id.in_(some))
        found.update(dict(iter(await session.execute(wanted))))
    return found


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
