"""
Many askers, one transaction: what is asked while the database is busy is asked together next.

No timer and no delay: who comes alone is served at once. While that runs, the others gather, and
the next transaction serves them all. A batch holds only what was asked before it began, so a reader
sees everything that was committed before it asked, and a writer goes on only after the commit that
holds its write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from bot.errors import StorageError

K = TypeVar("K")
V = TypeVar("V")


class Gathered(Generic[K, V]):
    """
    Serves askers in batches.

    Args:
        serve: Answers a batch, in order; when it raises, nothing was written.
        most: Longest batch; a large one holds the event loop while rows become values.
    """

    def __init__(self, serve: Callable[[Sequence[K]], Awaitable[Sequence[V]]], most: int) -> None:
        self._serve = serve
        self._most = most
        self._waiting: list[tuple[K, asyncio.Future[V]]] = []
        self._running: asyncio.Task[None] | None = None

    async def ask(self, question: K) -> V:
        """Return the answer; raises what serving raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[V] = loop.create_future()
        self._waiting.append((question, answer))
        if self._running is None or self._running.done():
            self._running = loop.create_task(self._run())
        return await answer

    async def _run(self) -> None:
        try:
            while batch := self._next():
                await self._answer(batch)
        except BaseException:
            # Only a cancelled loop or a bug comes here: nobody may wait for ever.
            for _, answer in self._waiting:
                answer.cancel()
            self._waiting.clear()
            raise

    def _next(self) -> list[tuple[K, asyncio.Future[V]]]:
        batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
        # Who was cancelled meanwhile wants nothing any more.
        return [one for one in batch if not one[1].done()] or (self._next() if batch else [])

    async def _answer(self, batch: Sequence[tuple[K, asyncio.Future[V]]]) -> None:
        try:
            answers = await self._serve([question for question, _ in batch])
        except asyncio.CancelledError:
            for _, answer in batch:
                answer.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            await self._failed(batch, error)
            return
        for (_, answer), value in zip(batch, answers, strict=True):
            if not answer.done():
                answer.set_result(value)

    async def _failed(self, batch: Sequence[tuple[K, asyncio.Future[V]]], error: Exception) -> None:
        if len(batch) > 1 and not isinstance(error, StorageError):
            # One of them is at fault, not the database: each for itself.
            for one in batch:
                await self._answer([one])
            return
        for _, answer in batch:
            if not answer.done():
                answer.set_exception(error)
