"""
Long computations one after the other, with everybody else's turn of the event loop between them.

Many digests wait for one answer of the database and go on in the same turn of the loop; if each of
them drew a message then, nothing else would run for a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class InTurn:
    """Runs what takes some milliseconds, one thing per turn of the event loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def run(self, compute: Callable[[], T]) -> T:
        """Return what *compute* returns."""
        async with self._turn:
            result = compute()
            # While the turn is still ours: who waits for it comes in a later turn of the loop.
            await asyncio.sleep(0)
            return result

    async def beside(self, compute: Callable[[], T]) -> T:
        """Return what *compute* returns; in a thread, one thing at a time."""
        async with self._turn:
            return await beside(compute)


async def beside(compute: Callable[[], T]) -> T:
    """Return what *compute*, which is pure, returns; in a thread, for what takes long in one piece."""
    return await asyncio.to_thread(compute)
