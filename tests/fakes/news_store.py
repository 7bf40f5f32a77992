"""
Stores in memory and readers without a network, for the use case that collects news.

`NewsStores` keeps what the SQL keeps, by the same rules: entries by id, stories with pointers for
merged ones. `StubReader` answers per feed address; `hang`, `broken` and delays are its vocabulary.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.news.entry import Entry
from bot.news.feed import Feed, FeedReading, PolledFeed, PollState
from bot.news.scope import SHARED, Scope
from bot.news.story import LeftOut, Story


class NewsStores:
    """All three stores of collecting; `writes` counts calls that would be transactions."""

    def __init__(self) -> None:
        self.polls: dict[tuple[Scope, str], PollState] = {}
        self.moved: list[tuple[str, str]] = []
        self.stories: dict[str, Story] = {}
        self.merged: dict[str, str] = {}
        self.left: dict[str, tuple[Entry, str]] = {}
        self.entry_ids: set[str] = set()
        self.log: list[str] = []

    # --- FeedStore
    async def all(self, scope: Scope = SHARED) -> list[PolledFeed]:
        raise NotImplementedError

    async def due(self, now: datetime) -> list[PolledFeed]:
        raise NotImplementedError

    async def add(self, feed: Feed) -> bool:
        raise NotImplementedError

    async def remove(self, url: str, scope: Scope = SHARED) -> bool:
        raise NotImplementedError

    async def save_poll(self, feed: Feed, poll: PollState) -> None:
        self.log.append("poll")
        self.polls[feed.scope, feed.url] = poll

    async def move(self, feed: Feed, to_url: str) -> None:
        self.moved.append((feed.url, to_url))

    # --- EntryStore
    async def known(self, entry_ids: Sequence[str]) -> set[str]:
        return self.entry_ids & set(entry_ids)

    async def leave_out(self, entries: Sequence[tuple[Entry, str]]) -> None:
        self.log.append("leave_out")
        self.left.update({entry.id: (entry, reason) for entry, reason in entries})
        self.entry_ids.update(entry.id for entry, _ in entries)

    async def left_out_since(self, since: datetime) -> list[LeftOut]:
        raise NotImplementedError

    # --- StoryStore
    async def since(self, since: datetime, scopes: Collection[Scope] = (SHARED,)) -> list[Story]:
        return [
            story
            for story in self.stories.values()
            if story.latest_at >= since and story.scope in scopes
        ]

    async def get(self, story_id: str, viewer: Scope) -> Story | None:
        while story_id in self.merged:
            story_id = self.merged[story_id]
        found = self.stories.get(story_id)
        return found if found and viewer.sees(found.scope) else None

    async def save(self, stories: Sequence[Story], merged: dict[str, str]) -> None:
        self.log.append("save")
        self.stories.update({story.id: story for story in stories})
        self.merged.update(merged)
        for old in merged:
            self.stories.pop(old, None)
        self.entry_ids.update(entry.id for story in stories for entry in story.entries)


class StubReader:
    """Gives each feed its reading: a value, an exception to raise, or "hang" / "stubborn"."""

    def __init__(self, answers: dict[str, FeedReading | Exception | str]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.release = asyncio.Event()

    async def read(self, feed: PolledFeed) -> FeedReading:
        self.asked.append(feed.feed.url)
        answer = self.answers[feed.feed.url]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, FeedReading):
            return answer
        return await self._never(answer)

    async def _never(self, how: str) -> FeedReading:
        """Wait for ever; "stubborn" also swallows the first cancellation."""
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            if how != "stubborn":
                raise
            await self.release.wait()
        return FeedReading(outcome="failed")
