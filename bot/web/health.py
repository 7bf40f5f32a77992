"""`/healthz`: whether this process is alive, for whatever restarts it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from aiohttp import web

from bot.clock import Clock
from bot.errors import PlainwireError
from bot.logs import get_logger

_ASK_SECONDS: Final = 3.0
log = get_logger("web")


class Health:
    """
    Answers 200 while the database answers and the clock ticks, else 503.

    Args:
        last_tick: When the bot's clock last ticked (None: not yet); asking it asks the database.
        clock: Tells the time.
        ticks: Whether the clock runs in this process; another one's must not get this one restarted.
        late_seconds: A last tick longer ago than this means that the clock stands still.
    """

    def __init__(
        self,
        last_tick: Callable[[], Awaitable[datetime | None]],
        clock: Clock,
        *,
        ticks: bool,
        late_seconds: float,
    ) -> None:
        self._last_tick = last_tick
        self._clock = clock
        self._ticks = ticks
        self._late_seconds = late_seconds
        self._began = clock.now()

    async def handle(self, _request: web.Request) -> web.Response:
        """Answer with no more than what a probe needs."""
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                ticked = await self._last_tick()
        except (PlainwireError, TimeoutError) as error:
            log.error("unhealthy", error=str(error) or "the database does not answer")  # noqa: TRY400 - a sentence, no traceback
            return _answer(ok=False, database=False, tick_age_seconds=None)
        # Before the first tick the start counts.
        since = max(ticked or self._began, self._began) if self._ticks else ticked
        age = (self._clock.now() - since).total_seconds() if since else None
        late = self._ticks and age is not None and age > self._late_seconds
        return _answer(ok=not late, database=True, tick_age_seconds=age)


def _answer(*, ok: bool, database: bool, tick_age_seconds: float | None) -> web.Response:
    age = None if tick_age_seconds is None else round(tick_age_seconds, 1)
    return web.json_response(
        {"ok": ok, "database": database, "tick_age_seconds": age},
        status=200 if ok else 503,
        headers={"Cache-Control": "no-store"},
    )
