"""Own feeds and what they told: limits among processes, sharing, removing, forgetting; on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.delivery import DeliveryState
from bot.digest.own_feed_limits import Admission, OwnFeedLimits
from bot.news.entry import Entry
from bot.news.feed import Feed
from bot.news.scope import SHARED, Scope
from bot.news.story import Revision, Story
from storage.cipher import Cipher
from storage.database import Database
from storage.retention import Ages
from tests.fakes.stored import (
    NOON,
    make_channel,
    make_entry,
    make_explanation,
    make_feed,
    make_key,
    make_story,
)

pytestmark = pytest.mark.anyio

TEAM, HERE, THERE, DIRECT = (Scope("T1", channel) for channel in ("", "C1", "C2", "D1"))
LIMITS = OwnFeedLimits()
TODAY = NOON.date()
LONG_AGO = NOON - timedelta(days=9)


@pytest.fixture
async def other(database: Database, url: str, cipher: Cipher) -> AsyncIterator[Database]:
    """The same database, as another process has it open."""
    async with await Database.open(url, cipher=cipher) as opened:
        yield opened


def blog(scope: Scope, name: str = "blog") -> Feed:
    return make_feed(name, scope=scope)


def post(scope: Scope, entry_id: str, name: str = "blog", **changes: object) -> Entry:
    feed = blog(scope, name)
    return make_entry(entry_id, scope=scope, feed_url=feed.url, **changes)


async def add(database: Database, scope: Scope, name: str = "blog", by: str = "U1") -> None:
    assert await database.own_feeds.add(blog(scope, name), by, TODAY, LIMITS) is Admission.ADDED


async def seen(database: Database, viewer: Scope) -> dict[str, set[str]]:
    """Return story id -> its entries' ids, of what is stored for *viewer*."""
    found = await database.stories.since(LONG_AGO, viewer.around)
    return {story.id: {entry.id for entry in story.entries} for story in found}


async def test_limits_hold_among_processes(database: Database, other: Database) -> None:
    """Two processes that add at the same moment pass no limit, and count every addition once."""
    feeds = [blog(HERE, f"f{n}") for n in range(24)]
    outcomes = await asyncio.gather(
        *(
            one.own_feeds.add(feed, "U1", TODAY, LIMITS)
            for n, feed in enumerate(feeds)
            for one in [(database, other)[n % 2]]
        )
    )
    assert outcomes.count(Admission.ADDED) == LIMITS.a_day
    assert outcomes.count(Admission.ENOUGH_TODAY) == len(feeds) - LIMITS.a_day
    assert len(await database.feeds.all(HERE)) == LIMITS.a_day
    tomorrow = TODAY + timedelta(days=1)
    free = replace(LIMITS, a_day=100, here=12)
    outcomes = await asyncio.gather(
        *(
            one.own_feeds.add(feed, "U2", tomorrow, free)
            for feed in feeds
            for one in (database, other)
        )
    )
    assert outcomes.count(Admission.ADDED) == free.here - LIMITS.a_day
    assert len(await other.feeds.all(HERE)) == free.here


async def test_additions_outlive_removal_and_reopening(
    database: Database, url: str, cipher: Cipher
) -> None:
    """Removing a feed gives nothing back, nor does a restart; the housekeeping waits for the day's end."""
    few = replace(LIMITS, a_day=1)
    await add(database, HERE)
    assert await database.feeds.remove(blog(HERE).url, HERE)
    assert (await database.clean(NOON + timedelta(hours=11), Ages())).feed_additions == 0
    async with await Database.open(url, cipher=cipher) as again:
        assert await again.own_feeds.room(HERE, "U1", TODAY, few) is Admission.ENOUGH_TODAY
        assert await again.own_feeds.room(HERE, "U2", TODAY, few) is Admission.ADDED
    assert (await database.clean(NOON + timedelta(days=3), Ages())).feed_additions == 1


