"""Politeness: no more than a few requests to one host at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class HostGate:
    """Lets *limit* requests per host through at once; the others wait their turn."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._gates: dict[str, tuple[asyncio.Semaphore, int]] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at *host* and hold it inside the block."""
        gate, users = self._gates.get(host, (asyncio.Semaphore(self._limit), 0))
        self._gates[host] = (gate, users + 1)
        try:
            async with gate:
                yield
        finally:
            self._leave(host)

    def _leave(self, host: str) -> None:
        gate, users = self._gates[host]
        if users == 1:
            del self._gates[host]
        else:
            self._gates[host] = (gate, users - 1)
