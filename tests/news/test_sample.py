"""The sample edition and the starter list: what people see first, and that it is what it says."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from html import unescape

import fastfeedparser
import pytest

from bot.errors import UsageError
from bot.news.catalogue import read_catalogue, starter_feeds
from bot.news.collect import make_entry
from bot.news.entry import Entry, ParsedEntry
from bot.news.relevance import EVENT, JOB_ADVERT, NOT_AI, ROUNDUP, SPONSORED, why_left_out
from bot.news.sample import sample_feeds, sample_files
from bot.news.stories import group
from bot.news.story import Story
from bot.news.topic import Topic
from tests.fakes.news import NOW

BASE = "http://127.0.0.1:8123"


def plain(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", unescape(markup)))).strip()


def parsed(body: bytes) -> list[ParsedEntry]:
    """Read a feed with the library that the bot uses; its own adapter is tested elsewhere."""
    return [
        ParsedEntry(
            title=plain(item.get("title") or ""),
            url=item.get("link") or "",
            guid=item.get("id") or "",
            summary=plain(item.get("description") or ""),
            content=plain((item.get("content") or [{"value": ""}])[0]["value"]),
            published_at=None if not item.get("published") else _instant(item["published"]),
        )
        for item in fastfeedparser.parse(body).entries
    ]


def _instant(text: str):
    from datetime import datetime

    return datetime.fromisoformat(text)


def edition(hours_ago: float = 0.0) -> tuple[list[Entry], list[str]]:
    """Return accepted entries and reasons of the others, as seen so many hours before NOW."""
    then = NOW - timedelta(hours=hours_ago)
    files = sample_files(NOW, then, base_url=BASE)
    accepted, reasons = [], []
    for feed in sample_feeds(BASE):
        for item in parsed(files[feed.url.removeprefix(BASE)][1]):
            entry = make_entry(feed, item, then)
            reason = why_left_out(entry, feed)
            reasons.append(reason) if reason else accepted.append(entry)
    return accepted, reasons


def stories_of(entries: list[Entry], known: list[Story] | None = None) -> dict[str, Story]:
    stories = {story.id: story for story in known or []}
    return stories | {story.id: story for story in group(known or [], entries, new_id=str).changed}


def test_size_and_kinds():
    """At least 30 entries from 8 outlets over 3 days, in four kinds of feed."""
    files = sample_files(NOW, base_url=BASE)
    feeds = sample_feeds(BASE)
    items = [item for feed in feeds for item in parsed(files[feed.url.removeprefix(BASE)][1])]

    assert len(items) >= 30
    assert len({feed.outlet for feed in feeds}) >= 8
    assert {feed.url.rpartition("/")[2] for feed in feeds} == {
        "rss.xml",
        "index.rdf",
        "atom.xml",
        "feed.json",
    }
    dates = [item.published_at for item in items if item.published_at]
    assert sum(item.published_at is None for item in items) == 1
    assert timedelta(hours=48) < max(dates) - min(dates) < timedelta(hours=72)
    assert all(feed.outlet.endswith(".example") for feed in feeds)


def test_what_is_left_out():
    """The job advert, the sponsored item, the roundup, the event and the festival stay out."""
    assert Counter(edition()[1]) == Counter([JOB_ADVERT, SPONSORED, ROUNDUP, EVENT, NOT_AI])


def test_events_of_several_outlets():
    """At least four events are told by two to four outlets and become one story each."""
    stories = stories_of(edition()[0])
    told = Counter(len(story.outlets) for story in stories.values())

    assert told[2] + told[3] + told[4] >= 6
    assert max(told) <= 4
    assert {topic for story in stories.values() for topic in story.topics} >= set(Topic) - {
        Topic.PRODUCTIVITY
    }


def test_update_of_yesterdays_story():
    """Yesterday's story comes back today as a revision with a new figure; no other story does."""
    yesterday = stories_of(edition(24.0)[0])
    known = {entry.id for story in yesterday.values() for entry in story.entries}
    today = stories_of([e for e in edition()[0] if e.id not in known], list(yesterday.values()))

    updated = [story for story in today.values() if story.revisions]
    assert [[(r.novelty, r.detail) for r in story.revisions] for story in updated] == [
        [("figure", "4 GB")]
    ]
    assert updated[0].id in yesterday
    assert len(yesterday) >= 8


