"""
robots.txt, respected (RFC 9309): asked once an hour per place, judged per address.

A missing file (4xx, save 429) allows everything. A server error or no answer means that we do not
know, and then we do not read; that answer is remembered for a few minutes only.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.errors import FetchFailed, NotReadable
from bot.net.charset import decode
from bot.net.client import SafeClient
from bot.net.identity import PRODUCT
from bot.net.robots_parse import allowed_by
from bot.net.workers import Workers

MAX_ROBOTS_BYTES = 500_000
_TTL_SECONDS = 3600.0
_UNKNOWN_TTL_SECONDS = 300.0
_MAX_PLACES = 1_000
_TIMEOUT_SECONDS = 8.0
_CLIENT_ERRORS = range(400, 500)
_TOO_MANY_REQUESTS = 429
_SUCCESSES = range(200, 300)


@dataclass(frozen=True, slots=True)
class _Known:
    """What we know of one place: its rules, or None when they could not be had."""

    rules: str | None
    until_seconds: float


class Robots:
    """
    The rules of the places we read from, cached in memory.

    Args:
        seconds: A clock that never goes back (tests pass their own).
    """

    def __init__(
        self, client: SafeClient, workers: Workers, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._workers = workers
        self._seconds = seconds
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Lock] = {}

    async def check(self, url: str) -> None:
        """
        Return when we may read *url* (one that passed `check_url`).

        Raises:
            FetchFailed: The rules say no, or could not be had.
        """
        parts = urlsplit(url)
        rules = await self._rules(f"{parts.scheme}://{parts.netloc}")
        if rules is None:
            raise FetchFailed(
                f"{parts.hostname} does not tell what robots may read (no robots.txt to be had).",
                source=url,
                next_step="It will be tried again later.",
            )
        if rules.strip() and not await self._workers.run(
            allowed_by, rules, PRODUCT, url, libraries=("protego",)
        ):
            raise FetchFailed(
                f"{parts.hostname} does not allow robots to read this page (robots.txt).",
                source=url,
                next_step="The feed's own text is used instead.",
            )

    async def _rules(self, place: str) -> str | None:
        async with self._asking.setdefault(place, asyncio.Lock()):
            known = self._known.get(place)
            if known is None or known.until_seconds <= self._seconds():
                known = await self._asked(place)
                self._remember(place, known)
            return known.rules

    async def _asked(self, place: str) -> _Known:
        rules = await self._fetched(place)
        ttl = _UNKNOWN_TTL_SECONDS if rules is None else _TTL_SECONDS
        return _Known(rules, self._seconds() + ttl)

    async def _fetched(self, place: str) -> str | None:
        try:
            answer = await self._client.get(
                f"{place}/robots.txt",
                max_bytes=MAX_ROBOTS_BYTES,
                cut=True,
                timeout_seconds=_TIMEOUT_SECONDS,
            )
        except NotReadable:
            # Unreachable counts as "no" (RFC 9309, 2.3.1.4); the caller's sentence says so.
            return None
        if answer.status in _CLIENT_ERRORS and answer.status != _TOO_MANY_REQUESTS:
            return ""
        return decode(answer.body) if answer.status in _SUCCESSES else None

    def _remember(self, place: str, known: _Known) -> None:
        if len(self._known) >= _MAX_PLACES:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._asking.pop(oldest, None)
        self._known[place] = known
