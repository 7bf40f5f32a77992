"""A workspace's own feeds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.own_feeds import MAX_OWN_FEEDS, FeedPreview, FeedRefused, OwnFeeds
from bot.digest.spot import Asker
from bot.news.entry import ParsedEntry
from bot.news.feed import Feed, FeedReading
from tests.fakes.digest import NOW
from tests.fakes.preferences import ANNA, SPOT, FakeReader, Office

pytestmark = pytest.mark.anyio

URL = "https://blog.own.example/feed.xml"


def entry(number: int, *, dated: bool = True) -> ParsedEntry:
    at = NOW - timedelta(days=number) if dated else None
    return ParsedEntry(
        guid=str(number), url=f"{URL}/{number}", title=f"Entry {number}", published_at=at
    )


class Desk:
    """The use case, with one feed that can be read."""

    def __init__(self) -> None:
        self.office = Office()
        entries = (entry(9), entry(1), entry(2, dated=False), entry(3))
        reading = FeedReading(
            outcome="new", title="Own Blog", language="de-DE", entries=entries, undated=1
        )
        self.reader = FakeReader(readings={URL: reading})
        self.feeds = OwnFeeds(
            reader=self.reader, feeds=self.office.feeds, permissions=self.office.permissions
        )

    async def add(self, url: str = URL):
        return await self.feeds.add(url, SPOT, ANNA)


async def test_a_look_shows_the_newest_entries_and_stores_nothing():
    """The preview has the feed's name and its last three entries, newest first."""
    desk = Desk()
    seen = await desk.feeds.look(URL, SPOT, ANNA)
    assert isinstance(seen, FeedPreview)
    assert [title for title, _ in seen.entries] == ["Entry 1", "Entry 3", "Entry 9"]
    assert seen.sentences == ("It has 4 entries, 1 of them without a date.",)
    assert not seen.added
    assert await desk.feeds.own("T1") == []


async def test_an_added_feed_is_the_workspaces_own_alone():
    """It is stored under its workspace, with what the document says of itself."""
    desk = Desk()
    added = await desk.add()
    assert isinstance(added, FeedPreview)
    assert added.added
    assert "Added Own Blog" in added.sentences[0]
    (polled,) = await desk.feeds.own("T1")
    assert polled.feed == Feed(
        url=URL, name="Own Blog", outlet="own.example", language="de", workspace_id="T1"
    )
    assert await desk.feeds.own("T2") == []


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("https://nowhere.example/x", "does not know that page. Check the address"),
        ("https://theledger.example/feed/", "for everybody already"),
        ("http://www.theledger.example/feed", "for everybody already"),
        ("notanaddress", "no web address"),
        ("ftp://own.example/feed", "no web address"),
        ("https://" + "x" * 3000 + ".example", "no web address"),
    ],
)
async def test_what_is_not_added_says_why(url, part):
    """Unreadable, known or no address: a sentence, and nothing stored."""
    desk = Desk()
    refused = await desk.add(url)
    assert isinstance(refused, FeedRefused)
    assert part in refused.sentence
    assert await desk.feeds.own("T1") == []


async def test_the_same_feed_twice_and_too_many_are_refused_unread():
    """The list has a limit that holds against additions at once; a known feed is not read again."""
    desk = Desk()
    urls = [f"https://f{n}.example/feed" for n in range(MAX_OWN_FEEDS + 5)]
    for url in urls:
        desk.reader.readings[url] = desk.reader.readings[URL]
    outcomes = await asyncio.gather(*(desk.add(url) for url in urls))
    assert sum(isinstance(one, FeedPreview) for one in outcomes) == MAX_OWN_FEEDS
    assert len(await desk.feeds.own("T1")) == MAX_OWN_FEEDS
    again = await desk.add(urls[0])
    assert isinstance(again, FeedRefused)
    assert "list already" in again.sentence
    assert len(desk.reader.asked) == MAX_OWN_FEEDS


async def test_a_moved_feed_is_stored_where_it_is_now():
    """A permanent redirect counts, and one to a known feed adds nothing."""
    desk = Desk()
    moved = replace(desk.reader.readings[URL], moved_to="https://new.example/feed")
    desk.reader.readings[URL] = moved
    added = await desk.add()
    assert isinstance(added, FeedPreview)
    assert (added.feed.url, added.feed.outlet) == ("https://new.example/feed", "new.example")
    assert isinstance(await desk.add(), FeedRefused)


async def test_removing_by_address_or_name():
    """Own feeds go; those of everybody are muted instead, and the sentence says how."""
    desk = Desk()
    assert "no feeds of its own" in await desk.feeds.remove(URL, SPOT, ANNA)
    await desk.add()
    assert "which are: Own Blog" in await desk.feeds.remove("https://x.example", SPOT, ANNA)
    shared = await desk.feeds.remove("https://theledger.example/feed", SPOT, ANNA)
    assert "/digest mute theledger.example" in shared
    assert "Removed Own Blog" in await desk.feeds.remove("own blog", SPOT, ANNA)
    assert await desk.feeds.own("T1") == []


async def test_who_may_not_change_the_digest_adds_and_removes_nothing():
    """The permission is asked before anything is read from outside."""
    desk = Desk()
    outsider = Asker(user_id="U9")
    assert isinstance(await desk.feeds.add(URL, SPOT, outsider), FeedRefused)
    assert "join" in await desk.feeds.remove(URL, SPOT, outsider)
    assert desk.reader.asked == []
