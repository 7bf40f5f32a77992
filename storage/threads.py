"""The memory of threads, encrypted; what is asked of the words inside is decided after decrypting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.chat.kept_answer import kept_key
from bot.chat.thread import StoredTurn, ThreadKey, ThreadMemory
from storage.statements import chunks, insert_into, table_of, upsert
from storage.tables import RequestRow, ThreadRow
from storage.transactions import Transactions

_THREADS = table_of(ThreadRow)

_Change = Callable[[ThreadMemory], ThreadMemory | None]


class ThreadRepository:
    """Implements `bot.chat.ports.ThreadStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def get(self, key: ThreadKey, now: datetime | None = None) -> ThreadMemory | None:
        wanted = select(ThreadRow).where(*_is(key))
        if now is not None:
            wanted = wanted.where(or_(ThreadRow.expires_at.is_(None), ThreadRow.expires_at > now))
        async with self._transactions.read() as session:
            row = await session.scalar(wanted)
        return None if row is None else _memory_of(row)

    async def save(self, memory: ThreadMemory) -> None:
        async with self._transactions.write() as session:
            await upsert(session, ThreadRow, [_values(memory)])

    async def update(
        self, key: ThreadKey, change: Callable[[ThreadMemory | None], ThreadMemory | None]
    ) -> ThreadMemory | None:
        async with self._transactions.write() as session:
            new = change(await _held(session, key))
            await _write(session, key, new)
        return new

    async def erase(self, key: ThreadKey) -> bool:
        return await self._delete(*_is(key)) > 0

    async def erase_message(self, workspace_id: str, channel_id: str, ts: str) -> int:
        def without(memory: ThreadMemory) -> ThreadMemory | None:
            if memory.key.thread_ts == ts:
                return None
            left = tuple(turn for turn in memory.turns if turn.ts != ts)
            return replace(memory, turns=left)

        return await self._change_all(
            without, ThreadRow.workspace_id == workspace_id, ThreadRow.channel_id == channel_id
        )

    async def erase_expired(self, now: datetime) -> int:
        return await self._delete(ThreadRow.expires_at <= now)

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        """Erase as the port says; do it before their requests go, which lead to their private answers."""
        private = await self._private_answers(workspace_id, user_id)
        return private + await self._change_all(
            lambda memory: without_person(memory, user_id), ThreadRow.workspace_id == workspace_id
        )

    async def _private_answers(self, workspace_id: str, user_id: str) -> int:
        """Erase what is kept under requests of one person."""
        asked = select(RequestRow.channel_id, RequestRow.source_key).where(
            RequestRow.workspace_id == workspace_id, RequestRow.user_id == user_id
        )
        async with self._transactions.read() as session:
            found = [tuple(row) for row in await session.execute(asked)]
        names = [kept_key(workspace_id, *row).thread_ts for row in found]
        gone = 0
        for some in chunks(names):
            gone += await self._delete(
                ThreadRow.workspace_id == workspace_id, ThreadRow.thread_ts.in_(some)
            )
        return gone

    async def _change_all(self, change: _Change, *which: Any) -> int:
        """Change or erase (None) memories in one transaction; return how many were touched."""
        touched = 0
        async with self._transactions.write() as session:
            for memory in await _locked(session, *which):
                new = change(memory)
                if new != memory:
                    touched += 1
                    await _write(session, memory.key, new)
        return touched

    async def _delete(self, *which: Any) -> int:
        async with self._transactions.write() as session:
            done = await session.execute(delete(_THREADS).where(*which))
            return cast("CursorResult[Any]", done).rowcount


def without_person(memory: ThreadMemory, user_id: str) -> ThreadMemory | None:
    """
    Return a memory without what one person said and what we answered to it (pure).

    The text or page that a thread began with is that of who spoke first. A thread in which nobody
    else spoke goes whole (None), unless it hangs under a digest: which stories it is about is
    nobody's words.
    """
    if all(turn.user_id != user_id for turn in memory.turns):
        return memory
    left = _turns_without(memory.turns, user_id)
    if not left and not memory.stories:
        return None
    if memory.turns[0].user_id == user_id:
        return replace(memory, turns=left, source_text="", source_url="", answer="")
    return replace(memory, turns=left)


def _turns_without(turns: tuple[StoredTurn, ...], user_id: str) -> tuple[StoredTurn, ...]:
    left = []
    to_them = False
    for turn in turns:
        if turn.role == "user":
            to_them = turn.user_id == user_id
        if not to_them:
            left.append(turn)
    return tuple(left)


async def _held(session: AsyncSession, key: ThreadKey) -> ThreadMemory | None:
    """Return a memory (None: there is none) that nobody else changes until the transaction ends."""
    # An empty row first: there must be something that a second writer has to wait for.
    insert = insert_into(session, ThreadRow).on_conflict_do_nothing().returning(ThreadRow.thread_ts)
    empty = _values(ThreadMemory(key=key))
    while (await session.execute(insert, empty)).first() is None:
        # Once more when it was erased in between.
        if found := await _locked(session, *_is(key)):
            return found[0]
    return None


async def _locked(session: AsyncSession, *which: Any) -> list[ThreadMemory]:
    """Return memories that nobody else changes until the transaction ends."""
    # In the order of keys, so that two of these wait for each other instead of locking each other out.
    order = (ThreadRow.workspace_id, ThreadRow.channel_id, ThreadRow.thread_ts)
    rows = await session.scalars(select(ThreadRow).where(*which).order_by(*order).with_for_update())
    return [_memory_of(row) for row in rows]


async def _write(session: AsyncSession, key: ThreadKey, new: ThreadMemory | None) -> None:
    if new is None:
        await session.execute(delete(_THREADS).where(*_is(key)))
        return
    if new.key != key:
        raise ValueError(f"{new.key} is not {key}")
    await upsert(session, ThreadRow, [_values(new)])


def _is(key: ThreadKey) -> tuple[Any, ...]:
    return (
        ThreadRow.workspace_id == key.workspace_id,
        ThreadRow.channel_id == key.channel_id,
        ThreadRow.thread_ts == key.thread_ts,
    )


def _values(memory: ThreadMemory) -> dict[str, Any]:
    return {
        "workspace_id": memory.key.workspace_id,
        "channel_id": memory.key.channel_id,
        "thread_ts": memory.key.thread_ts,
        "expires_at": memory.expires_at,
        "memory": memory,
    }


def _memory_of(row: ThreadRow) -> ThreadMemory:
    key = ThreadKey(
        workspace_id=row.workspace_id, channel_id=row.channel_id, thread_ts=row.thread_ts
    )
    return replace(row.memory, key=key, expires_at=row.expires_at)
