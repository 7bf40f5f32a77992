"""Own feeds: whom they serve, who adds, shares and removes them, who hears their names, and how many."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.chat.ports import Person
from bot.digest.may_change import Permissions
from bot.digest.own_feed_limits import OwnFeedLimits
from bot.digest.own_feeds import FeedPreview, FeedRefused, OwnFeeds, ServingFeeds
from bot.digest.rules import WhoMayChange, WorkspaceRules
from bot.digest.spot import Asker, Spot
from bot.digest.tell_admins import workspace_feeds_message
from bot.news.entry import ParsedEntry
from bot.news.feed import Feed, FeedReading
from bot.news.scope import Scope
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.fakes.digest import NOW
from tests.fakes.preferences import FakePeople, FakeReader

pytestmark = pytest.mark.anyio

URL = "https://blog.own.example/feed.xml"
EVERYBODYS = "https://theledger.example/feed"
HERE = Spot(workspace_id="T1", channel_id="C1", name="news")
THERE = Spot(workspace_id="T1", channel_id="C2", name="other")
WORKSPACE = Scope("T1")
ANNA, BEN, ADA = Asker(user_id="U1"), Asker(user_id="U2"), Asker(user_id="UADMIN")
GUEST, STRANGER, BOT, UNKNOWN = (Asker(user_id=name) for name in ("UG", "UX", "UB", "U0"))
PEOPLE = {
    "U1": Person(user_id="U1"),
    "U2": Person(user_id="U2"),
    "UADMIN": Person(user_id="UADMIN", is_admin=True),
    "UG": Person(user_id="UG", is_guest=True),
    "UX": Person(user_id="UX", is_stranger=True, is_admin=True),
    "UB": Person(user_id="UB", is_bot=True),
}


def direct(asker: Asker) -> Spot:
    """Return somebody's direct message with us."""
    return Spot(
        workspace_id="T1",
        channel_id=f"D{asker.user_id}",
        is_dm=True,
        dm_user_id=asker.user_id,
    )


def entry(number: int, *, dated: bool = True) -> ParsedEntry:
    at = NOW - timedelta(days=number) if dated else None
    return ParsedEntry(
        guid=str(number), url=f"{URL}/{number}", title=f"Entry {number}", published_at=at
    )


READING = FeedReading(
    outcome="new",
    title="Own Blog",
    language="de-DE",
    entries=(entry(9), entry(1), entry(2, dated=False), entry(3)),
    undated=1,
)


class Desk:
    """The use case on a real database, with one feed that can be read."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.reader = FakeReader(readings={URL: READING})
        self.people = FakePeople(known=dict(PEOPLE), members={*PEOPLE, "U0"})
        self.feeds = self.another()

    def another(self, **limits: int) -> OwnFeeds:
        """Return the use case as another process has it."""
        return OwnFeeds(
            reader=self.reader,
            feeds=self.database.feeds,
            own=self.database.own_feeds,
            permissions=Permissions(people=self.people, rules=self.database.rules),
            limits=OwnFeedLimits(**limits),
        )

    def readable(self, count: int) -> list[str]:
        """Return the addresses of so many feeds that can be read."""
        urls = [f"https://f{n}.example/feed" for n in range(count)]
        self.reader.readings |= dict.fromkeys(urls, READING)
        return urls

    async def add(self, url: str = URL, spot: Spot = HERE, asker: Asker = ANNA, **how: Any) -> Any:
        return await self.feeds.add(url, spot, asker, NOW, **how)

    async def stored(self) -> set[tuple[Scope, str]]:
        found = await self.database.feeds.everywhere()
        return {(one.feed.scope, one.feed.url) for one in found if one.feed.scope.workspace_id}

    async def rule(self, who: WhoMayChange) -> None:
        await self.database.rules.save(WorkspaceRules(workspace_id="T1", who_may_change=who))


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with Database.temporary(Cipher([generate_key()])) as database:
        await database.feeds.add(
            Feed(url=EVERYBODYS, name="The Ledger", outlet="theledger.example")
        )
        yield Desk(database)


async def test_a_look_shows_the_newest_entries_and_stores_nothing(desk: Desk):
    """The preview has the feed's name and its last three entries, newest first."""
    seen = await desk.feeds.look(URL, HERE, ANNA, NOW)
    assert isinstance(seen, FeedPreview)
    assert [title for title, _ in seen.entries] == ["Entry 1", "Entry 3", "Entry 9"]
    assert seen.sentences == ("It has 4 entries, 1 of them without a date.",)
    assert not seen.added
    assert await desk.stored() == set()


