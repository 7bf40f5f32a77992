"""Reading feeds: conditional requests over the safe client, parsing in the workers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.clock import Clock, SystemClock
from bot.errors import AddressRefused, FetchFailed, NotReadable
from bot.net.client import Fetched, SafeClient
from bot.net.feed_parse import MAX_FEED_BYTES, ParsedFeed, parse_feed
from bot.net.http_headers import charset_of, max_age_seconds, retry_after_seconds, validator
from bot.net.local_file import is_url, read_local
from bot.net.workers import Workers
from bot.news.feed import Feed, FeedReading, PolledFeed, PollState

_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
)
_LIBRARIES = ("fastfeedparser",)
_NOT_MODIFIED, _GONE, _FIRST_ERROR = 304, 410, 400


class HttpFeedReader:
    """
    Implements `FeedReader`: never raises for what the outside world does, the reading says it.

    Args:
        client: Already entered.
        workers: Shared with the page reader.
        clock: For dates in the future and `Retry-After` dates.
    """

    def __init__(self, client: SafeClient, workers: Workers, clock: Clock | None = None) -> None:
        self._client = client
        self._workers = workers
        self._clock = clock or SystemClock()

    async def read(self, feed: PolledFeed) -> FeedReading:
        """Read one feed, asking only for news when the last answer gave us a validator."""
        asked = _conditions(feed.poll)
        try:
            answer = await self._client.get(
                feed.feed.url, headers={"Accept": _ACCEPT, **asked}, max_bytes=MAX_FEED_BYTES
            )
        except NotReadable as error:
            return _failed(error, conditional=bool(asked))
        return await self._understood(answer, feed.poll, conditional=bool(asked))

    async def read_source(self, source: str) -> FeedReading:
        """Read a feed that a person named on the command line: an http(s) URL or a file's path."""
        if is_url(source):
            return await self.read(PolledFeed(feed=Feed(url=source, name=source, outlet="")))
        return await self.read_file(Path(source))

    async def read_file(self, path: Path) -> FeedReading:
        """Read a feed file. Only the command line passes paths; no document can."""
        try:
            body = await asyncio.to_thread(read_local, path, MAX_FEED_BYTES)
            parsed = await self._parsed(body, url="", charset="")
        except NotReadable as error:
            return _failed(error, conditional=False)
        return _with_document(FeedReading(outcome="new"), parsed)

    async def _understood(
        self, answer: Fetched, poll: PollState, *, conditional: bool
    ) -> FeedReading:
        headers = answer.headers
        bare = FeedReading(
            outcome="failed",
            status=answer.status,
            conditional=conditional,
            retry_after_seconds=self._retry_after(headers),
            max_age_seconds=max_age_seconds(headers.get("cache-control")),
        )
        if answer.status == _GONE:
            gone = "The publisher says that this feed is gone for good (HTTP 410)."
            return replace(bare, outcome="gone", problems=(gone,))
        if answer.status == _NOT_MODIFIED and conditional:
            return replace(
                bare,
                outcome="unchanged",
                etag=validator(headers.get("etag")) or poll.etag,
                last_modified=validator(headers.get("last-modified")) or poll.last_modified,
                moved_to=answer.permanent_redirect_to,
            )
        if answer.status >= _FIRST_ERROR or answer.status == _NOT_MODIFIED:
            return replace(bare, problems=(_refusal(answer),))
        return await self._document(answer, bare)

    async def _document(self, answer: Fetched, bare: FeedReading) -> FeedReading:
        charset = charset_of(answer.headers.get("content-type", ""))
        try:
            parsed = await self._parsed(answer.body, url=answer.final_url, charset=charset)
        except NotReadable as error:
            return replace(bare, problems=(str(error),))
        return replace(
            _with_document(bare, parsed),
            etag=validator(answer.headers.get("etag")),
            last_modified=validator(answer.headers.get("last-modified")),
            moved_to=answer.permanent_redirect_to,
        )

    async def _parsed(self, body: bytes, *, url: str, charset: str) -> ParsedFeed:
        return await self._workers.run(
            parse_feed, body, url, charset, self._clock.now(), libraries=_LIBRARIES
        )

    def _retry_after(self, headers: Mapping[str, str]) -> float | None:
        return retry_after_seconds(headers.get("retry-after"), self._clock.now())


def _conditions(poll: PollState) -> dict[str, str]:
    """Return the conditional headers; what we stored is judged again before it is sent."""
    named = {
        "If-None-Match": validator(poll.etag),
        "If-Modified-Since": validator(poll.last_modified),
    }
    return {name: value for name, value in named.items() if value}


def _with_document(bare: FeedReading, parsed: ParsedFeed) -> FeedReading:
    return replace(
        bare,
        outcome="new",
        title=parsed.title,
        kind=parsed.kind,
        language=parsed.language,
        entries=parsed.entries,
        undated=parsed.undated,
        problems=parsed.problems,
    )


def _failed(error: NotReadable, *, conditional: bool) -> FeedReading:
    fetch = error if isinstance(error, FetchFailed) else None
    cause = "private" if isinstance(error, AddressRefused) else ""
    return FeedReading(
        outcome="failed",
        problems=(str(error),),
        status=fetch.status if fetch else None,
        conditional=conditional,
        cause=fetch.cause if fetch else cause,
    )


def _refusal(answer: Fetched) -> str:
    """Say what an HTTP error status means for the reader."""
    meanings = {
        401: "asks for a login",
        403: "refuses to let us read it",
        404: "has no feed at this address",
        429: "asks us to come back later",
        451: "may not show it for legal reasons",
    }
    by_class = "has a fault of its own" if answer.status >= 500 else "does not give the feed"  # noqa: PLR2004  (the HTTP server-error class)
    return f"The server {meanings.get(answer.status, by_class)} (HTTP {answer.status})."
