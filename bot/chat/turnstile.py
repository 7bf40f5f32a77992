"""Waiting in the fair queue, as a context manager."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.chat.fair_queue import FairQueue

OnWait = Callable[[int], Awaitable[None]]


class Turnstile:
    """
    Lets so many answers use the model at once, workspaces in turn.

    Args:
        queue: The rule.
        say_again_seconds: How often who waits is told its place.
    """

    def __init__(self, queue: FairQueue, *, say_again_seconds: float = 20.0) -> None:
        self._queue = queue
        self._say_again_seconds = say_again_seconds
        self._called: dict[str, asyncio.Event] = {}

    @asynccontextmanager
    async def turn(self, workspace_id: str, key: str, on_wait: OnWait) -> AsyncIterator[None]:
        """
        Hold a place.

        Args:
            workspace_id: Whose turn it uses.
            key: Unique; the request's source key.
            on_wait: Called with how many are before it, at once when it has to wait and then
                now and again.
        """
        called = self._called[key] = asyncio.Event()
        self._queue.join(workspace_id, key)
        try:
            self._admit()
            while not called.is_set():
                await on_wait(self._queue.position(key))
                await self._wait(called)
            yield
        finally:
            self._called.pop(key, None)
            self._queue.leave(key)
            self._admit()

    async def _wait(self, called: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self._say_again_seconds):
                await called.wait()
        except TimeoutError:
            return

    def _admit(self) -> None:
        for key in self._queue.admit():
            self._called[key].set()