def test_hostile_item_is_there():
    """The hostile item carries its whole arsenal: the demo shows that it does no harm."""
    hostile = sample_files(NOW, base_url=BASE)["/hotwiretips/rss.xml"][1].decode()

    for weapon in (
        "&lt;!channel&gt;",
        "javascript:",
        "169.254.169.254",
        "gnore all previous instructions",
        "<script>",
    ):
        assert weapon in hostile


def test_pages():
    """Main stories have pages with more text than the feed; the paywalled one shows its teaser only."""
    files = sample_files(NOW, base_url=BASE)
    pages = {
        path: body.decode() for path, (kind, body) in files.items() if kind.startswith("text/html")
    }

    assert len(pages) >= 8
    closed = pages["/ledger/northwind-aster-licence"]
    assert '"isAccessibleForFree": false' in closed
    assert "Rumours had grown" not in closed
    assert "The weights are the flyer" in pages["/ledger/harbor-pilot-2"]
    assert "Disallow: /stackcourier/" in files["/robots.txt"][1].decode()


def test_no_placeholder_is_left():
    """Every {weekday} and {date} is filled in, and titles with markup are escaped."""
    files = sample_files(NOW, base_url=BASE)

    assert not any(re.search(rb"\{(?:weekday|date)", body) for _, body in files.values())
    assert b"&lt;em&gt;Sketch" in files["/thebrush/rss.xml"][1]
    assert json.loads(files["/modeldesk/feed.json"][1])["version"].endswith("1.1")


def test_as_of():
    """Seen from yesterday, nothing of today is there, pages included."""
    then = sample_files(NOW, NOW - timedelta(hours=24), base_url=BASE)

    assert "/modeldesk/pilot-2-1-phone" not in then
    assert "/ledger/harbor-pilot-2" in then
    assert b"Pilot 2.1" not in b"".join(body for _, body in then.values())


def test_starter_list():
    """The shipped list holds about thirty feeds, each once, none of those known to be dead."""
    feeds = starter_feeds()
    addresses = " ".join(feed.url for feed in feeds)

    assert 28 <= len(feeds) <= 40
    assert len({feed.url for feed in feeds}) == len(feeds)
    for dead in (
        "anthropic.com/rss",
        "ai.meta.com",
        "blogs.microsoft.com/ai/feed",
        "the-batch",
        "axios.com",
    ):
        assert dead not in addresses


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[feeds]]\nname = 'A'\nurl = 'ftp://a.example/'", "feeds.0.url"),
        ("[[feeds]]\nname = ''\nurl = 'https://a.example/'", "feeds.0.name"),
        ("[[feeds]]\nname = 'A'\nurl = 'https://a.example/'\nweight = 2", "feeds.0.weight"),
        ("[[feeds]]\nname = 'A'\nurl = 'https://a.example/'\nwieght = 1", "feeds.0.wieght"),
        ("feeds = [", "not valid TOML"),
        ("[[feeds]]\nname='A'\nurl='https://a.example/'\n" * 2, "listed twice"),
        ("", "feeds"),
    ],
)
def test_wrong_catalogue(text: str, words: str):
    """A mistake in an operator's own list is named by its place."""
    with pytest.raises(UsageError, match=re.escape(words)):
        read_catalogue(text, source="mine.toml")


def test_catalogue_fills_in_the_outlet():
    """A feed without an outlet belongs to the owner of its address."""
    (feed,) = read_catalogue("[[feeds]]\nname = 'A'\nurl = 'https://news.a.co.uk/feed'")

    assert (feed.outlet, feed.language, feed.weight) == ("a.co.uk", "", 0.5)
