"""What procrastinate leaves to its user: the jobs of dead processes, and those that are finished."""

from __future__ import annotations

import asyncio

from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException
from procrastinate.jobs import Job, Status

from bot.logs import get_logger
from bot.work.jobs import Jobs

# Looks per takeover time: a dead process's work waits at most a quarter longer than that.
_LOOKS = 4
# Jobs that failed stay for looking inside; the others are deleted when they end.
_KEEP_HOURS = 24
_PRUNE_SECONDS = 3600.0
log = get_logger("work")


class Caretaker:
    """
    Looks after the jobs of all processes; any number may do so at once.

    Args:
        jobs: Of an open engine.
        takeover_seconds: A process without a heartbeat for so long is taken for dead.
    """

    def __init__(self, jobs: Jobs, takeover_seconds: float) -> None:
        self._jobs = jobs
        self._takeover_seconds = takeover_seconds
        self._stopping = False

    def stop(self) -> None:
        """
        Let `run` end; said before it is cancelled.

        psycopg turns a cancellation that meets a query into an error of the query, so that alone
        could be taken for one more trouble of the database.
        """
        self._stopping = True

    async def run(self) -> None:
        """Look every so often, until stopped; what the database does is only logged."""
        loop = asyncio.get_running_loop()
        pruned_at = loop.time() - _PRUNE_SECONDS
        while not self._stopping:
            await asyncio.sleep(self._takeover_seconds / _LOOKS)
            try:
                await self._jobs.end_the_rest()
                await self.take_over()
                if loop.time() - pruned_at >= _PRUNE_SECONDS:
                    pruned_at = loop.time()
                    await self.prune()
            except ProcrastinateException as error:
                log.warning("caretaker_failed", reason=str(error.__cause__ or error).strip())

    async def take_over(self) -> int:
        """Put the jobs of processes that died back into the queue; return how many."""
        stalled = list(
            await self._jobs.get_stalled_jobs(seconds_since_heartbeat=self._takeover_seconds)
        )
        for job in stalled:
            await self._again(job)
        await self._jobs.prune_stalled_workers(self._takeover_seconds)
        return len(stalled)

    async def prune(self) -> None:
        """Delete jobs that ended a day ago or earlier."""
        await self._jobs.delete_old_jobs(
            _KEEP_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )

    async def _again(self, job: Job) -> None:
        """
        Put a new job in the old one's place.

        Not `retry_job`, which reuses the row: it fails for good when the key was submitted again
        meanwhile (the queueing lock), and a process that was only asleep would end the row under
        the feet of the one that took it over.
        """
        fresh = Job(
            queue=job.queue,
            lock=job.lock,
            queueing_lock=job.queueing_lock,
            task_name=job.task_name,
            priority=job.priority,
            task_kwargs=job.task_kwargs,
        )
        try:
            await self._jobs.defer_job_async(fresh)
        except AlreadyEnqueued:
            log.debug("work_waits_already", lock=job.lock)
        assert job.id is not None
        try:
            await self._jobs.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
        except ProcrastinateException:
            # Gone: another process was faster, or the sleeper woke up and ended it.
            log.debug("job_gone", lock=job.lock)
        else:
            log.warning("work_taken_over", lock=job.lock)
