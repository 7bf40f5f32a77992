"""Feeds, entries, stories and pages, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.news.feed import PollState
from bot.news.scope import SHARED, Scope
from bot.news.story import LeftOut, Revision
from storage.database import Database
from tests.fakes.stored import NOON, make_entry, make_feed, make_story

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def test_adding_a_feed_again_updates_it(database: Database) -> None:
    """The same address of the same owner is one feed; adding it anew changes its description."""
    assert await database.feeds.add(make_feed(name="Old", url="https://a.example/f"))
    assert not await database.feeds.add(make_feed(name="New", url="https://a.example/f"))

    assert [it.feed.name for it in await database.feeds.all()] == ["New"]


async def test_feeds_belong_to_their_owner(database: Database) -> None:
    """Catalogue, workspaces and conversations may have the same address, each for itself."""
    owners = (SHARED, Scope("T1"), Scope("T1", "C1"), Scope("T2"))
    for owner in owners:
        assert await database.feeds.add(make_feed(scope=owner))

    for owner in owners:
        assert [it.feed.scope for it in await database.feeds.all(owner)] == [owner]
    assert len(await database.feeds.everywhere()) == 4
    assert await database.feeds.scopes() == {*owners} - {SHARED}


async def test_a_very_long_address_is_stored(database: Database) -> None:
    """An address longer than an index entry of PostgreSQL is no error."""
    url = "https://a.example/" + "".join(f"{number:x}" for number in range(5_000))
    assert await database.feeds.add(make_feed(url=url))
    assert [it.feed.url for it in await database.feeds.all()] == [url]


async def test_due_feeds_never_polled_first(database: Database) -> None:
    """Due are feeds never polled, then those whose time has come; not later or gone ones."""
    polls = {
        "never": PollState(),
        "past": PollState(next_poll_at=NOON - HOUR),
        "now": PollState(next_poll_at=NOON),
        "later": PollState(next_poll_at=NOON + HOUR),
        "gone": PollState(gone=True),
    }
    for name, poll in polls.items():
        await database.feeds.add(make_feed(name))
        await database.feeds.save_poll(make_feed(name), poll)

    assert [it.feed.name for it in await database.feeds.due(NOON)] == ["never", "past", "now"]


async def test_adding_a_gone_feed_revives_it(database: Database) -> None:
    """A feed that answered 410 is polled again once somebody adds it anew; others keep their health."""
    for name in ("gone", "failing"):
        await database.feeds.add(make_feed(name))
    failing = PollState(failures=3, next_poll_at=NOON + HOUR, etag="x")
    await database.feeds.save_poll(make_feed("failing"), failing)
    await database.feeds.save_poll(make_feed("gone"), replace(failing, gone=True))

    for name in ("gone", "failing"):
        await database.feeds.add(make_feed(name))

    polls = {it.feed.name: it.poll for it in await database.feeds.all()}
    assert polls["failing"] == failing
    assert polls["gone"] == PollState(etag="x")


async def test_removing_a_feed_says_whether_it_was_there(database: Database) -> None:
    """Removing twice gives True, then False."""
    await database.feeds.add(make_feed())
    assert not await database.feeds.remove(make_feed().url, Scope("T1"))
    assert await database.feeds.remove(make_feed().url)
    assert not await database.feeds.remove(make_feed().url)


async def test_a_moved_feed_keeps_its_health(database: Database) -> None:
    """A new address keeps name and schedule, and forgets validators of the old address."""
    feed = make_feed()
    await database.feeds.add(feed)
    poll = PollState(etag="x", last_modified="y", next_poll_at=NOON, moved_to="z", moved_seen=3)
    await database.feeds.save_poll(feed, poll)

    await database.feeds.move(feed, "https://new.example/feed")
    await database.feeds.move(feed, "https://newer.example/feed")  # the old address is no more

    [moved] = await database.feeds.all()
    assert moved.feed == replace(feed, url="https://new.example/feed")
    assert moved.poll == PollState(next_poll_at=NOON)


async def test_a_feed_that_moves_onto_another_leaves_one(database: Database) -> None:
    """When the new address is a feed already, the old one goes; moving onto itself changes nothing."""
    await database.feeds.add(make_feed("old"))
    await database.feeds.add(make_feed("new"))

    await database.feeds.move(make_feed("old"), make_feed("new").url)
    await database.feeds.move(make_feed("new"), make_feed("new").url)

    assert [it.feed.name for it in await database.feeds.all()] == ["new"]


async def test_left_out_entries_stay_known(database: Database) -> None:
    """An entry that was left out is known like one that tells a story, and keeps its reason."""
    advert = make_entry("advert", seen_at=NOON + HOUR)
    await database.entries.leave_out([(advert, "a job advert"), (make_entry("ad2"), "sponsored")])
    await database.stories.save([make_story("s1", make_entry("told"))], {})

    known = await database.entries.known(["advert", "told", "unheard-of"])
    left_out = await database.entries.left_out_since(NOON)

    assert known == {"advert", "told"}
    assert [it.reason for it in left_out] == ["a job advert", "sponsored"]
    assert left_out[0] == LeftOut(headline=advert.title, reason="a job advert", url=advert.url)
    assert await database.entries.left_out_since(NOON + 2 * HOUR) == []


async def test_known_takes_any_number_of_ids(database: Database) -> None:
    """More ids than a statement has room for are no error."""
    await database.entries.leave_out([(make_entry(f"e{n}"), "off topic") for n in range(300)])
    known = await database.entries.known([f"e{n}" for n in range(33_000)])
    assert len(known) == 300
    assert await database.entries.known([]) == set()
    await database.entries.leave_out([])


async def test_stories_since_are_shared_or_ones_own(database: Database) -> None:
    """A workspace sees the shared stories and its own, the latest first, and nobody else's."""
    old = make_entry("old", published_at=NOON - timedelta(days=3))
    await database.stories.save(
        [
            make_story("old", old),
            make_story("shared"),
            make_story("own", make_entry("o", published_at=NOON), scope=Scope("T1")),
            make_story("other", scope=Scope("T2")),
            make_story("here", scope=Scope("T1", "C1")),
        ],
        {},
    )

    since = NOON - timedelta(days=1)

    assert [it.id for it in await database.stories.since(since)] == ["shared"]
    assert [it.id for it in await database.stories.since(since, Scope("T1").around)] == [
        "own",
        "shared",
    ]
    assert [it.id for it in await database.stories.since(since, [Scope("T1", "C1")])] == ["here"]


