"""Serves the sample edition on loopback, as its publishers would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from aiohttp import web

from bot.news.sample import sample_files


class SampleServer:
    """
    The invented publishers.

    Attributes:
        as_of: Nothing published later exists yet; None means everything does.
        port: Where it listens on 127.0.0.1, once started.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.as_of: datetime | None = None
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, request: web.Request) -> web.Response:
        """Serve one feed, page or robots.txt."""
        found = sample_files(self._now, self.as_of, base_url=self.base_url).get(request.path)
        if found is None:
            raise web.HTTPNotFound
        kind, body = found
        return web.Response(body=body, headers={"Content-Type": kind})


@asynccontextmanager
async def serving_sample(now: datetime) -> AsyncIterator[SampleServer]:
    """Start the server on a free port, and stop it; *now* (aware UTC) is what all dates count from."""
    server = SampleServer(now)
    app = web.Application()
    app.router.add_get("/{path:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.port = runner.addresses[0][1]
        yield server
    finally:
        await runner.cleanup()