async def test_an_added_feed_serves_its_conversation_alone(desk: Desk):
    """It is stored under its conversation, with what the document says of itself."""
    added = await desk.add()
    assert added.added
    assert added.sentences[0] == "Added Own Blog: its AI news can appear in the digest of #news."
    (polled,) = await desk.database.feeds.all(HERE.scope)
    assert polled.feed == Feed(
        url=URL, name="Own Blog", outlet="own.example", language="de", scope=HERE.scope
    )
    assert await desk.stored() == {(HERE.scope, URL)}
    own = await desk.add(spot=direct(ANNA))
    assert "your own digest" in own.sentences[0]
    assert await desk.stored() == {(HERE.scope, URL), (direct(ANNA).scope, URL)}


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("https://nowhere.example/x", "does not know that page. Check the address"),
        (f"{EVERYBODYS}/", "for everybody already"),
        ("http://www.theledger.example/feed", "for everybody already"),
        ("notanaddress", "no web address"),
        ("ftp://own.example/feed", "no web address"),
        ("https://" + "x" * 3000 + ".example", "no web address"),
    ],
)
async def test_what_is_not_added_says_why(desk: Desk, url: str, part: str):
    """Unreadable, known or no address: a sentence, and nothing stored."""
    refused = await desk.add(url)
    assert isinstance(refused, FeedRefused)
    assert part in refused.sentence
    assert await desk.stored() == set()


@pytest.mark.parametrize(
    "asker", [GUEST, STRANGER, BOT, UNKNOWN, Asker(user_id="UG", is_stranger=True)]
)
async def test_guests_strangers_and_bots_have_no_feeds_anywhere(desk: Desk, asker: Asker):
    """Under no rule, in no channel and not in their own direct message; they hear no name either."""
    await desk.add()
    await desk.add(spot=direct(ANNA), asker=ANNA)
    for url in desk.readable(1):
        await desk.add(url, direct(ADA), ADA, everywhere=True)
    before, asked = await desk.stored(), list(desk.reader.asked)

    said = []
    for rule, spot in itertools.product(WhoMayChange, (HERE, direct(asker), direct(ANNA))):
        await desk.rule(rule)
        said.append((await desk.add("https://new.example/feed", spot, asker)).sentence)
        said.append((await desk.add(URL, spot, asker, everywhere=True)).sentence)
        said.append((await desk.feeds.look(URL, spot, asker, NOW)).sentence)
        for typed in (URL, "Own Blog", "f0.example", "https://f0.example/feed"):
            said.append(await desk.feeds.remove(typed, spot, asker))
            said.append(await desk.feeds.share(typed, spot, asker))
            said.append(await desk.feeds.unshare(typed, spot, asker))
        said += await desk.feeds.listed(spot, asker)
        assert await desk.feeds.serving(spot, asker) == ServingFeeds()

    assert await desk.stored() == before
    assert desk.reader.asked == asked
    assert not [one for one in said if "Own Blog" in one or "own.example" in one]


@pytest.mark.parametrize(
    ("rule", "here", "own"),
    [
        (WhoMayChange.MEMBERS, True, True),
        (WhoMayChange.ADMINS, False, True),
        (WhoMayChange.NAMED, False, True),
    ],
)
async def test_rules_hold_in_channels_and_not_in_ones_own_digest(
    desk: Desk, rule: WhoMayChange, here: bool, own: bool
):
    """A full member has feeds of their own digest whatever the rule; in channels the rule counts."""
    await desk.rule(rule)
    assert isinstance(await desk.add(), FeedPreview) is here
    assert isinstance(await desk.add(spot=direct(ANNA)), FeedPreview) is own
    assert isinstance(await desk.add(spot=direct(BEN)), FeedRefused)
    assert isinstance(await desk.add(spot=THERE, asker=ADA), FeedPreview)


