"""Own feeds end to end: whom a feed serves that somebody added by command, window or direct message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.digest.rules import WhoMayChange, WorkspaceRules
from bot.digest.tell_admins import OWN_FEEDS
from bot.news.scope import Scope
from bot.render import ids
from tests.fakes.feed_server import Item
from tests.fakes.talk import WORKSPACE, Talk, open_talk, said_in

pytestmark = pytest.mark.anyio

BROUGHT_IN = "Plainbank trains a language model on its own vault diaries"
ROOMS = ("ai-news", "random")


@pytest.fixture
async def talk(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, with_model=False) as opened:
        for name, room in (("ada", "random"), ("ben", "random"), ("gil", "ai-news")):
            if opened.as_user(name).user.id not in opened.sandbox.channel(room).members:
                opened.as_user(name).join(room)
        opened.as_user("ada").invite("random")
        await opened.until(lambda: opened.sandbox.bot_messages("random"))
        await opened.quiet()
        yield opened


def own_feed(talk: Talk, title: str = BROUGHT_IN, name: str = "ours") -> str:
    text = "An AI language model of the bank needs everybody to do something at once."
    return talk.place.publishers.feed(name, [Item(title=title, text=text, hours=1)])


async def digest(talk: Talk, words: str, user: str, channel: str) -> str:
    """Type `/digest` and return all that the person sees for it."""
    person = talk.as_user(user)
    before = len(person.ephemerals())
    answered = await person.command("/digest", words, channel=channel)
    assert answered.acked, answered.problem
    await talk.until(lambda: len(person.ephemerals()) > before)
    await talk.quiet()
    return "\n".join(map(said_in, person.ephemerals()[before:]))


async def shown(talk: Talk, room: str, user: str = "ada") -> str:
    """Read the feeds, and return the preview of a channel's digest for somebody in it."""
    await talk.bot.newsroom.collect()
    talk.bot.newsroom.cache.forget()
    return await digest(talk, "preview", user, room)


def direct(talk: Talk, user: str) -> str:
    return talk.sandbox.workspace.direct_channel(talk.as_user(user).user.id, "U01PLAINBOT").id


async def own(talk: Talk) -> set[tuple[Scope, str]]:
    found = await talk.database.feeds.everywhere()
    return {(one.feed.scope, one.feed.url) for one in found if one.feed.scope.workspace_id}


async def test_a_guest_cannot_bring_a_feed_in_by_direct_message(talk: Talk):
    """Refused in the channel and in their own direct message, by words and by window: nothing comes in."""
    rules = WorkspaceRules(workspace_id=WORKSPACE, who_may_change=WhoMayChange.ADMINS)
    await talk.database.rules.save(rules)
    bens = own_feed(talk, "An AI choir sings in Ghent with a language model", "bens")
    assert "Added" in await digest(talk, f"add {bens}", "ben", direct(talk, "ben"))
    before, home = await own(talk), direct(talk, "gil")
    brought_in = own_feed(talk)

    assert "Guests" in await digest(talk, f"add {brought_in}", "gil", "ai-news")
    for words in (
        f"add {brought_in}",
        f"add {brought_in} for the workspace",
        f"share {brought_in}",
        f"unshare {bens}",
        f"remove {bens}",
    ):
        said = await digest(talk, words, "gil", home)
        assert "Guests" in said, words
        assert "bens" not in said.replace(bens, "")
    assert "full members" in await digest(talk, "feeds", "gil", home)
    gil = talk.as_user("gil")
    await gil.command("/digest", "", channel=home)
    await talk.until(lambda: gil.view)
    assert gil.view is not None
    assert not {ids.SETTINGS_ADD_FEED, ids.SETTINGS_REMOVE_FEEDS} & {
        block.get("block_id") for block in gil.view["blocks"]
    }
    assert "Level: expert" in await digest(talk, "level expert", "gil", home)

    assert await own(talk) == before
    for room in ROOMS:
        assert BROUGHT_IN not in await shown(talk, room)
    assert not [seen for seen in talk.place.publishers.seen if seen.path in brought_in]


