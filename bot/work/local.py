"""
One process: asyncio workers over a priority queue. Nothing else to install.

The queue lives in memory because the ledger rows are the truth: what was lost with the process is
submitted again from the rows at the next start (`take_up` of each use case).
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Iterable
from datetime import datetime
from typing import Self

from bot.clock import Clock
from bot.errors import PlainwireError
from bot.logs import get_logger
from bot.work.port import Handler, Priority, Unit, WorkKind

_Item = tuple[int, int, WorkKind, str]
# Ten thousand in one turn of the event loop would hold it for a tenth of a second.
_SUBMITS_A_TURN = 200


class LocalWork:
    """
    Runs units of work in this process, smallest priority first, first come first served within one.

    Args:
        clock: Tells when `not_before` has come.
        workers: How many units run at once.
        grace_seconds: How long running units may go on when the process stops.
    """

    def __init__(self, clock: Clock, *, workers: int = 8, grace_seconds: float = 0.0) -> None:
        self._clock = clock
        self._workers = workers
        self._grace_seconds = grace_seconds
        self._stopping = False
        self._busy: set[asyncio.Task[None]] = set()
        self._handlers: dict[WorkKind, Handler] = {}
        self._queue: asyncio.PriorityQueue[_Item] = asyncio.PriorityQueue()
        self._waiting: set[tuple[WorkKind, str]] = set()
        self._order = itertools.count()
        self._tasks: list[asyncio.Task[None]] = []
        self._timers: dict[tuple[WorkKind, str], asyncio.TimerHandle] = {}
        self._log = get_logger("work")

    def handle(self, kind: WorkKind, handler: Handler) -> None:
        """Name the coroutine function that runs one kind of work; called with the work's key."""
        self._handlers[kind] = handler

    async def submit(
        self,
        kind: WorkKind,
        key: str,
        priority: Priority,
        not_before: datetime | None = None,
    ) -> None:
        """See `bot.work.port.Work.submit`."""
        if kind not in self._handlers:
            raise ValueError(f"no handler for work of kind {kind}")
        if (kind, key) in self._waiting or (not_before is None and (kind, key) in self._timers):
            return
        delay_seconds = (not_before - self._clock.now()).total_seconds() if not_before else 0.0
        earlier = self._timers.pop((kind, key), None)
        if earlier:
            earlier.cancel()
        if delay_seconds > 0:
            loop = asyncio.get_running_loop()
            self._timers[kind, key] = loop.call_later(
                delay_seconds, self._enqueue, kind, key, priority
            )
        else:
            self._enqueue(kind, key, priority)

    async def submit_many(self, kind: WorkKind, units: Iterable[Unit], priority: Priority) -> None:
        """See `bot.work.port.Work.submit_many`."""
        for number, unit in enumerate(units, 1):
            await self.submit(kind, unit.key, priority, unit.not_before)
            if number % _SUBMITS_A_TURN == 0:
                await asyncio.sleep(0)

    def _enqueue(self, kind: WorkKind, key: str, priority: Priority) -> None:
        self._timers.pop((kind, key), None)
        if (kind, key) not in self._waiting:
            self._waiting.add((kind, key))
            self._queue.put_nowait((int(priority), next(self._order), kind, key))

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(self._run(), name=f"worker-{number}")
            for number in range(self._workers)
        ]
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """
        Stop: running units get the grace time, then they are cancelled; their rows say where they
        stood, and what only waited is in the rows as well.
        """
        self._stopping = True
        for timer in self._timers.values():
            timer.cancel()
        for task in self._tasks:
            if task not in self._busy:
                task.cancel()
        if self._busy and self._grace_seconds:
            await asyncio.wait(list(self._busy), timeout=self._grace_seconds)
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @property
    def length(self) -> int:
        """How many units wait for a worker."""
        return self._queue.qsize()

    async def idle(self) -> None:
        """Wait until everything submitted without a future `not_before` has been run."""
        await self._queue.join()

    async def _run(self) -> None:
        me = asyncio.current_task()
        assert me is not None
        while not self._stopping:
            _, _, kind, key = await self._queue.get()
            # Off the list before it runs, so that a submit during the run queues one more run.
            self._waiting.discard((kind, key))
            self._busy.add(me)
            try:
                await self._handlers[kind](key)
            except PlainwireError as error:
                self._log.error("work_failed", kind=kind, key=key, error=str(error))
            except Exception:  # noqa: BLE001 - one broken unit must not end the worker; its row stays unfinished
                self._log.exception("work_crashed", kind=kind, key=key)
            finally:
                self._busy.discard(me)
                self._queue.task_done()
