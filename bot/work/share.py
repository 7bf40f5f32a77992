"""No workspace takes all workers: those of others find one free, however slow Slack is for one."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Awaitable, Callable

Handler = Callable[[str], Awaitable[None]]


class FairShare:
    """
    Lets only so many units of one workspace run at once in this process.

    What is over that waits here, without holding a worker, and is submitted again when a unit of
    its workspace ends. Should the process end before, the ledger's rows still say what is to be done.

    Args:
        workers: How many units the process runs at once.
        again: Submits a unit's key again.
    """

    def __init__(self, workers: int, again: Handler) -> None:
        # A quarter stays free for the others: two of eight.
        self.limit = max(1, workers - max(1, workers // 4)) if workers > 1 else 1
        self._again = again
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[str]] = {}

    def waiting(self) -> int:
        """Return how many units wait here."""
        return sum(len(keys) for keys in self._waiting.values())

    async def run(self, workspace_id: str, key: str, handler: Handler) -> None:
        """Run *handler* with *key* now, or keep the key until the workspace's turn comes."""
        if self._running[workspace_id] >= self.limit:
            keys = self._waiting.setdefault(workspace_id, deque())
            if key not in keys:
                keys.append(key)
            return
        self._running[workspace_id] += 1
        try:
            await handler(key)
        finally:
            self._ended(workspace_id)
            await self._next(workspace_id)

    def _ended(self, workspace_id: str) -> None:
        self._running[workspace_id] -= 1
        if not self._running[workspace_id]:
            del self._running[workspace_id]

    async def _next(self, workspace_id: str) -> None:
        keys = self._waiting.get(workspace_id)
        if not keys:
            return
        key = keys.popleft()
        if not keys:
            del self._waiting[workspace_id]
        await self._again(key)
