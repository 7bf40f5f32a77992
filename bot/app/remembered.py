"""Feeds read once and looked at more than once: to name them, and as of several instants."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.app.newsroom import Progress
from bot.net.local_file import is_url
from bot.news.collect import FeedProgress
from bot.news.feed import Feed, FeedReading, PolledFeed
from bot.news.ports import FeedReader
from bot.news.urlkey import outlet_of
from bot.setting_kinds import is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """
    A `FeedReader` of what was read once.

    Attributes:
        readings: By the feed's URL; what is not there did not answer in time.
        seconds: How long they were given.
    """

    readings: dict[str, FeedReading]
    seconds: float

    async def read(self, feed: PolledFeed) -> FeedReading:
        late = FeedReading(
            outcome="failed", problems=(f"did not answer within {self.seconds:g} s",)
        )
        return self.readings.get(feed.feed.url, late)

    def answered(self, feed: Feed) -> bool:
        """Return whether the feed gave a document."""
        reading = self.readings.get(feed.url)
        return reading is not None and reading.outcome == "new"


async def read_once(
    feeds: Sequence[PolledFeed],
    reader: FeedReader,
    seconds: float,
    progress: Progress | None = None,
) -> Remembered:
    """Read all feeds at once, for at most so many seconds together."""
    found: dict[str, FeedReading] = {}

    async def read(polled: PolledFeed) -> None:
        reading = await reader.read(polled)
        found[polled.feed.url] = reading
        if progress is not None:
            progress(_progress(polled.feed, reading, len(found), len(feeds)))

    tasks = [asyncio.create_task(read(polled)) for polled in feeds]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return Remembered(readings=found, seconds=seconds)


def _progress(feed: Feed, reading: FeedReading, done: int, total: int) -> FeedProgress:
    error = " ".join(reading.problems) if reading.outcome == "failed" else ""
    return FeedProgress(
        feed=feed,
        outcome=reading.outcome,
        entries=len(reading.entries),
        done=done,
        total=total,
        error=error,
    )


def named_by_content(polled: PolledFeed, memory: Remembered) -> PolledFeed:
    """
    Return a feed with the name, outlet and language that its document gives.

    Only for feeds of which nothing else is known. A saved file belongs to the outlet that most of
    its links lead to; links to this machine say nothing about that, and the title stands in.
    """
    feed = polled.feed
    reading = memory.readings.get(feed.url)
    if reading is None or feed.name not in {feed.outlet, ""}:
        return polled
    outlet = feed.outlet if is_url(feed.url) else _outlet(reading)
    named = replace(
        feed,
        name=reading.title or feed.name,
        outlet=outlet or feed.outlet,
        language=feed.language or reading.language[:2].lower(),
    )
    return replace(polled, feed=named)


def _outlet(reading: FeedReading) -> str:
    hosts = (urlsplit(entry.url).hostname or "" for entry in reading.entries if entry.url)
    outlets = Counter(outlet_of(f"https://{host}/") for host in hosts if not is_loopback(host))
    return outlets.most_common(1)[0][0] if outlets else reading.title