async def test_an_entry_may_stand_in_two_stories(database: Database) -> None:
    """A workspace's own story may hold an entry of the catalogue without taking it away."""
    entry = make_entry("both")
    shared = make_story("shared", entry)
    own = make_story("own", entry, make_entry("mine", scope=Scope("T1")), scope=Scope("T1"))

    await database.stories.save([shared, own], {})

    assert await database.stories.get("shared", SHARED) == shared
    assert await database.stories.get("own", Scope("T1", "C1")) == own
    assert await database.stories.get("own", Scope("T2")) is None


async def test_saving_again_replaces_the_whole_story(database: Database) -> None:
    """A saved story is exactly as it was given last: entries, revisions and topics."""
    await database.stories.save([make_story("s1", make_entry("a"), make_entry("b"))], {})
    revision = Revision(number=2, entry_id="c", at=NOON, novelty="figure", detail="4 GB")
    changed = make_story("s1", make_entry("b"), make_entry("c"), revisions=(revision,))

    await database.stories.save([changed], {})

    assert await database.stories.get("s1", SHARED) == changed


async def test_merged_stories_lead_to_the_survivor(database: Database) -> None:
    """Any id of a chain of merges, in one round or over several, leads to the surviving story."""
    await database.stories.save([make_story(name) for name in "abcd"], {})
    survivor = make_story("d", make_entry("x"), make_entry("y"))

    await database.stories.save([make_story("b")], {"a": "b"})
    await database.stories.save([survivor], {"b": "c", "c": "d", "never-stored": "c"})

    for name in ("a", "b", "c", "d", "never-stored"):
        assert await database.stories.get(name, SHARED) == survivor
    assert [it.id for it in await database.stories.since(NOON - timedelta(days=9))] == ["d"]
    assert await database.stories.get("unheard-of", SHARED) is None


async def test_a_merge_into_nothing_is_refused_whole(database: Database) -> None:
    """A merge into a story that does not exist is a bug: it is named and nothing is stored."""
    with pytest.raises(ValueError, match="nowhere"):
        await database.stories.save([make_story("s1")], {"a": "nowhere"})
    assert await database.stories.get("s1", SHARED) is None


async def test_many_stories_are_read_at_once(database: Database) -> None:
    """Reading stories takes a fixed number of statements however many there are."""
    await database.stories.save([make_story(f"s{n}") for n in range(200)], {})
    assert len(await database.stories.since(NOON - timedelta(days=1))) == 200


async def test_a_page_is_unknown_until_saved(database: Database) -> None:
    """An address that was never read gives None."""
    assert await database.pages.get("https://a.example/") is None
