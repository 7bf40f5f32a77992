"""`/healthz`: whether this process can do its work; `/livez`: whether starting it anew would help."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import web

from bot.clock import Clock
from bot.errors import PlainwireError, StorageError
from bot.logs import get_logger

_ASK_SECONDS: Final = 3.0
log = get_logger("web")


class Health:
    """
    Answers 200 while the database can be read and written and the clock ticks, else 503 with a reason.

    A full disk or a database that is away is no reason to start the process anew: it would lose the
    questions that it keeps in memory until they can be stored. `alive` therefore asks for the clock
    alone.

    Args:
        last_tick: When the bot's clock last ticked (None: not yet); asking it asks the database.
        clock: Tells the time.
        ticks: Whether the clock runs in this process; another one's must not get this one restarted.
        late_seconds: A last tick longer ago than this means that the clock stands still.
        trouble: What keeps the database from being written, None when nothing does.
    """

    def __init__(
        self,
        last_tick: Callable[[], Awaitable[datetime | None]],
        clock: Clock,
        *,
        ticks: bool,
        late_seconds: float,
        trouble: Callable[[], Awaitable[StorageError | None]] | None = None,
    ) -> None:
        self._last_tick = last_tick
        self._clock = clock
        self._ticks = ticks
        self._late_seconds = late_seconds
        self._trouble = trouble
        self._looking: asyncio.Task[str] | None = None
        self._began = clock.now()

    async def handle(self, _request: web.Request) -> web.Response:
        """Answer with no more than what a probe needs."""
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                ticked = await self._last_tick()
                reason = await self._written()
        except (PlainwireError, TimeoutError) as error:
            log.error("unhealthy", error=str(error) or "the database does not answer")  # noqa: TRY400 - a sentence, no traceback
            reason = error.reason if isinstance(error, StorageError) else "no_answer"
            return _answer(reason=reason, database=False, tick_age_seconds=None)
        age = self._age(ticked)
        late = "clock" if self._is_late(age) else ""
        return _answer(reason=reason or late, database=not reason, tick_age_seconds=age)

    async def alive(self, _request: web.Request) -> web.Response:
        """Answer 503 only when starting the process anew may help: its clock stands still."""
        try:
            async with asyncio.timeout(_ASK_SECONDS):
                late = self._is_late(self._age(await self._last_tick()))
        except (PlainwireError, TimeoutError):
            late = False
        return _answered({"ok": not late}, ok=not late)

    async def _written(self) -> str:
        """Try to write; who asks meanwhile, or again after a time-out, waits for the same try."""
        if self._trouble is None:
            return ""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(self._trouble))
        return await asyncio.shield(self._looking)

    async def _look(self, trouble: Callable[[], Awaitable[StorageError | None]]) -> str:
        error = await trouble()
        if error is None:
            return ""
        log.error("unhealthy", error=str(error), reason=error.reason)
        return error.reason

    def _age(self, ticked: datetime | None) -> float | None:
        # Before the first tick the start counts.
        since = max(ticked or self._began, self._began) if self._ticks else ticked
        return (self._clock.now() - since).total_seconds() if since else None

    def _is_late(self, age: float | None) -> bool:
        return self._ticks and age is not None and age > self._late_seconds


def _answer(*, reason: str, database: bool, tick_age_seconds: float | None) -> web.Response:
    age = None if tick_age_seconds is None else round(tick_age_seconds, 1)
    ok = not reason
    body = {"ok": ok, "reason": reason or None, "database": database, "tick_age_seconds": age}
    return _answered(body, ok=ok)


def _answered(body: Mapping[str, object], *, ok: bool) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.json_response(body, status=200 if ok else 503, headers=headers)