async def test_a_feed_serves_where_it_was_added_until_an_admin_shares_it(talk: Talk):
    """Its story is in one channel's digest; then in all; then in one alone again; then in none."""
    feed = own_feed(talk)
    assert "Added" in await digest(talk, f"add {feed}", "ben", "random")
    assert BROUGHT_IN in await shown(talk, "random")
    assert BROUGHT_IN not in await shown(talk, "ai-news")
    for words in ("feeds", f"remove {feed}", f"unshare {feed}"):
        assert "ours" not in (await digest(talk, words, "ada", "ai-news")).replace(feed, "")
    assert "Only admins" in await digest(talk, f"share {feed}", "ben", "random")

    assert "whole workspace now" in await digest(talk, f"share {feed}", "ada", "random")
    for room in ROOMS:
        assert BROUGHT_IN in await shown(talk, room)
        assert "whole workspace" in await digest(talk, "feeds", "ada", room)
    assert "only an admin" in await digest(talk, f"remove {feed}", "ben", "random")

    assert "#ai-news" in await digest(talk, f"unshare {feed}", "ada", "ai-news")
    assert BROUGHT_IN in await shown(talk, "ai-news")
    assert BROUGHT_IN not in await shown(talk, "random")
    assert "Removed" in await digest(talk, f"remove {feed}", "ada", "ai-news")
    for room in ROOMS:
        assert BROUGHT_IN not in await shown(talk, room)
    assert await own(talk) == set()


async def test_two_conversations_with_one_feed_have_each_their_own(talk: Talk):
    """Each is told the story once, under an id of its own that nothing leads to; one can go alone."""
    feed = own_feed(talk)
    for room in ROOMS:
        assert "Added" in await digest(talk, f"add {feed}", "ben", room)
        assert (await shown(talk, room)).count(BROUGHT_IN) >= 1
    stories, since = {}, talk.bot.newsroom.clock.now() - timedelta(days=3)
    for room in ROOMS:
        scope = Scope(WORKSPACE, talk.sandbox.channel(room).id)
        found = await talk.database.stories.since(since, [scope])
        (stories[room],) = [story for story in found if story.headline == BROUGHT_IN]
    one, other = stories.values()
    assert one.id != other.id
    assert {story.id[:2] for story in (one, other)} == {"o_"}
    assert await talk.database.stories.get(one.id, other.scope) is None
    assert await talk.database.stories.get(one.id, one.scope) == one

    assert "Removed" in await digest(talk, f"remove {feed}", "ben", "random")
    assert BROUGHT_IN not in await shown(talk, "random")
    assert BROUGHT_IN in await shown(talk, "ai-news")


async def test_an_admin_shares_in_the_settings_window(talk: Talk):
    """The window offers it to admins alone, and the Home tab lists to them what serves everybody."""
    feed = own_feed(talk)
    await digest(talk, f"add {feed}", "ben", "random")
    ada, ben = talk.as_user("ada"), talk.as_user("ben")
    for person in (ben, ada):
        await person.command("/digest", "", channel="random")
        await talk.until(lambda person=person: person.view)
    assert "Share feeds" not in said_in(ben.view)
    key = ids.feed_key(feed)
    picked = await ada.submit_view(
        {ids.SETTINGS_SHARE_FEEDS: {ids.FIELD: [key]}, "on": {ids.FIELD: "off"}}
    )
    assert picked.errors == {}
    await talk.whispered("ada", "whole workspace now")
    assert await own(talk) == {(Scope(WORKSPACE), feed)}
    for person, sees in ((ada, True), (ben, False)):
        person.open_home()
        await talk.until(lambda person=person: person.home)
        assert ("feeds of the whole workspace" in said_in(person.home)) is sees

    # As a database of before would have it: the admin is told by direct message, once.
    await talk.database.admin_notes.claim(WORKSPACE, OWN_FEEDS, "")
    job = next(job for job in talk.bot.jobs if job.name == "tell_admins")
    for _ in range(2):
        await job.run()
    told = [message.text for message in talk.sandbox.bot_messages(direct(talk, "ada"))]
    assert len([text for text in told if feed in text]) == 1
    assert not talk.sandbox.bot_messages(direct(talk, "ben"))
    assert talk.refused == []
