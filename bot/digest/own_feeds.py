"""Use case: a workspace's own feeds: added by address after a look at them, seen by nobody else."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.digest.may_change import Permissions
from bot.digest.spot import Asker, Spot
from bot.explain.outgoing.named import shown_name, shown_title
from bot.news.entry import ParsedEntry
from bot.news.feed import Feed, FeedReading, PolledFeed
from bot.news.ports import FeedReader, FeedStore
from bot.news.urlkey import outlet_of, url_key

MAX_OWN_FEEDS = 25
_PREVIEWED = 3
_MAX_NAME_CHARS = 80
_MAX_URL_CHARS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPreview:
    """
    What is in a feed.

    Attributes:
        feed: As it would be, or was, added.
        entries: (title, published at or None) of its newest entries, at most three.
        added: It is on the workspace's list now.
        sentences: For people, most important first.
    """

    feed: Feed
    entries: tuple[tuple[str, datetime | None], ...]
    sentences: tuple[str, ...]
    added: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRefused:
    """It was not added, and why."""

    sentence: str


class OwnFeeds:
    """Looks at, adds, lists and removes the feeds of one workspace."""

    def __init__(self, *, reader: FeedReader, feeds: FeedStore, permissions: Permissions) -> None:
        self._reader = reader
        self._feeds = feeds
        self._permissions = permissions
        # One addition at a time for each workspace, so that the limit holds.
        self._adding: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def look(self, url: str, spot: Spot, asker: Asker) -> FeedPreview | FeedRefused:
        """Read a feed once and say what is in it; nothing is stored."""
        if refused := await self._permissions.refusal(asker, spot):
            return FeedRefused(sentence=refused)
        if problem := await self._problem(url, spot.workspace_id):
            return FeedRefused(sentence=problem)
        feed = Feed(
            url=url, name="", outlet=outlet_of(url), language="", workspace_id=spot.workspace_id
        )
        return _previewed(feed, await self._reader.read(PolledFeed(feed=feed)))

    async def add(self, url: str, spot: Spot, asker: Asker) -> FeedPreview | FeedRefused:
        """Read a feed once, and add it to the workspace's own when it is one."""
        async with self._adding[spot.workspace_id]:
            seen = await self.look(url, spot, asker)
            if isinstance(seen, FeedRefused):
                return seen
            # A permanent redirect can lead to a feed that is known.
            if seen.feed.url != url and (
                problem := await self._problem(seen.feed.url, spot.workspace_id)
            ):
                return FeedRefused(sentence=problem)
            await self._feeds.add(seen.feed)
        first = f"Added {seen.feed.name}: its AI news can appear in this workspace's digests."
        return replace(seen, added=True, sentences=(first, *seen.sentences))

    async def remove(self, url: str, spot: Spot, asker: Asker) -> str:
        """Remove an own feed by its address or name; return the sentence that says what happened."""
        if refused := await self._permissions.refusal(asker, spot):
            return refused
        own = await self._feeds.all(spot.workspace_id)
        found = _named(url, own)
        if found is None or not await self._feeds.remove(found.url, spot.workspace_id):
            return await self._not_own(url, own)
        return f"Removed {found.name}; what it told already stays in earlier digests."

    async def own(self, workspace_id: str) -> list[PolledFeed]:
        """Return the workspace's own feeds, by name; show them to its members only."""
        return await self._feeds.all(workspace_id)

    async def _problem(self, url: str, workspace_id: str) -> str:
        """Return why a feed is not read at all, or ""."""
        if len(url) > _MAX_URL_CHARS or not url_key(url):
            return "That is no web address; a feed's address looks like https://site.example/feed."
        own = await self._feeds.all(workspace_id)
        if _same(url, own):
            return "That feed is on this workspace's list already."
        if _same(url, await self._feeds.all()):
            return "That feed is read for everybody already, so there is nothing to add."
        if len(own) >= MAX_OWN_FEEDS:
            return (
                f"This workspace has {MAX_OWN_FEEDS} own feeds, which is the most there can be; "
                "remove one first with `/digest remove` and its address."
            )
        return ""

    async def _not_own(self, url: str, own: Sequence[PolledFeed]) -> str:
        if _same(url, await self._feeds.all()):
            return (
                "That feed is read for everybody, so it cannot be removed here; "
                f"`/digest mute {outlet_of(url)}` keeps it out of this channel."
            )
        if not own:
            return "This workspace has no feeds of its own; `/digest add` and an address adds one."
        listed = ", ".join(polled.feed.name for polled in own[:5])
        return f"That is none of this workspace's own feeds, which are: {listed}."


def _previewed(feed: Feed, reading: FeedReading) -> FeedPreview | FeedRefused:
    if reading.outcome in {"failed", "gone"}:
        problem = (reading.problems or ("It could not be read.",))[0].rstrip(".")
        return FeedRefused(sentence=f"{problem}. Check the address in a browser and try again.")
    whole = replace(
        feed,
        url=reading.moved_to or feed.url,
        name=shown_name(reading.title or feed.outlet, feed.url)[:_MAX_NAME_CHARS],
        outlet=outlet_of(reading.moved_to or feed.url),
        language=reading.language[:2].lower(),
    )
    newest = sorted(reading.entries, key=_published, reverse=True)[:_PREVIEWED]
    return FeedPreview(
        feed=whole,
        entries=tuple(
            (shown_title(entry.title, entry.url or whole.url), entry.published_at)
            for entry in newest
        ),
        sentences=_remarks(reading),
    )


def _published(entry: ParsedEntry) -> float:
    # Undated entries keep the feed's own order behind the dated ones.
    return entry.published_at.timestamp() if entry.published_at else 0.0


def _remarks(reading: FeedReading) -> tuple[str, ...]:
    count = len(reading.entries)
    if not count:
        return ("It has no entries at the moment; what it publishes from now on is read.",)
    entries = "1 entry" if count == 1 else f"{count} entries"
    undated = f", {reading.undated} of them without a date" if reading.undated else ""
    return (f"It has {entries}{undated}.",)


def _same(url: str, feeds: Sequence[PolledFeed]) -> bool:
    key = _feed_key(url)
    return any(_feed_key(polled.feed.url) == key for polled in feeds)


def _feed_key(url: str) -> str:
    """Return an address without the differences that people make when they copy it."""
    return (
        url.strip()
        .rstrip("/")
        .removeprefix("https://")
        .removeprefix("http://")
        .removeprefix("www.")
    )


def _named(typed: str, own: Sequence[PolledFeed]) -> Feed | None:
    key, name = _feed_key(typed), typed.strip().casefold()
    for polled in own:
        if _feed_key(polled.feed.url) == key or polled.feed.name.casefold() == name:
            return polled.feed
    return None
