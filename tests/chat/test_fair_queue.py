"""Workspaces take turns at the model."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.fair_queue import FairQueue
from bot.chat.turnstile import Turnstile

pytestmark = pytest.mark.anyio


def test_a_busy_workspace_does_not_hold_up_the_others() -> None:
    """The only question of a quiet workspace is second, not last."""
    queue = FairQueue(1, 1)
    for n in range(10):
        queue.join("busy", f"b{n}")
    queue.join("quiet", "q0")
    order = []
    while admitted := queue.admit():
        order += admitted
        queue.leave(admitted[0])
    assert order[:3] == ["b0", "q0", "b1"]
    assert len(order) == 11


def test_people_know_how_many_are_before_them() -> None:
    """The place in the line counts turns, not arrivals."""
    queue = FairQueue(1, 1)
    for name in ("b0", "b1", "b2"):
        queue.join("busy", name)
    queue.admit()
    queue.join("quiet", "q0")
    assert [queue.position(name) for name in ("b0", "b1", "q0", "b2")] == [0, 0, 1, 2]
    assert queue.waiting == 3


def test_one_workspace_never_takes_all_places() -> None:
    """Its own limit holds, also when places are free."""
    queue = FairQueue(4, 2)
    for n in range(4):
        queue.join("busy", f"b{n}")
    assert queue.admit() == ["b0", "b1"]
    queue.join("quiet", "q0")
    assert queue.admit() == ["q0"]


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.booleans()), max_size=80),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_nobody_is_lost_and_limits_hold(
    steps: list[tuple[str, int, bool]], places: int, each: int
) -> None:
    """Whatever joins and leaves, limits hold and everybody who stays is admitted once."""
    queue = FairQueue(places, each)
    joined: dict[str, str] = {}
    seen: list[str] = []
    working: list[str] = []
    for workspace, n, leaves in steps:
        if leaves and working:
            queue.leave(working.pop(0))
        key = f"{workspace}{n}"
        if key not in joined:
            joined[key] = workspace
            queue.join(workspace, key)
        working += (new := queue.admit())
        seen += new
        assert len(working) <= places
        assert all(sum(joined[k] == w for k in working) <= each for w in "abc")
    while working:
        queue.leave(working.pop(0))
        working += (new := queue.admit())
        seen += new
    assert sorted(seen) == sorted(joined)


async def test_who_waits_is_told_and_then_served() -> None:
    """Everybody gets a turn, and who has to wait hears their place at once."""
    turnstile = Turnstile(FairQueue(2, 2))
    told: list[int] = []
    done: list[int] = []

    async def one(n: int) -> None:
        async def on_wait(before: int) -> None:
            told.append(before)

        async with turnstile.turn("T1", f"k{n}", on_wait):
            await asyncio.sleep(0)
            done.append(n)

    await asyncio.gather(*(one(n) for n in range(6)))
    assert sorted(done) == list(range(6))
    assert told == [0, 1, 2, 3]


async def test_who_goes_away_leaves_the_line() -> None:
    """A cancelled wait frees its place for the next."""
    turnstile = Turnstile(FairQueue(1, 1))
    inside = asyncio.Event()

    async def no_wait(before: int) -> None:
        inside.set()

    async def hold() -> None:
        async with turnstile.turn("T1", "late", no_wait):
            pass

    async with turnstile.turn("T1", "first", no_wait):
        waiting = asyncio.create_task(hold())
        await inside.wait()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    async with asyncio.timeout(1), turnstile.turn("T1", "next", no_wait):
        pass
