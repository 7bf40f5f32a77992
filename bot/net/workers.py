"""
Killable worker processes for parsing what strangers wrote.

Measured: a 0.3 MB document can keep any feed or page parser busy for a minute, inside C code that no
thread can interrupt. So parsing runs in a process that is killed after a few seconds, with caps on
memory and CPU; the next call gets a fresh process.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import anyio
from anyio import BrokenWorkerProcess, CapacityLimiter, to_process

from bot.errors import NotReadable, ParseFailed
from bot.net import sealed

T = TypeVar("T")

_START_SECONDS = 30.0
_hidden: list[str | None] = []


class Workers:
    """
    A small pool; create one per program and share it.

    Args:
        size: Processes at most (about 55 MB each once the page parser is loaded).
        timeout_seconds: Wall-clock limit of one call; waiting for a free worker and starting one
            are not counted.
        memory_bytes: What one worker may map beyond its libraries.
    """

    def __init__(
        self, *, size: int = 2, timeout_seconds: float = 5.0, memory_bytes: int = 1 << 30
    ) -> None:
        self.timeout_seconds = timeout_seconds
        self._memory_bytes = memory_bytes
        self._slots = CapacityLimiter(size)
        # anyio's own limiter counts the same calls; ours is held around both steps of a call.
        self._processes = CapacityLimiter(size)

    async def run(
        self, function: Callable[..., T], *args: Any, libraries: tuple[str, ...] = ()
    ) -> T:
        """
        Call *function* in a worker process.

        Args:
            function: Top-level, in a module that is cheap to import.
            args: Picklable values.
            libraries: Modules it needs that are slow to import.

        Raises:
            ParseFailed: It took too long, used too much memory, or the process died.
            NotReadable: What the function itself raised of that kind.
        """
        async with self._slots:
            with _main_module_hidden():
                try:
                    await self._prepare(libraries)
                    return await self._call(function, args)
                except NotReadable:
                    raise
                except (BrokenWorkerProcess, MemoryError, RecursionError) as error:
                    raise ParseFailed(
                        "The document used up more memory or computing time than we allow.",
                        next_step="It was left out.",
                    ) from error

    async def _prepare(self, libraries: tuple[str, ...]) -> None:
        try:
            with anyio.fail_after(_START_SECONDS):
                await self._process(sealed.prepare, libraries, self._memory_bytes)
        except TimeoutError as error:
            raise ParseFailed(
                f"No parser process could be started within {_START_SECONDS:g} s.",
                next_step="The machine is overloaded; it will be tried again later.",
            ) from error

    async def _call(self, function: Callable[..., T], args: tuple[Any, ...]) -> T:
        try:
            with anyio.fail_after(self.timeout_seconds):
                return await self._process(sealed.call, function, 2 * self.timeout_seconds, *args)
        except TimeoutError as error:
            raise ParseFailed(
                f"The document took longer than {self.timeout_seconds:g} s to parse.",
                next_step="It was left out.",
            ) from error

    async def _process(self, function: Callable[..., T], *args: Any) -> T:
        return await to_process.run_sync(function, *args, cancellable=True, limiter=self._processes)


@contextmanager
def _main_module_hidden() -> Iterator[None]:
    """
    Keep anyio from running our main module again inside a new worker.

    It does what multiprocessing does: import the parent's `__main__` file, which for us is the
    whole command line (and for somebody's script without a main guard: the script). Workers find
    their functions by module name and need none of it. Calls overlap, so the last one restores.
    """
    namespace = vars(sys.modules["__main__"])
    _hidden.append(namespace.pop("__file__", None))
    try:
        yield
    finally:
        if len(_hidden) == 1 and _hidden[0] is not None:
            namespace["__file__"] = _hidden[0]
            _hidden.clear()
        else:
            _hidden.pop()
