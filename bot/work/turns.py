"""
One clock at a time, without a leader: whoever comes first in an interval takes the turn.

A turn is the one token of a bucket that all processes share, so a clock that dies or is stopped
holds nothing: at the next interval somebody else is first. Two clocks that tick at once would do
no harm either (every effect is a compare-and-set); this only saves the double work.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.clock import Clock, SystemClock
from bot.work.port import SharedBuckets
from bot.work.ticker import Job

# A turn may come back a little early: intervals of two processes are never quite the same.
_EARLY = 0.8
# After so many intervals without a turn the job is run all the same: a machine with a wrong clock
# may have dated the bucket far into the future, and no digest may depend on that.
_PATIENCE = 10.0


class Turns:
    """
    Hands out the turns of this process's jobs.

    Args:
        buckets: Shared by all processes.
        clock: The machine's; never one that tests or the demo have shifted.
    """

    def __init__(self, buckets: SharedBuckets, clock: Clock | None = None) -> None:
        self._buckets = buckets
        self._clock = clock or SystemClock()
        self._last: dict[str, float] = {}

    def once(self, job: Job) -> Job:
        """Return the job as one that runs once per interval in all processes together."""

        async def run() -> None:
            if await self._is_ours(job):
                await job.run()

        return replace(job, run=run)

    async def _is_ours(self, job: Job) -> bool:
        now = asyncio.get_running_loop().time()
        if now - self._last.setdefault(job.name, now) > _PATIENCE * job.every_seconds:
            self._last[job.name] = now
            return True
        rate = 1.0 / (_EARLY * job.every_seconds)
        wait_seconds = await self._buckets.take(
            f"clock:{job.name}", rate, 1.0, 1.0, self._clock.now(), max_wait_seconds=0.0
        )
        if wait_seconds > 0:
            return False
        self._last[job.name] = now
        return True