async def test_a_removed_feed_takes_along_what_it_told(database: Database) -> None:
    """Stories of its own go; those that others told, too, lose its entry, headline and explanation."""
    for scope in (TEAM, HERE):
        await add(database, scope)
    shared = make_entry("shared")
    late = post(TEAM, "late", title="Only the removed feed says so", weight=0.9)
    revision = Revision(number=2, entry_id=late.id, at=NOON, novelty="figure", detail="4 GB")
    mine = post(HERE, "mine")
    await database.stories.save(
        [
            make_story("s_1", shared),
            make_story("o_own", post(TEAM, "alone"), scope=TEAM),
            make_story("o_copy", shared, late, scope=TEAM, copy_of="s_1"),
            make_story(
                "o_here", shared, late, mine, scope=HERE, copy_of="s_1", revisions=(revision,)
            ),
        ],
        {},
    )
    for name, scope in (("o_copy", TEAM), ("o_here", HERE)):
        await database.explanations.save(make_explanation(story_id=name, scope=scope))

    assert await database.feeds.remove(blog(TEAM).url, TEAM)

    assert await seen(database, HERE) == {"s_1": {"shared"}, "o_here": {"shared", "mine"}}
    assert (
        await database.explanations.get(make_explanation(story_id="o_here", scope=HERE).key) is None
    )
    left = await database.stories.get("o_here", HERE)
    assert left is not None
    assert "Only the removed feed" not in left.headline
    assert (left.revision, left.revisions[0].detail) == (2, "")
    assert await database.feeds.all(HERE)


async def test_a_shared_feed_is_seen_with_what_it_told(database: Database) -> None:
    """Sharing moves feed, entries, stories and explanations, old ids included; unsharing takes them back."""
    await add(database, HERE)
    stories = [make_story("o_1", post(HERE, "a"), scope=HERE)]
    await database.stories.save(stories, {"o_old": "o_1"})
    explained = make_explanation(story_id="o_1", scope=HERE)
    await database.explanations.save(explained)

    assert await database.own_feeds.give(blog(HERE), TEAM, LIMITS) is Admission.ADDED
    assert await database.own_feeds.give(blog(HERE), TEAM, LIMITS) is Admission.GONE

    assert await seen(database, THERE) == {"o_1": {"a"}}
    found = await database.stories.get("o_old", THERE)
    assert found is not None
    assert found.scope == found.entries[0].scope == TEAM
    assert await database.explanations.get(replace(explained.key, scope=TEAM)) is not None
    [polled] = await database.feeds.all(TEAM)

    # Another conversation has an entry of its own in a copy meanwhile.
    await add(database, THERE, "theirs")
    copy = make_story("o_2", *found.entries, post(THERE, "b", "theirs"), scope=THERE, copy_of="o_1")
    await database.stories.save([copy], {})
    await database.explanations.save(make_explanation(story_id="o_2", scope=THERE))
    assert await database.own_feeds.give(polled.feed, HERE, LIMITS) is Admission.ADDED

    assert await seen(database, THERE) == {"o_2": {"b"}}
    assert await seen(database, HERE) == {"o_1": {"a"}}
    assert await database.stories.get("o_old", THERE) is None
    assert (
        await database.explanations.get(make_explanation(story_id="o_2", scope=THERE).key) is None
    )
    assert [one.feed.seed for one in await database.feeds.all(HERE)] == [polled.feed.seed]


async def test_sharing_what_is_shared_already_leaves_one(database: Database) -> None:
    """When the workspace has the feed already, the conversation's goes; a full list takes none."""
    for scope in (TEAM, HERE, THERE):
        await add(database, scope)
    assert await database.own_feeds.give(blog(HERE), TEAM, LIMITS) is Admission.ADDED
    assert await database.feeds.all(HERE) == []
    full = replace(LIMITS, here=1)
    await add(database, HERE, "another")
    another = blog(HERE, "another")
    assert await database.own_feeds.give(another, TEAM, full) is Admission.HERE_FULL
    assert len(await database.feeds.all(HERE)) == 1


