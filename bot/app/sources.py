"""Feeds that a person names on the command line: files and URLs, read by the same readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.errors import UsageError
from bot.net.feed_reader import HttpFeedReader
from bot.net.local_file import is_url
from bot.news.catalogue import starter_feeds
from bot.news.feed import Feed, FeedReading, PolledFeed
from bot.news.ports import FeedReader
from bot.news.urlkey import outlet_of


class NamedSources:
    """
    A `FeedReader` that also reads the files a person named, and can look at them as of an instant.

    Args:
        reader: Reads addresses.
        files: Reads the files that a person named; None when there are none.
        as_of: When set, entries published after it do not exist yet.
    """

    def __init__(
        self,
        reader: FeedReader,
        *,
        files: HttpFeedReader | None = None,
        as_of: datetime | None = None,
    ) -> None:
        self._reader = reader
        self._files = files
        self._as_of = as_of
        self.held_back = 0

    async def read(self, feed: PolledFeed) -> FeedReading:
        source = feed.feed.url
        if self._files is None or is_url(source):
            reading = await self._reader.read(feed)
        else:
            reading = await self._files.read_file(Path(source))
        return reading if self._as_of is None else self._until(reading, self._as_of)

    def _until(self, reading: FeedReading, as_of: datetime) -> FeedReading:
        kept = tuple(
            entry
            for entry in reading.entries
            if entry.published_at is None or entry.published_at <= as_of
        )
        self.held_back += len(reading.entries) - len(kept)
        return replace(reading, entries=kept)


def feeds_named(sources: Sequence[str]) -> list[PolledFeed]:
    """
    Return a feed for each file or URL, in the order given, each once.

    What the starter list knows about a URL (name, outlet, weight) is used; a folder stands for the
    files in it.

    Raises:
        UsageError: A folder is empty.
    """
    known = {feed.url: feed for feed in starter_feeds()}
    named = {
        source: known.get(source) or _unknown(source)
        for given in sources
        for source in _expanded(given)
    }
    return [PolledFeed(feed=feed) for feed in named.values()]


def _expanded(source: str) -> list[str]:
    if is_url(source) or not Path(source).is_dir():
        return [source]
    files = sorted(str(path) for path in Path(source).iterdir() if path.is_file())
    if not files:
        raise UsageError(f"The folder {source} is empty.", next_step="Name feed files or URLs.")
    return files


def _unknown(source: str) -> Feed:
    if is_url(source):
        outlet = outlet_of(source)
        return Feed(url=source, name=outlet, outlet=outlet, language="")
    name = Path(source).name
    return Feed(url=source, name=name, outlet=name, language="")
