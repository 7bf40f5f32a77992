"""
Many processes: procrastinate hands the work out, on the PostgreSQL that holds the ledger.

Each unit is one of its jobs; the key of the ledger row is its lock (never two at once) and its
queueing lock (never two waiting). The engine is trusted with speed, not with the truth: a job that
is lost, or run twice, costs nothing, because units begin with a compare-and-set on their row and
the sweep submits again whatever row is unfinished.

What the engine leaves to its user is done here: a worker that ends with its database connection is
started anew, the jobs of processes that died are put back, and finished jobs are deleted.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Self

from procrastinate import App, JobContext
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import AbortReason
from procrastinate.jobs import Job

from bot.clock import Clock
from bot.errors import PlainwireError
from bot.logs import get_logger
from bot.work.caretaker import Caretaker
from bot.work.engine import jobs_of, once_more, open_engine, task_of, translated
from bot.work.port import Handler, Priority, Unit, WorkKind

# A unit that has to wait longer is run in between, finds that out from its row, and waits on: a
# clock that was wrong for a moment must not put one off for hours.
_LONGEST_DELAY = timedelta(minutes=15)
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 5.0
# A worker that held for so long was well; its next end is a new trouble.
_STEADY_SECONDS = 30.0
# Longer than the grace time, a stop that was not heard is said again.
_STOP_AGAIN_SECONDS = 2.0
# Heartbeats per takeover time: two may get lost.
_BEATS = 3
# A unit needs one for a moment at its end, which it shares with others.
_UNITS_CONNECTIONS = 4
# Besides those of the units: fetching, heartbeat, taking over, submitting from within.
_OWN_CONNECTIONS = 4
_SUBMIT_CONNECTIONS = 4
# So many jobs are written by one statement; psycopg holds the event loop for a tenth of a
# millisecond for each, more on a busy machine.
_SUBMITS_A_TURN = 50
log = get_logger("work")


class ClusterWork:
    """
    Implements `bot.work.port.WorkRunner` on PostgreSQL.

    Args:
        url: `postgresql://…`, as libpq reads it; procrastinate's tables must be there.
        clock: Tells how far away `not_before` is; when it has come, the database's clock says.
        runs: False for a process that only submits.
        workers: How many units run at once in this process.
        takeover_seconds: A process without a sign of life for so long is taken for dead.
        grace_seconds: How long running units may go on when the process stops.
        poll_seconds: How often waiting jobs are looked for; new ones announce themselves.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        runs: bool = True,
        workers: int = 8,
        takeover_seconds: float = 30.0,
        grace_seconds: float = 5.0,
        poll_seconds: float = 1.0,
    ) -> None:
        self._url = url
        self._clock = clock
        self._runs = runs
        self._workers = workers
        self._takeover_seconds = takeover_seconds
        self._grace_seconds = grace_seconds
        self._poll_seconds = poll_seconds
        self._handlers: dict[WorkKind, Handler] = {}
        self._submitter = open_engine(url, connections=_SUBMIT_CONNECTIONS)
        self._opening = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._supervisor: asyncio.Task[None] | None = None

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
        """
        See `bot.work.port.Work.submit`.

        Raises:
            StorageError: The database cannot be reached.
        """
        await self._open()
        with translated():
            await self._defer(kind, key, int(priority), self._real(not_before))

    async def submit_many(self, kind: WorkKind, units: Iterable[Unit], priority: Priority) -> None:
        """
        See `bot.work.port.Work.submit_many`.

        Raises:
            StorageError: The database cannot be reached; some may have been submitted.
        """
        await self._open()
        left = iter(units)
        while some := list(islice(left, _SUBMITS_A_TURN)):
            await self._submit_some(kind, {unit.key: unit for unit in some}.values(), priority)

    async def _submit_some(self, kind: WorkKind, units: Iterable[Unit], priority: Priority) -> None:
        jobs = [
            self._job(kind, unit.key, int(priority), self._real(unit.not_before)) for unit in units
        ]
        with translated():
            await once_more(lambda: jobs_of(self._submitter).defer_many(jobs))

    async def _open(self) -> None:
        """Open the connections for submitting; events may come before the work is begun."""
        async with self._opening:
            await self._submitter.open_async()

    def _real(self, not_before: datetime | None) -> datetime | None:
        """Return the instant on the machine's clock; ours may be shifted."""
        if not_before is None:
            return None
        away = min(not_before - self._clock.now(), _LONGEST_DELAY)
        return datetime.now(UTC) + away if away > timedelta() else None

    async def _defer(
        self, kind: WorkKind, key: str, priority: int, not_before: datetime | None
    ) -> None:
        try:
            job = self._job(kind, key, priority, not_before)
            await once_more(lambda: jobs_of(self._submitter).defer_job_async(job))
        except AlreadyEnqueued:
            log.debug("work_waits_already", kind=kind, key=key)

    def _job(self, kind: WorkKind, key: str, priority: int, not_before: datetime | None) -> Job:
        name = f"{kind}:{key}"
        deferrer = self._submitter.configure_task(
            task_of(kind),
            queue=kind,
            lock=name,
            queueing_lock=name,
            # Greater runs first there.
            priority=-priority,
            schedule_at=not_before,
        )
        return deferrer.make_new_job(key=key)

    async def __aenter__(self) -> Self:
        await self._open()
        if self._runs:
            self._supervisor = asyncio.create_task(self._supervise(), name="supervisor")
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        """Stop: running units get the grace time, then they are cancelled and handed back."""
        self._stopping.set()
        if self._supervisor is not None:
            await self._cancelled(self._supervisor)
        await self._submitter.close_async()

    async def _cancelled(self, supervisor: asyncio.Task[None]) -> None:
        """Cancel it until it ends: a cancellation that meets the pool's waiting can get lost there."""
        ended: set[asyncio.Task[None]] = set()
        while not ended:
            supervisor.cancel()
            # A worker that heard of it ends within the grace time.
            ended, _ = await asyncio.wait(
                [supervisor], timeout=self._grace_seconds + _STOP_AGAIN_SECONDS
            )
        await asyncio.gather(supervisor, return_exceptions=True)

    # Working

    async def _supervise(self) -> None:
        """Keep a worker running; whatever ends one, the next begins after a wait that grows."""
        loop = asyncio.get_running_loop()
        wait_seconds = _FIRST_WAIT_SECONDS
        while not self._stopping.is_set():
            began = loop.time()
            try:
                await self._one_life()
                reason = "its heartbeat or its listening ended"
            except Exception as error:  # noqa: BLE001 - a worker that stays dead delivers nothing; every end is logged
                reason = str(error.__cause__ or error) or type(error).__name__
            if self._stopping.is_set():
                # The error of an end in a hurry took the place of our cancellation.
                break
            if loop.time() - began > _STEADY_SECONDS:
                wait_seconds = _FIRST_WAIT_SECONDS
            log.warning("worker_lost", reason=reason.strip(), again_in_seconds=wait_seconds)
            await asyncio.sleep(wait_seconds)
            wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)

    async def _one_life(self) -> None:
        """Run a worker, on connections of its own, until it loses them or we are cancelled."""
        connections = min(self._workers, _UNITS_CONNECTIONS) + _OWN_CONNECTIONS
        engine = open_engine(self._url, connections=connections)
        for kind, handler in self._handlers.items():
            self._register(engine, kind, handler)
        caretaker = Caretaker(jobs_of(engine), self._takeover_seconds)
        async with engine.open_async():
            care = asyncio.create_task(caretaker.run(), name="caretaker")
            try:
                await engine.run_worker_async(
                    queues=list(self._handlers),
                    name=f"{socket.gethostname()}-{os.getpid()}",
                    concurrency=self._workers,
                    fetch_job_polling_interval=self._poll_seconds,
                    shutdown_graceful_timeout=self._grace_seconds,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=self._takeover_seconds / _BEATS,
                    stalled_worker_timeout=self._takeover_seconds,
                )
            finally:
                caretaker.stop()
                care.cancel()
                await asyncio.gather(care, return_exceptions=True)

    def _register(self, engine: App, kind: WorkKind, handler: Handler) -> None:
        engine.task(name=task_of(kind), queue=kind, pass_context=True)(self._unit(kind, handler))

    def _unit(self, kind: WorkKind, handler: Handler) -> Callable[..., Awaitable[None]]:
        async def run(context: JobContext, *, key: str) -> None:
            try:
                await handler(key)
            except asyncio.CancelledError:
                if context.abort_reason() is AbortReason.SHUTDOWN:
                    await self._hand_back(kind, key, -context.job.priority)
                raise
            except PlainwireError as error:
                log.error("work_failed", kind=kind, key=key, error=str(error))  # noqa: TRY400 - a sentence for people, no traceback
                raise
            except Exception:
                log.exception("work_crashed", kind=kind, key=key)
                raise

        return run

    async def _hand_back(self, kind: WorkKind, key: str, priority: int) -> None:
        """Submit a unit that we could not finish, for another process; the sweep is the safety net."""
        try:
            with translated():
                await self._defer(kind, key, priority, None)
        except PlainwireError as error:
            log.warning("work_not_handed_back", kind=kind, key=key, error=str(error))
