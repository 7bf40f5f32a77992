"""Writing to the memory of a thread."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from bot.chat.content import AnswerContent
from bot.chat.kept_answer import kept_memory
from bot.chat.material import FromGlossary, Material
from bot.chat.ports import ThreadStore
from bot.chat.request import Request
from bot.chat.thread import StoredTurn, ThreadKey, ThreadMemory
from bot.chat.turns import RETENTION, new_memory, with_explained, with_turns


class Remembering:
    """
    Keeps what was asked and answered.

    Args:
        threads: Where.
        retention: How long after the last turn.
    """

    def __init__(self, threads: ThreadStore, *, retention: timedelta = RETENTION) -> None:
        self._threads = threads
        self._retention = retention
        self._locks: dict[ThreadKey, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def alone(self, key: ThreadKey) -> AsyncIterator[None]:
        """Hold a thread for oneself, within this process."""
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            self._locks[key] = (lock, users - 1)
            if users == 1:
                del self._locks[key]

    async def turn(
        self,
        request: Request,
        found: Material | FromGlossary,
        content: AnswerContent,
        answer_ts: str,
        now: datetime,
    ) -> None:
        """Add a question and its answer to their thread, or keep a private answer for its buttons."""
        key = key_of(request, answer_ts)
        if request.private:
            memory = self._fresh(key, found, now)
            await self._threads.save(kept_memory(request, content, memory, now, self._retention))
            return
        story_id = found.story_id if isinstance(found, Material) else None
        turns = _turns(request, content, answer_ts, story_id, now)
        fresh = self._fresh(key, found, now)

        def with_them(memory: ThreadMemory | None) -> ThreadMemory:
            return with_turns(_joined(memory, fresh), turns, now, self._retention)

        await self._threads.update(key, with_them)

    async def asked(self, request: Request, memory: ThreadMemory, now: datetime) -> None:
        """Keep a question that we could not answer without asking back: the reply needs it."""
        if not request.text or request.private:
            return
        turn = _asked(request, None)
        await self._threads.update(
            memory.key,
            lambda stored: with_turns(_joined(stored, memory), [turn], now, self._retention),
        )

    async def explained(
        self, memory: ThreadMemory, story_id: str, answer_ts: str, text: str, now: datetime
    ) -> None:
        """Note where a story's full explanation stands; the caller holds the thread (`alone`)."""
        turn = StoredTurn(role="assistant", text=text, ts=answer_ts, at=now, story_id=story_id)

        def with_it(stored: ThreadMemory | None) -> ThreadMemory:
            kept = with_explained(_joined(stored, memory), story_id, answer_ts)
            return with_turns(kept, [turn], now, self._retention)

        await self._threads.update(memory.key, with_it)

    async def shared(
        self, request: Request, kept: ThreadMemory, content: AnswerContent, ts: str, now: datetime
    ) -> None:
        """Begin the thread under a private answer that was shared, with what it rests on."""
        key = replace(kept.key, thread_ts=ts)
        memory = replace(kept, key=key, answer="", turns=())
        turns = _turns(request, content, ts, None, now)
        await self._threads.save(with_turns(memory, turns, now, self._retention))

    def _fresh(self, key: ThreadKey, found: Material | FromGlossary, now: datetime) -> ThreadMemory:
        memory = found.context.memory
        if memory is not None and memory.key == key:
            return memory
        material = found if isinstance(found, Material) else None
        return new_memory(
            key,
            now,
            source_text=material.source_text if material else "",
            source_url=material.source_url if material else "",
            retention=self._retention,
        )


def _joined(stored: ThreadMemory | None, known: ThreadMemory) -> ThreadMemory:
    """Return what is stored, with the stories or the source that only we know so far."""
    if stored is None:
        return known
    return replace(
        stored,
        stories=stored.stories or known.stories,
        source_text=stored.source_text or known.source_text,
        source_url=stored.source_url or known.source_url,
    )


def key_of(request: Request, answer_ts: str = "") -> ThreadKey:
    """Return the thread that a request belongs to; its answer begins one where there is none."""
    return ThreadKey(
        workspace_id=request.workspace_id,
        channel_id=request.channel_id,
        thread_ts=request.thread_ts or answer_ts or request.source_key,
    )


def _turns(
    request: Request, content: AnswerContent, answer_ts: str, story_id: str | None, now: datetime
) -> list[StoredTurn]:
    said = StoredTurn(role="assistant", text=content.text, ts=answer_ts, at=now, story_id=story_id)
    return [_asked(request, story_id), said] if request.text else [said]


def _asked(request: Request, story_id: str | None) -> StoredTurn:
    return StoredTurn(
        role="user",
        text=request.text,
        ts=request.message_ts or request.source_key,
        at=request.received_at,
        user_id=request.user_id,
        story_id=story_id,
    )
