"""
Events that could not be stored: kept in memory, and taken in as soon as there is room.

Slack sends an event that was not acknowledged three more times within six minutes; a full disk may
last longer, and may end sooner. What Slack sends again while it is kept here is not taken in twice.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from bot.logs import get_logger

MOST: Final = 500
_WAIT_SECONDS: Final = 2.0
TakeIn = Callable[[], Awaitable[bool]]
log = get_logger("handlers")


class Backlog:
    """
    Takes events in again, the oldest first, until the database takes them.

    Args:
        wait_seconds: Between two tries.
    """

    def __init__(self, wait_seconds: float = _WAIT_SECONDS) -> None:
        self._wait_seconds = wait_seconds
        self._kept: OrderedDict[str, TakeIn] = OrderedDict()
        self._trying: asyncio.Task[None] | None = None
        self._closed = False

    def __len__(self) -> int:
        return len(self._kept)

    def holds(self, key: str) -> bool:
        """Return whether an event waits here already."""
        return key in self._kept

    def keep(self, key: str, take_in: TakeIn) -> None:
        """
        Keep an event; beyond `MOST` it is left to Slack, which sends it again for a while.

        Args:
            key: By which a redelivery is known; without one nothing is kept.
            take_in: Tries again; returns False when it could not be stored once more.
        """
        if not key or len(self._kept) >= MOST:
            log.error("event_not_kept", delivery=key, kept=len(self._kept))
            return
        self._kept[key] = take_in
        log.warning("event_kept", delivery=key, kept=len(self._kept))
        if not self._closed and (self._trying is None or self._trying.done()):
            self._trying = asyncio.create_task(self._try())

    async def close(self) -> None:
        """Try a last time; what comes later is left to Slack."""
        self._closed = True
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.gather(self._trying, return_exceptions=True)
        await self._take_in()
        if self._kept:
            log.error("events_lost", kept=len(self._kept))

    async def _try(self) -> None:
        while self._kept:
            await asyncio.sleep(self._wait_seconds)
            await self._take_in()

    async def _take_in(self) -> None:
        while self._kept:
            key, take_in = next(iter(self._kept.items()))
            if not await take_in():
                return
            self._kept.pop(key, None)
            log.info("event_taken_in", delivery=key, kept=len(self._kept))
