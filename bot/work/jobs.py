"""
procrastinate's jobs: many added by one statement, ended together, and with an end that is not lost.

Imported by the cluster form alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from procrastinate import PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from bot.logs import get_logger

# PostgreSQL's code for an error that a function raises: procrastinate's "job was not found".
_RAISED = "P0001"
_WAITING: Final = (
    "SELECT queueing_lock FROM procrastinate_jobs "
    "WHERE status = 'todo' AND queueing_lock = ANY(%(locks)s::text[])"
)
# As procrastinate_finish_job_v1 does for one; what others took over meanwhile is gone already.
_DELETE: Final = (
    "DELETE FROM procrastinate_jobs "
    "WHERE id = ANY(%(numbers)s::bigint[]) AND status IN ('todo', 'doing') RETURNING id"
)
log = get_logger("work")


class Jobs(JobManager):
    """
    procrastinate's jobs, with an end that does not get lost.

    As shipped, a job whose end cannot be written stays "running" under a living worker, for good.
    """

    def __init__(self, connector: PsycopgConnector) -> None:
        super().__init__(connector)
        self._unended: dict[int, Status] = {}
        self._ending: list[tuple[int, asyncio.Future[bool]]] = []
        self._deleting: asyncio.Task[None] | None = None

    async def defer_many(self, jobs: Sequence[Job]) -> None:
        """Add jobs by one statement, except those whose key waits already."""
        try:
            await self.batch_defer_jobs_async(list(jobs))
        except AlreadyEnqueued:
            # One that waits refuses all of the statement.
            waiting = await self._waiting(jobs)
            await self._defer_new([job for job in jobs if job.queueing_lock not in waiting])

    async def _defer_new(self, jobs: Sequence[Job]) -> None:
        if not jobs:
            return
        try:
            await self.batch_defer_jobs_async(list(jobs))
        except AlreadyEnqueued:
            # Another process submitted one of them at this very moment.
            for job in jobs:
                with suppress(AlreadyEnqueued):
                    await self.defer_job_async(job)

    async def _waiting(self, jobs: Sequence[Job]) -> set[str]:
        """Return the queueing locks that are taken."""
        rows = await self.connector.execute_query_all_async(
            query=_WAITING, locks=[job.queueing_lock for job in jobs]
        )
        return {row["queueing_lock"] for row in rows}

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """
        End a job; when the database is away, `end_the_rest` tries again.

        One that is gone was taken over by others while we were stopped or cut off.
        """
        assert job.id is not None
        try:
            if delete_job:
                if not await self._delete(job.id):
                    log.info("job_gone", lock=job.lock)
            else:
                await super().finish_job(job, status, delete_job)
        except ProcrastinateException as error:
            if getattr(error.__cause__, "sqlstate", None) == _RAISED:
                log.info("job_gone", lock=job.lock)
            else:
                self._unended[job.id] = status
                log.warning("job_not_ended", lock=job.lock)

    async def _delete(self, number: int) -> bool:
        """
        Delete a job that ended, and return whether it was there.

        Those that end while one statement runs share the next.
        """
        deleted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._ending.append((number, deleted))
        if self._deleting is None or self._deleting.done():
            self._deleting = asyncio.create_task(self._delete_all())
        return await deleted

    async def _delete_all(self) -> None:
        while self._ending:
            ending, self._ending = self._ending, []
            numbers = [number for number, _ in ending]
            try:
                rows = await self.connector.execute_query_all_async(query=_DELETE, numbers=numbers)
            except Exception as error:  # noqa: BLE001 - handed to each that waits for it
                for _, deleted in ending:
                    if not deleted.done():
                        deleted.set_exception(error)
                continue
            there = {row["id"] for row in rows}
            for number, deleted in ending:
                if not deleted.done():
                    deleted.set_result(number in there)

    async def end_the_rest(self) -> None:
        """Delete the jobs that have run, but whose end could not be written."""
        for number, status in list(self._unended.items()):
            try:
                await self.finish_job_by_id_async(number, status, delete_job=True)
            except ProcrastinateException as error:
                if getattr(error.__cause__, "sqlstate", None) != _RAISED:
                    raise
            self._unended.pop(number, None)