async def test_what_two_processes_store_at_once_is_one_story(
    database: Database, other: Database
) -> None:
    """Ids are drawn, so two processes draw two; the entry that both tell makes them one."""
    entry = post(HERE, "e")
    drawn = [make_story(f"o_{n}", entry, scope=HERE) for n in range(2)]
    await asyncio.gather(
        *(
            one.stories.save([story], {})
            for one, story in zip((database, other), drawn, strict=True)
        )
    )
    [(story_id, entries)] = (await seen(database, HERE)).items()
    assert entries == {"e"}
    await other.stories.save([make_story("o_9", entry, post(HERE, "f"), scope=HERE)], {})
    assert await seen(database, HERE) == {story_id: {"e", "f"}}
    # In another conversation the same words are another story.
    await other.stories.save([make_story("o_8", post(THERE, "g"), scope=THERE)], {})
    assert await seen(database, THERE) == {"o_8": {"g"}}


async def test_a_copy_follows_a_merge(database: Database) -> None:
    """When the story that it copies becomes part of another, the copy is that one's."""
    await database.stories.save(
        [
            make_story("s_1"),
            make_story("s_2"),
            make_story("o_1", post(HERE, "e"), scope=HERE, copy_of="s_1"),
        ],
        {},
    )
    await database.stories.save([make_story("s_2")], {"s_1": "s_2"})
    copy = await database.stories.get("o_1", HERE)
    assert copy is not None
    assert copy.copy_of == "s_2"


async def test_what_was_told_is_known_by_its_event(database: Database) -> None:
    """The event of a copy is remembered when it is told, and follows what the copy copies by now."""
    entry = post(HERE, "e")
    await database.stories.save([make_story("o_1", entry, scope=HERE)], {})
    for name in ("o_1", "s_7"):
        await _tell(database, name, "C1" if name == "o_1" else "C2")
    await database.stories.save([make_story("o_1", entry, scope=HERE, copy_of="s_1")], {})
    assert await _events(database, "C1") == ["s_1"]
    assert await _events(database, "C2") == ["s_7"]
    await _tell(database, "o_1", "C3")
    await database.feeds.add(blog(HERE))
    assert await database.feeds.remove(blog(HERE).url, HERE)
    assert await _events(database, "C3") == ["s_1"]


async def _tell(database: Database, story_id: str, channel_id: str) -> None:
    key = make_key(channel_id)
    await database.deliveries.open(key, NOON, None)
    row = await database.deliveries.get(key)
    assert row is not None
    sent = replace(row, state=DeliveryState.SENT, attempt=1, stories=((story_id, 1),), ts="1.0")
    assert await database.deliveries.change(row, sent)


async def _events(database: Database, channel_id: str) -> list[str]:
    return [one.event_id for one in await database.deliveries.told("T1", channel_id, TODAY)]


async def test_a_channel_takes_its_feeds_to_its_new_id_and_into_its_end(database: Database) -> None:
    """Feeds, stories and explanations follow a new id, are read on as the same, and go with the channel."""
    await add(database, HERE)
    await database.stories.save([make_story("o_1", post(HERE, "a"), scope=HERE)], {})
    explained = make_explanation(story_id="o_1", scope=HERE)
    await database.explanations.save(explained)
    [before] = await database.feeds.all(HERE)

    await database.channels.change_id("T1", "C1", "C2")

    [after] = await database.feeds.all(THERE)
    assert (after.feed.url, after.feed.seed) == (before.feed.url, before.feed.seed)
    assert await seen(database, THERE) == {"o_1": {"a"}}
    assert await seen(database, HERE) == {}
    moved = await database.explanations.get(replace(explained.key, scope=THERE))
    assert moved is not None
    assert moved.key.scope == THERE

    await database.channel_data.erase("T1", "C2")

    assert await database.feeds.scopes() == set()
    assert await seen(database, THERE) == {}
    assert await database.explanations.get(moved.key) is None


