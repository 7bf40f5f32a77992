"""What collecting news needs from outside."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.news.entry import Entry, Page
from bot.news.feed import Feed, FeedReading, PolledFeed, PollState
from bot.news.scope import SHARED, Scope
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
    async def all(self, scope: Scope = SHARED) -> list[PolledFeed]:
        """Return the catalogue's feeds, or the own feeds of exactly one scope, by name."""
        ...

    async def due(self, now: datetime) -> list[PolledFeed]:
        """Return every feed, of the catalogue and own ones, whose next poll is at or before *now*."""
        ...

    async def add(self, feed: Feed) -> bool:
        """Add a feed; return False when (scope, url) is already there (it is then updated)."""
        ...

    async def remove(self, url: str, scope: Scope = SHARED) -> bool:
        """
        Remove a feed; return False when it was not there.

        What a feed of the catalogue told stays. What an own one told goes with it.
        """
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
    async def since(self, since: datetime, scopes: Collection[Scope] = (SHARED,)) -> list[Story]:
        """
        Return the stories of *scopes* whose latest entry is at or after *since* (aware UTC).

        What is seen in one place is `for_scope(await since(…, scope.around), scope)`.
        """
        ...

    async def get(self, story_id: str, viewer: Scope) -> Story | None:
        """
        Return a story that may be shown to *viewer*, else None, whatever the id.

        An id that was merged into another leads to the surviving story.
        """
        ...

    async def save(self, stories: Sequence[Story], merged: dict[str, str]) -> None:
        """
        Store new and changed stories with their entries in one transaction.

        When another process has stored an own story of the same entries meanwhile, its id stays.

        Args:
            stories: Whole stories as they now are.
            merged: Old story id -> id of the story it became part of.
        """
        ...


class PageStore(Protocol):
    async def get(self, url: str) -> Page | None: ...

    async def save(self, url: str, page: Page, now: datetime) -> None: ...
