"""
An event loop whose clock jumps to the next timer when nothing else is left to do.

    @pytest.fixture
    def anyio_backend() -> object:
        return VIRTUAL_TIME

A minute of sleeping takes no time. For what waits for timers, tasks and threads alone: an answer
that is still on its way through a socket looks like nothing left to do.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

_THREAD_SECONDS = 0.005


class _Jumping(selectors.DefaultSelector):
    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or timeout == 0:
            return found
        if timeout is None or self._loop.in_threads:
            return super().select(_THREAD_SECONDS)
        self._loop.ahead += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`ahead` is how many seconds its clock was put forward."""

    def __init__(self) -> None:
        self.ahead, self.in_threads = 0.0, 0
        super().__init__(_Jumping(self))

    def time(self) -> float:
        return super().time() + self.ahead

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:
        self.in_threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._back)
        return future

    def _back(self, _: object) -> None:
        self.in_threads -= 1


VIRTUAL_TIME = ("asyncio", {"loop_factory": VirtualLoop})


class LoopClock:
    """A `Clock` that goes with the running loop's, from *start* on."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._began: float | None = None

    def now(self) -> datetime:
        at = asyncio.get_running_loop().time()
        self._began = at if self._began is None else self._began
        return self._start + timedelta(seconds=at - self._began)
