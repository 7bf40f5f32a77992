"""Slack's rate limits kept by all processes together: the workspace's buckets stand in the database."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.errors import StorageError
from bot.logs import get_logger
from bot.slack.pacing import METHOD_RATES, TIER_3, Pacer
from bot.work.port import SharedBuckets

# Reading ahead in a bucket's future is harmless; more than this is a mistake of Slack's or ours.
_LONGEST_HOLD_SECONDS: Final = 600.0
log = get_logger("slack")


class SharedPacer(Pacer):
    """
    A `Pacer` whose limits per method and workspace count for all processes.

    A channel's own one-a-second limit stays in the process: its posts come from one delivery a day
    and from answers, and Slack says 429 if they ever meet.

    Args:
        buckets: Shared by all processes.
    """

    def __init__(self, buckets: SharedBuckets) -> None:
        super().__init__()
        self._shared = buckets
        self._paying: set[asyncio.Task[None]] = set()
        self._one_pays = asyncio.Lock()

    async def wait(
        self, workspace_id: str, method: str, channel_id: str = "", *, at_most_seconds: float
    ) -> float:
        """Wait for our own turn, then for the one among all processes; see `Pacer.wait`."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        away = await super().wait(workspace_id, method, channel_id, at_most_seconds=at_most_seconds)
        if away:
            return away
        left = max(0.0, at_most_seconds - (loop.time() - began))
        seconds = await self._take(workspace_id, method, cost=1.0, max_wait_seconds=left)
        if seconds > left:
            return seconds
        if seconds:
            await asyncio.sleep(seconds)
        return 0.0

    def hold(self, workspace_id: str, method: str, seconds: float) -> None:
        """Let nobody, in any process, call *method* in the workspace for *seconds*."""
        super().hold(workspace_id, method, seconds)
        task = asyncio.create_task(self._pay(workspace_id, method, seconds))
        self._paying.add(task)
        task.add_done_callback(self._paying.discard)

    async def _pay(self, workspace_id: str, method: str, seconds: float) -> None:
        """
        Take the tokens that come back within the wait, so that the others wait too.

        Calls that were under way together are refused together: only what nobody has paid yet is
        taken, else ten refusals would stop the workspace for ten times as long.
        """
        rate = METHOD_RATES.get(method, TIER_3)
        async with self._one_pays:
            paid = await self._take(workspace_id, method, cost=0.0, max_wait_seconds=None)
            unpaid = min(seconds, _LONGEST_HOLD_SECONDS) - paid
            if unpaid > 0:
                cost = unpaid * rate.per_second
                await self._take(workspace_id, method, cost=cost, max_wait_seconds=None)

    async def _take(
        self, workspace_id: str, method: str, *, cost: float, max_wait_seconds: float | None
    ) -> float:
        rate = METHOD_RATES.get(method, TIER_3)
        try:
            return await self._shared.take(
                f"slack:{method}:{workspace_id}",
                rate.per_second,
                float(rate.burst),
                cost,
                # Not this machine's clock: one that is minutes ahead would stop the others for as long.
                None,
                max_wait_seconds=max_wait_seconds,
            )
        except StorageError as error:
            # Without the database our own buckets still hold, and Slack's 429 is heard.
            log.warning("pacing_alone", error=str(error))
            return 0.0