async def test_forgetting_a_person_takes_the_feeds_of_their_own_digest(database: Database) -> None:
    """With or without a digest set up; what they added in channels stays, without their name."""
    for scope in (DIRECT, HERE):
        await add(database, scope)
        await database.stories.save(
            [make_story(f"o_{scope.channel_id}", post(scope, scope.channel_id), scope=scope)], {}
        )
    await database.channels.save(make_channel("C1"))

    await database.forget_person("T1", "U1")

    assert await database.feeds.scopes() == {HERE}
    assert await seen(database, DIRECT) == {}
    assert await seen(database, HERE) == {"o_C1": {"C1"}}
    person = replace(LIMITS, person=1, a_day=100)
    assert await database.own_feeds.room(THERE, "U1", TODAY, person) is Admission.ADDED
    # Asking for deletion gives no additions back.
    few = replace(LIMITS, a_day=2)
    assert await database.own_feeds.room(THERE, "U1", TODAY, few) is Admission.ENOUGH_TODAY


async def test_a_feed_removed_while_it_was_read_leaves_nothing(database: Database) -> None:
    """What a round brought, or brought back, of feeds that are gone is swept; all else stays."""
    await database.feeds.add(blog(HERE))
    gone = Scope("T1", "C9")
    entries = [post(HERE, "kept", seen_at=NOON), post(gone, "swept", seen_at=NOON)]
    old, back = (post(gone, name, seen_at=NOON - timedelta(hours=1)) for name in ("old", "back"))
    await database.stories.save(
        [make_story(f"o_{one.id}", one, scope=one.scope) for one in (*entries, old, back)], {}
    )

    await database.own_feeds.sweep(["o_kept", "o_back"], since=NOON)

    assert await seen(database, HERE) == {"o_kept": {"kept"}}
    assert await seen(database, gone) == {"o_old": {"old"}}


async def test_a_feed_that_moved_is_still_known_by_what_it_told(database: Database) -> None:
    """After a permanent redirect, removing the feed takes along what it told at its old address."""
    await add(database, HERE)
    await database.stories.save([make_story("o_1", post(HERE, "a"), scope=HERE)], {})
    await database.feeds.move(blog(HERE), "https://new.example/feed")
    assert await database.feeds.remove("https://new.example/feed", HERE)
    assert await seen(database, HERE) == {}


async def test_seeds_are_drawn_for_own_feeds_alone(database: Database) -> None:
    """The catalogue's entries keep their ids; an own feed's are made from something nobody can guess."""
    for scope in (SHARED, HERE, THERE):
        await database.feeds.add(blog(scope))
    seeds = [one.feed.seed for one in await database.feeds.everywhere()]
    assert sorted(map(len, seeds)) == [0, 32, 32]
    assert len(set(seeds)) == 3


async def test_of_several_who_tell_an_admin_one_does(database: Database, other: Database) -> None:
    """A claim is made once, in whatever process; it can be taken back, and the note ends once settled."""
    await database.admin_notes.claim("T1", "own-feeds", "")
    claims = await asyncio.gather(
        *(one.admin_notes.claim("T1", "own-feeds", "U1") for one in (database, other) * 3)
    )
    assert claims.count(True) == 1
    await other.admin_notes.release("T1", "own-feeds", "U1")
    assert await database.admin_notes.claim("T1", "own-feeds", "U1")
    assert await other.admin_notes.owed("own-feeds") == ["T1"]
    await database.forget_person("T1", "U1")
    assert not await database.admin_notes.claim("T1", "own-feeds", "U1")
    await other.admin_notes.settle("T1", "own-feeds")
    assert await database.admin_notes.owed("own-feeds") == []


def test_a_story_is_seen_in_its_scope_alone() -> None:
    """The rule behind every lookup: everybody, one workspace, or one conversation of it."""
    story: Story = make_story("o_1", scope=HERE)
    assert HERE.sees(story.scope)
    assert not any(one.sees(story.scope) for one in (SHARED, TEAM, THERE, Scope("T2", "C1")))
    assert all(one.sees(SHARED) for one in (SHARED, TEAM, HERE))
    assert [one.sees(TEAM) for one in (SHARED, TEAM, HERE, Scope("T2", "C1"))] == [
        False,
        True,
        True,
        False,
    ]