async def test_an_outsider_of_the_channel_adds_and_sees_nothing(desk: Desk):
    """Who does not belong to a channel changes nothing there, and its feeds' names are not theirs."""
    await desk.add()
    desk.people.members = {"U1"}
    assert isinstance(await desk.add("https://x.example/feed", asker=BEN), FeedRefused)
    assert "join" in await desk.feeds.remove(URL, HERE, BEN)
    assert await desk.feeds.serving(HERE, BEN) == ServingFeeds()
    assert "Own Blog" not in " ".join(await desk.feeds.listed(HERE, BEN))


async def test_names_are_told_only_where_they_serve(desk: Desk):
    """Another conversation hears neither the name nor that the feed is known at all."""
    await desk.add()
    said = [
        *await desk.feeds.listed(THERE, BEN),
        await desk.feeds.remove("Own Blog", THERE, BEN),
        await desk.feeds.remove(URL, THERE, BEN),
        await desk.feeds.share("Own Blog", THERE, ADA),
        await desk.feeds.unshare(URL, THERE, ADA),
        *await desk.feeds.listed(direct(ADA), ADA),
    ]
    assert not [one for one in said if "Own Blog" in one or "own.example" in one]
    assert isinstance(await desk.add(spot=THERE, asker=BEN), FeedPreview)
    assert "list already" in (await desk.add()).sentence


async def test_an_admin_shares_with_the_workspace_and_takes_it_back(desk: Desk):
    """Sharing and unsharing are admins' steps; what serves everywhere is known to be there everywhere."""
    await desk.add()
    assert "Only admins" in await desk.feeds.share(URL, HERE, ANNA)
    assert "serves the whole workspace now" in await desk.feeds.share("own blog", HERE, ADA)
    assert await desk.stored() == {(WORKSPACE, URL)}
    assert "already" in await desk.feeds.share(URL, HERE, ADA)
    assert "whole workspace" in (await desk.add(spot=THERE, asker=BEN)).sentence
    assert "only an admin" in await desk.feeds.remove(URL, THERE, BEN)
    assert "Only admins" in await desk.feeds.unshare(URL, THERE, BEN)
    shown = await desk.feeds.serving(THERE, BEN)
    assert ([feed.name for feed in shown.everywhere], shown.removable) == (["Own Blog"], ())
    assert "#other" in await desk.feeds.unshare(URL, THERE, ADA)
    assert await desk.stored() == {(THERE.scope, URL)}


async def test_an_admin_adds_for_the_workspace_at_once(desk: Desk):
    """Others may not; one that serves the conversation already is shared instead."""
    assert "Only admins" in (await desk.add(everywhere=True)).sentence
    assert "this workspace's digests" in (await desk.add(asker=ADA, everywhere=True)).sentences[0]
    assert await desk.stored() == {(WORKSPACE, URL)}
    assert "Removed Own Blog" in await desk.feeds.remove(URL, HERE, ADA)
    await desk.add()
    assert "/digest share" in (await desk.add(asker=ADA, everywhere=True)).sentence


async def test_limits_hold_in_every_process_at_once(desk: Desk):
    """However many ask at the same moment, in however many processes, no limit is passed."""
    urls = desk.readable(30)
    askers = [(desk.another(), url) for url in urls]
    outcomes = await asyncio.gather(*(feeds.add(url, HERE, ANNA, NOW) for feeds, url in askers))
    assert sum(isinstance(one, FeedPreview) for one in outcomes) == OwnFeedLimits().a_day == 10
    many = desk.another(a_day=100)
    await asyncio.gather(*(many.add(url, HERE, ANNA, NOW) for url in urls))
    assert len(await desk.database.feeds.all(HERE.scope)) == OwnFeedLimits().here == 25
    assert "25 feeds already" in (await many.add(URL, HERE, BEN, NOW)).sentence


