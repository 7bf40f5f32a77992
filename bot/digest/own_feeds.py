"""
Use case: own feeds, added by address after a look at them.

A feed serves the conversation in which it was added, and only people of the workspace who are no
guests hear its name. That it serves the whole workspace is an admin's step, with a way back.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from bot.digest.may_change import Permissions
from bot.digest.own_feed_limits import Admission, OwnFeedLimits
from bot.digest.ports import OwnFeedStore
from bot.digest.spot import Asker, Spot
from bot.explain.outgoing.named import shown_feed, shown_name, shown_title
from bot.news.entry import ParsedEntry
from bot.news.feed import Feed, FeedReading, PolledFeed
from bot.news.ports import FeedReader, FeedStore
from bot.news.scope import Scope
from bot.news.urlkey import outlet_of, url_key

_PREVIEWED = 3
_LISTED = 5
_MAX_NAME_CHARS = 80
_MAX_URL_CHARS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPreview:
    """
    What is in a feed.

    Attributes:
        feed: As it would be, or was, added.
        entries: (title, published at or None) of its newest entries, at most three.
        added: It is on the list now.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingFeeds:
    """
    The own feeds that serve a conversation, as far as somebody may know of them.

    Attributes:
        here: They serve this conversation alone.
        everywhere: They serve the whole workspace.
        may_share: Who asks is an admin, who decides which is which.
    """

    here: tuple[Feed, ...] = ()
    everywhere: tuple[Feed, ...] = ()
    may_share: bool = False

    @property
    def removable(self) -> tuple[Feed, ...]:
        """Return what can be removed here, each address once: first of here, then of everywhere."""
        theirs = {feed.url for feed in self.here}
        wider = self.everywhere if self.may_share else ()
        return (*self.here, *(feed for feed in wider if feed.url not in theirs))


