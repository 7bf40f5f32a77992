"""No workspace takes all the workers of a process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.clock import SystemClock
from bot.work.local import LocalWork
from bot.work.port import Priority
from bot.work.share import FairShare

pytestmark = pytest.mark.anyio


class Office:
    """Eight workers; units of "slow/…" wait until they are let go."""

    def __init__(self, workers: int = 8) -> None:
        self.work = LocalWork(SystemClock(), workers=workers)
        self.share = FairShare(workers, self.submit)
        self.go = asyncio.Event()
        self.done: list[str] = []
        self.most = self.running = 0
        self.work.handle("deliver", lambda key: self.share.run(key.split("/")[0], key, self.run))

    async def submit(self, key: str) -> None:
        await self.work.submit("deliver", key, Priority.DELIVER)

    async def wait_for(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while True:
                if condition():
                    return
                await asyncio.sleep(0.01)

    async def run(self, key: str) -> None:
        if key.startswith("slow"):
            self.running += 1
            self.most = max(self.most, self.running)
            await self.go.wait()
            self.running -= 1
        if key.endswith("broken"):
            raise ValueError(key)
        self.done.append(key)


async def test_others_go_on_while_one_workspace_hangs():
    """Thirty units of a workspace that hangs are under way; another's is done at once, all in the end."""
    office = Office()
    async with office.work:
        for number in range(30):
            await office.submit(f"slow/{number}")
        await asyncio.sleep(0)
        await office.submit("quick/1")
        await office.wait_for(lambda: "quick/1" in office.done)
        assert office.share.waiting() == 30 - office.share.limit
        office.go.set()
        await office.wait_for(lambda: len(office.done) == 31)
    assert office.most == office.share.limit == 6
    assert office.share.waiting() == 0


async def test_a_broken_unit_lets_the_next_go(caplog):
    """What fails frees its place as what succeeds does; a key that waits is kept once."""
    office = Office(workers=2)
    assert office.share.limit == 1
    async with office.work:
        for key in ("slow/broken", "slow/1", "slow/1", "slow/2"):
            await office.submit(key)
        office.go.set()
        await office.wait_for(lambda: len(office.done) == 2)
    assert sorted(office.done) == ["slow/1", "slow/2"]


async def test_one_worker_serves_everybody():
    """With a single worker there is nothing to share out, and nothing stops."""
    assert FairShare(1, Office().submit).limit == 1