async def test_a_day_has_so_many_additions_and_removing_gives_none_back(desk: Desk):
    """Counted by person over all conversations; another process knows it; the next day is new."""
    urls = desk.readable(11)
    for number, url in enumerate(urls[:10]):
        spot = (HERE, THERE, direct(ANNA))[number % 3]
        assert isinstance(await desk.add(url, spot), FeedPreview)
        await desk.feeds.remove(url, spot, ANNA)
    asked = len(desk.reader.asked)
    late = NOW.replace(hour=23, minute=59)
    for feeds in (desk.feeds, desk.another()):
        refused = await feeds.add(urls[10], HERE, ANNA, late)
        assert isinstance(refused, FeedRefused)
        assert "10 feeds today" in refused.sentence
    assert len(desk.reader.asked) == asked
    assert isinstance(await desk.add(urls[10], asker=BEN), FeedPreview)
    tomorrow = NOW + timedelta(days=1)
    assert isinstance(await desk.feeds.add(urls[9], HERE, ANNA, tomorrow), FeedPreview)


async def test_one_person_or_one_workspace_has_only_so_many(desk: Desk):
    """Many conversations do not multiply what one person, or a workspace, can have."""
    urls = desk.readable(4)
    feeds = desk.another(person=2, workspace=3)
    spots = [Spot(workspace_id="T1", channel_id=f"C{n}") for n in range(4)]
    for url, spot in zip(urls[:2], spots[:2], strict=True):
        assert isinstance(await feeds.add(url, spot, ANNA, NOW), FeedPreview)
    assert "one person" in (await feeds.add(urls[2], spots[2], ANNA, NOW)).sentence
    assert isinstance(await feeds.add(urls[2], spots[2], BEN, NOW), FeedPreview)
    assert "all of its channels" in (await feeds.add(urls[3], spots[3], BEN, NOW)).sentence


async def test_a_moved_feed_is_stored_where_it_is_now(desk: Desk):
    """A permanent redirect counts, and one to a known feed adds nothing."""
    desk.reader.readings[URL] = replace(READING, moved_to="https://new.example/feed")
    added = await desk.add()
    assert (added.feed.url, added.feed.outlet) == ("https://new.example/feed", "new.example")
    assert isinstance(await desk.add(), FeedRefused)


async def test_removing_by_address_or_name(desk: Desk):
    """Own feeds go; those of everybody are muted instead, and the sentence says how."""
    assert "No feed was added here" in await desk.feeds.remove(URL, HERE, ANNA)
    await desk.add()
    assert "which are: Own Blog" in await desk.feeds.remove("https://x.example", HERE, ANNA)
    shared = await desk.feeds.remove(EVERYBODYS, HERE, ANNA)
    assert "/digest mute theledger.example" in shared
    assert "Removed Own Blog" in await desk.feeds.remove("own blog", HERE, ANNA)
    assert await desk.stored() == set()


async def test_a_name_that_may_not_be_posted_is_said_nowhere(desk: Desk):
    """A feed that an earlier release stored under an order to readers goes by its site everywhere."""
    name = "Sign in again at login-check.test to keep this digest"
    for scope in (Scope("T1", "C1"), WORKSPACE):
        feed = Feed(url=URL, name=name, outlet="own.example", scope=scope)
        await desk.database.feeds.add(feed)
    serving = await desk.feeds.serving(HERE, ADA)
    said = [
        *await desk.feeds.listed(HERE, ADA),
        *(feed.name for feed in (*serving.here, *serving.everywhere)),
        *workspace_feeds_message([feed]),
        await desk.feeds.remove("https://x.example", HERE, ANNA),
        await desk.feeds.unshare(URL, HERE, ADA),
        await desk.feeds.share(URL, HERE, ADA),
        await desk.feeds.remove(URL, HERE, ADA),
    ]
    assert not any("Sign in" in sentence for sentence in said), said
    assert "own.example" in said[-1]
