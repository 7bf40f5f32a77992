"""The readers alone, for commands that only look at feeds and pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.clock import Clock, SystemClock
from bot.net.address import AllowList
from bot.net.client import SafeClient
from bot.net.feed_reader import HttpFeedReader
from bot.net.page_reader import HttpPageReader
from bot.net.workers import Workers
from bot.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """One client and one pool of parser processes behind both readers."""

    client: SafeClient
    workers: Workers
    feeds: HttpFeedReader
    pages: HttpPageReader


@asynccontextmanager
async def open_readers(settings: Settings, clock: Clock | None = None) -> AsyncIterator[Readers]:
    """Open the guarded client as the operator set it, with both readers on it."""
    client = SafeClient(
        allowed=AllowList.parse(",".join(settings.allow_private)),
        timeout_seconds=settings.fetch_timeout_seconds,
        contact=settings.contact_url,
        proxy=settings.outbound_proxy,
    )
    async with client:
        workers = Workers()
        yield Readers(
            client=client,
            workers=workers,
            feeds=HttpFeedReader(client, workers, clock or SystemClock()),
            pages=HttpPageReader(client, workers),
        )
