"""
How long one turn of the event loop keeps everybody else waiting, in processor time.

    async with Watchdog() as watch:
        ...
    assert watch.worst_seconds < 0.3

Wall time would measure the machine's load as well. Two figures:

- `worst_seconds`: the processor time of the loop's own thread in one turn of the loop;
- `worst_late_seconds`: the processor time of the whole process between two beats that are due every
  20 ms. A thread that holds the interpreter's lock in one long call keeps the loop from its turn
  without any time of the loop's own.
"""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import Any, Self

BEAT_SECONDS = 0.02


class _Selector:
    """The loop's selector, which notes when a turn of the loop ends and when the next begins."""

    def __init__(self, inner: Any, watch: Watchdog) -> None:
        self._inner, self._watch = inner, watch

    def select(self, timeout: float | None = None) -> Any:
        self._watch.turn_ends()
        found = self._inner.select(timeout)
        self._watch.turn_begins()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Watchdog:
    """Watches the running loop while it is open."""

    def __init__(self) -> None:
        self.worst_seconds = self.worst_late_seconds = 0.0
        self.turns: list[float] = []
        self._began = self._beat_at = 0.0
        self._beat: asyncio.Task[None] | None = None

    def turn_begins(self) -> None:
        self._began = time.thread_time()

    def turn_ends(self) -> None:
        held = time.thread_time() - self._began
        self.turns.append(held)
        self.worst_seconds = max(self.worst_seconds, held)

    async def __aenter__(self) -> Self:
        loop: Any = asyncio.get_running_loop()
        self._loop, self._selector = loop, loop._selector
        self.turn_begins()
        loop._selector = _Selector(self._selector, self)
        self._beat_at = time.process_time()
        self._beat = asyncio.create_task(self._beats())
        return self

    async def _beats(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            self._note_beat()

    def _note_beat(self) -> None:
        now = time.process_time()
        self.worst_late_seconds = max(self.worst_late_seconds, now - self._beat_at)
        self._beat_at = now

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.turn_ends()
        self._note_beat()
        self._loop._selector = self._selector
        assert self._beat is not None
        self._beat.cancel()
