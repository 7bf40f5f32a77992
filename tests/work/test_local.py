"""The one-process work queue."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.clock import SystemClock
from bot.errors import JobFailed
from bot.work.local import LocalWork
from bot.work.port import Priority, Unit
from bot.work.ticker import Job, Ticker

pytestmark = pytest.mark.anyio


async def test_urgent_work_goes_first():
    """Whatever waits, the smallest priority runs next, and equals run in order of arrival."""
    seen: list[str] = []
    work = LocalWork(SystemClock(), workers=1)

    async def run(key: str) -> None:
        seen.append(key)

    work.handle("poll", run)
    work.handle("answer", run)
    await work.submit("poll", "p1", Priority.POLL)
    await work.submit("poll", "p2", Priority.POLL)
    await work.submit("answer", "a", Priority.ANSWER)
    async with work:
        await work.idle()
    assert seen == ["a", "p1", "p2"]


async def test_many_are_submitted_in_their_order():
    """Many units run once each, in the given order, and others get a turn while they are submitted."""
    seen: list[str] = []
    turns = 0
    work = LocalWork(SystemClock(), workers=1)
    names = [f"d{number}" for number in range(1_000)]

    async def run(key: str) -> None:
        seen.append(key)

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    work.handle("deliver", run)
    beside = asyncio.create_task(other())
    await work.submit_many("deliver", [Unit(name) for name in [*names, "d1"]], Priority.DELIVER)
    beside.cancel()
    async with work:
        await work.idle()
    assert seen == names
    assert turns > 1


async def test_waiting_work_is_not_queued_twice():
    """Asking again for a unit that still waits changes nothing."""
    seen: list[str] = []
    work = LocalWork(SystemClock(), workers=1)

    async def run(key: str) -> None:
        seen.append(key)

    work.handle("deliver", run)
    for _ in range(3):
        await work.submit("deliver", "d", Priority.DELIVER)
    async with work:
        await work.idle()
    assert seen == ["d"]


async def test_asking_during_the_run_runs_it_once_more():
    """What changes while a unit runs is not lost: the unit runs again afterwards."""
    seen: list[str] = []
    work = LocalWork(SystemClock(), workers=1)

    async def run(key: str) -> None:
        seen.append(key)
        if len(seen) == 1:
            await work.submit("deliver", key, Priority.DELIVER)

    work.handle("deliver", run)
    await work.submit("deliver", "d", Priority.DELIVER)
    async with work:
        await work.idle()
    assert seen == ["d", "d"]


async def test_work_is_never_early():
    """`not_before` holds a unit back until the clock says so."""
    done = asyncio.Event()
    work = LocalWork(SystemClock(), workers=1)

    async def run(_key: str) -> None:
        done.set()

    work.handle("poll", run)
    async with work:
        later = SystemClock().now() + timedelta(seconds=0.1)
        await work.submit("poll", "p", Priority.POLL, later)
        await work.idle()
        assert not done.is_set()
        await asyncio.wait_for(done.wait(), 5)
        assert SystemClock().now() >= later


@pytest.mark.parametrize("error", [JobFailed("no"), RuntimeError("bug")])
async def test_a_failing_unit_does_not_end_its_worker(error):
    """An error is logged; the worker takes the next unit."""
    seen: list[str] = []
    work = LocalWork(SystemClock(), workers=1)

    async def run(key: str) -> None:
        seen.append(key)
        if key == "bad":
            raise error

    work.handle("poll", run)
    await work.submit("poll", "bad", Priority.POLL)
    await work.submit("poll", "good", Priority.POLL)
    async with work:
        await work.idle()
    assert seen == ["bad", "good"]


async def test_unknown_kinds_are_refused_at_once():
    """Work that nobody handles fails where it is submitted, not silently later."""
    with pytest.raises(ValueError, match="explain"):
        await LocalWork(SystemClock()).submit("explain", "e", Priority.EXPLAIN)


async def test_the_ticker_goes_on_after_a_crash():
    """A job that fails is tried again at its next tick."""
    runs = 0
    again = asyncio.Event()

    async def job() -> None:
        nonlocal runs
        runs += 1
        if runs > 1:
            again.set()
        raise RuntimeError("bug")

    async with Ticker([Job(name="tick", every_seconds=0.05, run=job)]):
        await asyncio.wait_for(again.wait(), 5)


async def test_a_slow_job_never_overlaps_itself():
    """An interval that passes during a run is swallowed, not run beside it."""
    running = most = 0
    ended = asyncio.Event()

    async def job() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.12)
        running -= 1
        ended.set()

    async with Ticker([Job(name="slow", every_seconds=0.03, run=job)]):
        await asyncio.wait_for(ended.wait(), 5)
        await asyncio.sleep(0.1)
    assert most == 1
