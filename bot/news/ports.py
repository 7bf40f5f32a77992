"""What collecting news needs from outside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.news.entry import Entry, Page
from bot.news.feed import Feed, FeedReading, PolledFeed, PollState
from bot.news.story import LeftOut, Story


class FeedReader(Protocol):
    async def read(self, feed: PolledFeed) -> FeedReading:
        """
        Read one feed, conditionally when `feed.poll` allows.

        Never raises for what the outside world does: the reading says it.
        """
        ...


class PageReader(Protocol):
    async def read(self, url: str) -> Page:
        """Read one article. Never raises for what the outside world does: the page says it."""
        ...


class FeedStore(Protocol):
    async def all(self, workspace_id: str | None = None) -> list[PolledFeed]:
        """Return the catalogue's feeds (None) or one workspace's own feeds, by name."""
        ...

    async def due(self, now: datetime) -> list[PolledFeed]:
        """Return every feed, of the catalogue and of workspaces, whose next poll is at or before *now*."""
        ...

    async def add(self, feed: Feed) -> bool:
        """Add a feed; return False when (workspace, url) is already there (it is then updated)."""
        ...

    async def remove(self, url: str, workspace_id: str | None = None) -> bool:
        """Remove a feed; return False when it was not there. Entries stay."""
        ...

    async def save_poll(self, feed: Feed, poll: PollState) -> None: ...

    async def move(self, feed: Feed, to_url: str) -> None:
        """Store a feed's new address (after repeated permanent redirects)."""
        ...


class EntryStore(Protocol):
    async def known(self, entry_ids: Sequence[str]) -> set[str]:
        """Return which of these entry ids are stored already, left-out ones included."""
        ...

    async def leave_out(self, entries: Sequence[tuple[Entry, str]]) -> None:
        """Store entries that are not AI news, each with its reason, so that they stay known."""
        ...

    async def left_out_since(self, since: datetime) -> list[LeftOut]: ...


class StoryStore(Protocol):
    async def since(self, since: datetime, workspace_id: str | None = None) -> list[Story]:
        """
        Return stories whose latest entry is at or after *since* (aware UTC).

        With a workspace id: the shared stories and that workspace's own; None: the shared ones.
        """
        ...

    async def get(self, story_id: str) -> Story | None:
        """Return a story; an id that was merged into another leads to the surviving story."""
        ...

    async def save(self, stories: Sequence[Story], merged: dict[str, str]) -> None:
        """
        Store new and changed stories with their entries in one transaction.

        Args:
            stories: Whole stories as they now are.
            merged: Old story id -> id of the story it became part of.
        """
        ...


class PageStore(Protocol):
    async def get(self, url: str) -> Page | None: ...

    async def save(self, url: str, page: Page, now: datetime) -> None: ...
