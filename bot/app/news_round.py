"""Reading the news before digests are made: after a time away, and when stories have changed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot.app.form import Facts
from bot.clock import Clock

# No tick for so long: nobody was there (just started, or the machine slept).
_AWAY = timedelta(minutes=2)
# Beside reading, which has its own limit: grouping and storing what was read.
_STORE_SECONDS = 10.0
_LOOK_SECONDS = 0.1
_TICKED, _READ, _CHANGED = "ticked_at", "news_read", "news_changed"


class NewsRounds:
    """
    What the clock and the workers tell each other about reading the news.

    Args:
        facts: Shared by all processes of the bot.
        clock: The bot's.
        read_seconds: The limit of one round of reading.
    """

    def __init__(self, facts: Facts, clock: Clock, read_seconds: float) -> None:
        self._facts = facts
        self._clock = clock
        self._limit_seconds = read_seconds + _STORE_SECONDS

    async def was_away(self) -> bool:
        """Return whether no clock of the bot has ticked for a while (or it jumped)."""
        ticked_at = await self.last_tick() or datetime.min.replace(tzinfo=UTC)
        return abs(self._clock.now() - ticked_at) > _AWAY

    async def last_tick(self) -> datetime | None:
        """Return when a clock of the bot last ticked."""
        last = await self._facts.get(_TICKED)
        return datetime.fromisoformat(last) if last else None

    async def ticked(self) -> None:
        """Note that a clock ticks."""
        await self._facts.set(_TICKED, self._clock.now().isoformat())

    async def read_first(self, ask: Callable[[], Awaitable[None]]) -> None:
        """Ask for a round and wait for its end, or until it has certainly hung."""
        before = await self._facts.get(_READ)
        await ask()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._limit_seconds
        while await self._facts.get(_READ) == before and loop.time() < until:  # noqa: ASYNC110 - set by another process
            await asyncio.sleep(_LOOK_SECONDS)

    async def read(self) -> None:
        """Note that a round has ended, well or not."""
        await self._facts.set(_READ, uuid4().hex)

    async def changed(self) -> None:
        """Note that stories have changed: what was prepared may not be what is chosen any more."""
        await self._facts.set(_CHANGED, uuid4().hex)

    async def last_change(self) -> str | None:
        """Return a mark that is another one after each change."""
        return await self._facts.get(_CHANGED)
