"""The ticking clock: APScheduler runs a few interval jobs; the database knows who is due."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from bot.errors import PlainwireError
from bot.logs import get_logger


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """
    Something done every so often.

    Attributes:
        every_seconds: From start to start; a run that takes longer swallows the missed ones.
        at_once: Run the first time right at the start.
    """

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[object]]
    at_once: bool = True


class Ticker:
    """
    Runs jobs on their intervals, one run of each at a time.

    Not one job per channel: APScheduler's zoned triggers lose days in clock changes, and 10,000 jobs
    block the event loop for seconds.
    """

    def __init__(self, jobs: list[Job]) -> None:
        self._jobs = jobs
        self._running: dict[str, asyncio.Task[None]] = {}
        self._log = get_logger("work")

    async def __aenter__(self) -> Self:
        from apscheduler.executors.debug import DebugExecutor
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        # This executor calls `_begin` right in the event loop; the usual one would log every run
        # that it has to cancel at shutdown as an error.
        self._scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": DebugExecutor()})
        for job in self._jobs:
            first = datetime.now(UTC) + timedelta(seconds=0 if job.at_once else job.every_seconds)
            self._scheduler.add_job(
                self._begin,
                "interval",
                args=[job],
                seconds=job.every_seconds,
                next_run_time=first,
                coalesce=True,
                misfire_grace_time=None,
            )
        self._scheduler.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._scheduler.shutdown(wait=False)
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, job: Job) -> None:
        """Start a run unless the last one still goes on."""
        if job.name not in self._running:
            task = asyncio.create_task(self._run(job), name=f"job-{job.name}")
            self._running[job.name] = task
            task.add_done_callback(lambda _: self._running.pop(job.name, None))

    async def _run(self, job: Job) -> None:
        try:
            await job.run()
        except PlainwireError as error:
            self._log.error("job_failed", job=job.name, error=str(error))
        except Exception:  # noqa: BLE001 - a clock that stops loses digests silently
            self._log.exception("job_crashed", job=job.name)
