"""
Publishers on loopback: feeds with validators, article pages, and places that hang.

    async with FeedServer() as publishers:
        url = publishers.feed("ledger", [Item(title="…", text="…", hours=2)])
        publishers.hang("/slow.xml")
        publishers.allow                    # for PLAINWIRE_ALLOW_PRIVATE
        publishers.seen                     # every request that came in
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Self

from aiohttp import web


@dataclass(frozen=True, kw_only=True)
class Item:
    """An entry to publish: `hours` before now, None for one without a date."""

    title: str
    text: str
    hours: float | None = 2.0
    slug: str = ""
    page: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One request."""

    path: str
    headers: Mapping[str, str]
    status: int

    @property
    def conditional(self) -> bool:
        return "If-None-Match" in self.headers or "If-Modified-Since" in self.headers


@dataclass
class FeedServer:
    """The server; an async context manager that listens on a free loopback port."""

    seen: list[Seen] = field(default_factory=list)
    port: int = 0
    _files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    _hanging: set[str] = field(default_factory=set)
    _runner: web.AppRunner | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def allow(self) -> str:
        return f"127.0.0.1:{self.port}"

    def put(self, path: str, body: bytes | str, kind: str = "application/rss+xml") -> str:
        """Serve *body* at *path*; return its address."""
        self._files[path] = (kind, body.encode() if isinstance(body, str) else body)
        return self.base + path

    def feed(self, name: str, items: Sequence[Item], *, now: datetime | None = None) -> str:
        """Serve an RSS feed with these items, and a page for each that has one; return its address."""
        for number, item in enumerate(items):
            if item.page:
                path = f"/{name}/{item.slug or number}"
                self.put(path, article(item.title, item.page), "text/html; charset=utf-8")
        return self.put(f"/{name}/feed.xml", rss(name, items, self.base, now=now))

    def hang(self, path: str) -> str:
        """Never answer at *path*; return its address."""
        self._hanging.add(path)
        return self.base + path

    def asked(self, ending: str = "feed.xml") -> list[Seen]:
        """Return the requests for paths that end so."""
        return [seen for seen in self.seen if seen.path.endswith(ending)]

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        if request.path in self._hanging:
            self._note(request, 0)
            await asyncio.Event().wait()
        found = self._files.get(request.path)
        if found is None:
            self._note(request, 404)
            raise web.HTTPNotFound
        kind, body = found
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            self._note(request, 304)
            return web.Response(status=304, headers={"ETag": etag})
        self._note(request, 200)
        return web.Response(body=body, headers={"Content-Type": kind, "ETag": etag})

    def _note(self, request: web.Request, status: int) -> None:
        self.seen.append(Seen(path=request.path, headers=dict(request.headers), status=status))


def rss(
    name: str,
    items: Sequence[Item],
    base: str = "https://outlet.example",
    now: datetime | None = None,
) -> str:
    """Return an RSS 2.0 document; dates count back from *now* (default: the present)."""
    moment = now or datetime.now(UTC)
    told = "\n".join(_item(name, number, item, base, moment) for number, item in enumerate(items))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(name.title())}</title><link>{base}/{name}/</link>"
        f"<description>News</description><language>en</language>\n{told}\n</channel></rss>"
    )


def _item(name: str, number: int, item: Item, base: str, now: datetime) -> str:
    link = f"{base}/{name}/{item.slug or number}"
    dated = ""
    if item.hours is not None:
        dated = f"<pubDate>{format_datetime(now - timedelta(hours=item.hours))}</pubDate>"
    return (
        f"<item><title>{escape(item.title)}</title><link>{link}</link><guid>{link}</guid>{dated}"
        f"<description>{escape(item.text)}</description></item>"
    )


def article(title: str, text: str) -> str:
    """Return an article's page."""
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n\n"))
    return (
        f'<!doctype html><html lang="en"><head><title>{escape(title)}</title></head>'
        f"<body><article><h1>{escape(title)}</h1>{paragraphs}</article></body></html>"
    )