class OwnFeeds:
    """
    Looks at, adds, lists, shares and removes own feeds.

    Args:
        reader: Reads an address once.
        feeds: All feeds.
        own: Changes own ones, within limits that hold for all processes.
        permissions: Who may.
        limits: The most there can be.
        changed: Told when stories came or went with a feed.
    """

    def __init__(
        self,
        *,
        reader: FeedReader,
        feeds: FeedStore,
        own: OwnFeedStore,
        permissions: Permissions,
        limits: OwnFeedLimits | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader, self._feeds, self._own = reader, feeds, own
        self._permissions, self._changed = permissions, changed
        self._limits = limits or OwnFeedLimits()
        # One addition at a time for each person, so that nothing is read in vain.
        self._adding: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def look(
        self, url: str, spot: Spot, asker: Asker, now: datetime, *, everywhere: bool = False
    ) -> FeedPreview | FeedRefused:
        """
        Read a feed once and say what is in it; nothing is stored.

        Args:
            url: Its address.
            spot: Where it is to serve.
            asker: Who wants it.
            now: Aware UTC.
            everywhere: It is to serve the whole workspace.
        """
        if refused := await self._refusal(asker, spot, everywhere=everywhere):
            return FeedRefused(sentence=refused)
        scope = Scope(spot.workspace_id) if everywhere else spot.scope
        if problem := await self._problem(url, scope, spot, asker, now):
            return FeedRefused(sentence=problem)
        feed = Feed(url=url, name="", outlet=outlet_of(url), language="", scope=scope)
        return _previewed(feed, await self._reader.read(PolledFeed(feed=feed)))

    async def add(
        self, url: str, spot: Spot, asker: Asker, now: datetime, *, everywhere: bool = False
    ) -> FeedPreview | FeedRefused:
        """Read a feed once, and add it when it is one; the arguments are those of `look`."""
        async with self._adding[spot.workspace_id, asker.user_id]:
            seen = await self.look(url, spot, asker, now, everywhere=everywhere)
            if isinstance(seen, FeedRefused):
                return seen
            feed = seen.feed
            # A permanent redirect can lead to a feed that is known.
            if feed.url != url and (
                problem := await self._problem(feed.url, feed.scope, spot, asker, now)
            ):
                return FeedRefused(sentence=problem)
            outcome = await self._own.add(feed, asker.user_id, _day(now), self._limits)
            if outcome is not Admission.ADDED:
                return FeedRefused(sentence=self._not_admitted(outcome))
        where = "this workspace's digests" if everywhere else _digest_of(spot)
        first = f"Added {feed.name}: its AI news can appear in {where}."
        return replace(seen, added=True, sentences=(first, *seen.sentences))

    async def remove(self, typed: str, spot: Spot, asker: Asker) -> str:
        """Remove an own feed by its address or name; return the sentence that says what happened."""
        if refused := await self._permissions.feeds_refusal(asker, spot):
            return refused
        here, everywhere = await self._both(spot)
        found = _named(typed, here) or _named(typed, everywhere)
        if found is None:
            return await self._not_own(typed, here, spot)
        if found.scope != spot.scope and await self._permissions.sharing_refusal(asker, spot):
            return (
                f"{found.name} serves the whole workspace, so only an admin can remove it; "
                f"`/digest mute {found.outlet}` keeps it out of this digest."
            )
        if not await self._feeds.remove(found.url, found.scope):
            return await self._not_own(typed, here, spot)
        self._changed()
        return f"Removed {found.name}; nothing of it appears any more, and earlier digests stay."

    async def share(self, typed: str, spot: Spot, asker: Asker) -> str:
        """Let a feed of this conversation serve the whole workspace; return what happened."""
        if refused := await self._refusal(asker, spot, everywhere=True):
            return refused
        here, everywhere = await self._both(spot)
        found = _named(typed, here)
        if found is None:
            shared = _named(typed, everywhere)
            already = f"{shared.name} serves the whole workspace already." if shared else ""
            return already or await self._not_own(typed, here, spot)
        outcome = await self._own.give(found, Scope(spot.workspace_id), self._limits)
        self._changed()
        if outcome is not Admission.ADDED:
            return self._not_admitted(outcome)
        return (
            f"{found.name} serves the whole workspace now; `/digest unshare` and its address takes "
            "it back to one conversation."
        )

    async def unshare(self, typed: str, spot: Spot, asker: Asker) -> str:
        """Let a feed of the whole workspace serve this conversation alone; return what happened."""
        if refused := await self._refusal(asker, spot, everywhere=True):
            return refused
        here, everywhere = await self._both(spot)
        found = _named(typed, everywhere)
        if found is None:
            own = _named(typed, here)
            already = f"{own.name} serves this conversation alone already." if own else ""
            return already or await self._not_own(typed, [*here, *everywhere], spot)
        outcome = await self._own.give(found, spot.scope, self._limits)
        self._changed()
        if outcome is not Admission.ADDED:
            return self._not_admitted(outcome)
        return (
            f"{found.name} serves this conversation alone now: it can appear in {_digest_of(spot)}."
        )

    async def serving(self, spot: Spot, asker: Asker) -> ServingFeeds:
        """Return the own feeds that serve a conversation; none to whom their names are not shown."""
        if not await self._permissions.sees_feeds(asker, spot):
            return ServingFeeds()
        here, everywhere = await self._both(spot)
        return ServingFeeds(
            here=tuple(polled.feed for polled in here),
            everywhere=tuple(polled.feed for polled in everywhere),
            may_share=await self._permissions.is_admin(asker, spot),
        )

    async def listed(self, spot: Spot, asker: Asker) -> tuple[str, ...]:
        """Return the sentences that list what serves a conversation besides the feeds of everybody."""
        if not await self._permissions.sees_feeds(asker, spot):
            return (_NOT_SHOWN,)
        found = await self.serving(spot, asker)
        lines = [f"{feed.name} ({feed.url}): this conversation" for feed in found.here]
        lines += [f"{feed.name} ({feed.url}): the whole workspace" for feed in found.everywhere]
        if not lines:
            return (_NOTHING_HERE,)
        how = _HOW_TO_SHARE if found.may_share else _HOW_TO_CHANGE
        return ("These feeds were added, with whom they serve:", *lines, how)

    async def _refusal(self, asker: Asker, spot: Spot, *, everywhere: bool) -> str:
        if refused := await self._permissions.feeds_refusal(asker, spot):
            return refused
        return await self._permissions.sharing_refusal(asker, spot) if everywhere else ""

    async def _both(self, spot: Spot) -> tuple[list[PolledFeed], list[PolledFeed]]:
        """Return the feeds of this conversation alone, and those of the whole workspace."""
        scopes = (spot.scope, Scope(spot.workspace_id))
        here, everywhere = [await self._feeds.all(scope) for scope in scopes]
        return _shown(here), _shown(everywhere)

    async def _problem(
        self, url: str, scope: Scope, spot: Spot, asker: Asker, now: datetime
    ) -> str:
        """Return why a feed is not read at all, or ""; other conversations' feeds are not looked at."""
        if len(url) > _MAX_URL_CHARS or not url_key(url):
            return "That is no web address; a feed's address looks like https://site.example/feed."
        here, everywhere = await self._both(spot)
        if _same(url, everywhere):
            return "That feed is on the list already: it serves the whole workspace."
        if _same(url, here):
            if scope == spot.scope:
                return "That feed is on the list already: it serves this conversation."
            return "That feed is on the list already; `/digest share` and its address shares it."
        if _same(url, await self._feeds.all()):
            return "That feed is read for everybody already, so there is nothing to add."
        room = await self._own.room(scope, asker.user_id, _day(now), self._limits)
        return "" if room is Admission.ADDED else self._not_admitted(room)

    def _not_admitted(self, why: Admission) -> str:
        limits = self._limits
        return {
            Admission.KNOWN: "That feed is on the list already.",
            Admission.GONE: "That feed is not on the list any more.",
            Admission.ENOUGH_TODAY: (
                f"You have added {limits.a_day} feeds today, which is the most in a day; add it "
                "tomorrow."
            ),
            Admission.HERE_FULL: (
                f"There are {limits.here} feeds already, which is the most there can be; remove one "
                "first with `/digest remove` and its address."
            ),
            Admission.PERSON_FULL: (
                f"{limits.person} feeds that you added are read, which is the most for one person; "
                "remove one first with `/digest remove` and its address."
            ),
            Admission.WORKSPACE_FULL: (
                f"This workspace has {limits.workspace} own feeds in all of its channels, which is "
                "the most there can be; some have to be removed first."
            ),
        }[why]

    async def _not_own(self, typed: str, own: Sequence[PolledFeed], spot: Spot) -> str:
        if _same(typed, await self._feeds.all()):
            return (
                "That feed is read for everybody, so it cannot be removed here; "
                f"`/digest mute {outlet_of(typed)}` keeps it out of {_digest_of(spot)}."
            )
        if not own:
            return _NOTHING_HERE
        listed = ", ".join(polled.feed.name for polled in own[:_LISTED])
        return f"That is none of the feeds that were added here, which are: {listed}."


_NOTHING_HERE = "No feed was added here; `/digest add` and an address adds one."
_NOT_SHOWN = "Only full members of this workspace see which feeds were added here."
_HOW_TO_CHANGE = "`/digest add` and `/digest remove` with an address change the list."
_HOW_TO_SHARE = (
    "`/digest share` and an address lets a feed serve the whole workspace, `/digest unshare` this "
    "conversation alone; `/digest remove` takes it away."
)


def _day(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _digest_of(spot: Spot) -> str:
    return spot.label if spot.is_dm else f"the digest of {spot.label}"


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


def _shown(feeds: Sequence[PolledFeed]) -> list[PolledFeed]:
    """Return feeds under names that may stand in a message; strangers chose them."""
    return [replace(polled, feed=shown_feed(polled.feed)) for polled in feeds]


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
