"""
The least that can stand in for Slack, in a process of its own: it takes posts and counts them.

    python -m tests.bench.scale_slack      # prints its address, then serves until it is ended

The sandbox does far more for each call than Slack's network costs us; where ten thousand posts are
measured it would be what is measured. `GET /counts` says what came: {"posts": n, "twice": n}.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web

from tests.fakes.program import ROOT, environment


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What arrived: how many posts, and how many of them named a delivery that was posted before."""

    posts: int
    twice: int


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """The stand-in, running; `api_url` is for SLACK_API_URL."""

    url: str

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def counts(self) -> Counts:
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/counts") as answer:
            return Counts(**await answer.json())


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    """Run the stand-in until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.scale_slack",
        cwd=ROOT,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        url = (await process.stdout.readline()).decode().strip()
        yield PostOffice(url=url)
    finally:
        process.terminate()
        await process.wait()


class _Posts:
    def __init__(self) -> None:
        self.by_delivery: Counter[str] = Counter()
        self._numbers = itertools.count(1)

    async def take(self, request: web.Request) -> web.Response:
        posted = await request.json()
        self.by_delivery[posted["metadata"]["event_payload"]["delivery"]] += 1
        ts = f"1700000000.{next(self._numbers):06d}"
        return web.json_response({"ok": True, "channel": posted["channel"], "ts": ts})

    async def say(self, _request: web.Request) -> web.Response:
        twice = sum(count - 1 for count in self.by_delivery.values())
        return web.json_response({"posts": self.by_delivery.total(), "twice": twice})


async def _serve() -> None:
    posts = _Posts()
    app = web.Application()
    app.router.add_post("/api/chat.postMessage", posts.take)
    app.router.add_get("/counts", posts.say)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
