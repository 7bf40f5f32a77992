"""Preferences, set by words, in the settings view and in the App Home, by those who may."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.digest.preference import Channel
from bot.news.scope import Scope
from bot.render import ids
from bot.sandbox import Answered
from tests.fakes.feed_server import Item
from tests.fakes.talk import CHANNEL, WORKSPACE, Talk, open_talk, said_in

pytestmark = pytest.mark.anyio


@pytest.fixture
async def talk(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path) as opened:
        yield opened


async def stored(talk: Talk, channel: str = CHANNEL) -> Channel:
    found = await talk.database.channels.get(WORKSPACE, channel)
    assert found is not None
    return found


async def digest(talk: Talk, words: str, user: str = "ada", channel: str = "ai-news") -> str:
    """Type `/digest` and return all that the person sees for it."""
    person = talk.as_user(user)
    before = len(person.ephemerals())
    answered = await person.command("/digest", words, channel=channel)
    assert answered.acked, answered.problem
    await talk.until(lambda: len(person.ephemerals()) > before or person.view)
    await talk.quiet()
    return "\n".join(map(said_in, person.ephemerals()[before:]))


async def test_words(talk: Talk):
    """Everything that can be typed does something, says what, and is stored."""
    assert "/digest preview" in await digest(talk, "help")
    assert "did you mean" in await digest(talk, "previw")
    assert "last week" in await digest(talk, "topics")
    assert "next one" in await digest(talk, "status")
    assert "Only members" not in await digest(talk, "on 9:00 Berlin mon-fri")
    assert (await stored(talk)).preference.zone == "Europe/Berlin"
    assert "expert" in await digest(talk, "level expert")
    assert "do not appear here" in await digest(talk, "mute ledger.example")
    assert "can appear here again" in await digest(talk, "unmute ledger.example")
    assert "Paused" in await digest(talk, "pause 2 weeks")
    assert (await stored(talk)).preference.paused_until is not None
    assert "over" in await digest(talk, "resume")
    assert "only you see it" in await digest(talk, "preview")
    assert "here already" in await digest(talk, "now")
    feed = talk.place.publishers.feed("choir", [Item(title="A choir of AI voices", text="One.")])
    assert "A choir of AI voices" in await digest(talk, f"add {feed}")
    assert "Removed" in await digest(talk, f"remove {feed}")
    assert "private" in (await digest(talk, "add http://10.1.2.3/feed")).lower()
    assert "off" in await digest(talk, "off")
    assert not (await stored(talk)).preference.on
    assert len(talk.sandbox.bot_messages("ai-news")) == 1
    assert talk.refused == []


async def test_the_settings_view(talk: Talk):
    """The view shows counts and the own zone; faults stand at their fields; a feed is looked at first."""
    ada = talk.as_user("ada")
    await digest(talk, "")
    assert ada.view is not None
    assert "last week" in said_in(ada.view)
    wrong = await ada.submit_view({"zone": {ids.FIELD: "Atlantis"}, "days": {ids.FIELD: []}})
    assert set(wrong.errors) == {"zone", "days"}
    feed = talk.place.publishers.feed("choir", [Item(title="A choir of AI voices", text="One.")])
    typed = {ids.SETTINGS_ADD_FEED: {ids.FIELD: feed}}
    await ada.view_action(ids.SETTINGS_CHECK_FEED, typed=typed)
    await talk.until(lambda: "A choir of AI voices" in said_in(ada.view))
    right = await ada.submit_view(
        {
            "zone": {ids.FIELD: "Berlin"},
            "at": {ids.FIELD: "07:30"},
            "stories": {ids.FIELD: "3"},
            ids.SETTINGS_ADD_FEED: {ids.FIELD: feed},
        }
    )
    assert right.errors == {}
    await talk.whispered("ada", "Saved")

    assert ada.view is None
    channel = await stored(talk)
    assert (channel.preference.zone, channel.preference.stories) == ("Europe/Berlin", 3)
    assert f"{channel.preference.at:%H:%M}" == "07:30"
    scope = Scope(WORKSPACE, CHANNEL)
    assert [one.feed.url for one in await talk.database.feeds.all(scope)] == [feed]
    assert talk.refused == []


async def test_general_is_asked_twice(talk: Talk):
    """In #general the words and the view both ask "really?" before anything is switched on."""
    ada = talk.as_user("ada")
    ada.invite("general")
    await talk.until(lambda: talk.sandbox.bot_messages("general"))
    asked = await digest(talk, "on 9:00", channel="general")
    assert "all the same" in asked
    general = await stored(talk, "C01GENERAL1")
    assert not general.preference.on
    await digest(talk, "", channel="general")
    first = await ada.submit_view({})
    assert not first.errors
    assert "all the same" in said_in(ada.view)
    assert not (await stored(talk, "C01GENERAL1")).preference.on
    await ada.submit_view({})
    await talk.whispered("ada", "Saved")
    assert (await stored(talk, "C01GENERAL1")).post_to_general_confirmed
    await digest(talk, "off", channel="general")
    await ada.click(ada.ephemerals("general")[0], ids.CONFIRM)
    await talk.whispered("ada", "The digest is on")


async def test_who_may_change(talk: Talk):
    """Members may; guests, strangers, non-members and, by the admins' rule, others may not."""
    ada, mei = talk.as_user("ada"), talk.as_user("mei")
    for name in ("ben", "gil"):
        if talk.as_user(name).user.id not in talk.sandbox.channel("ai-news").members:
            talk.as_user(name).join("ai-news")
    if mei.user.id in talk.sandbox.channel("ai-news").members:
        mei.leave("ai-news")
    assert "Level: expert" in await digest(talk, "level expert", "ben")
    assert "Guests" in await digest(talk, "level newcomer", "gil")
    assert "Only members" in await digest(talk, "level newcomer", "mei")
    stranger = talk.as_user("ben").user
    own, stranger.team_id = stranger.team_id, "T99ELSEWHERE"
    menu = next(b for b in talk.digest.blocks if b["type"] == "actions")
    option = next(e for e in menu["elements"] if e["action_id"] == "story_menu")["options"][1]
    await talk.as_user("ben").click(
        talk.digest, "story_menu", option["value"], block_id=menu["block_id"]
    )
    await talk.whispered("ben", "organisation")
    stranger.team_id = own

    ada.open_home()
    await talk.until(lambda: ada.home)
    await ada.view_action(ids.HOME_WHO_MAY, "admins")
    await talk.sandbox.settle()
    await talk.quiet()
    assert "only admins" in await digest(talk, "level newcomer", "ben")
    assert "Level: newcomer" in await digest(talk, "level newcomer", "ada")


async def test_the_app_home(talk: Talk):
    """People see their channels only, set up their own digest, browse the glossary, delete their data."""
    ada, mei = talk.as_user("ada"), talk.as_user("mei")
    if mei.user.id in talk.sandbox.channel("ai-news").members:
        mei.leave("ai-news")
    for person in (ada, mei):
        person.open_home()
        await talk.until(lambda person=person: person.home)
    assert "#ai-news" in said_in(ada.home)
    assert "#ai-news" not in said_in(mei.home)
    assert "For admins" in said_in(ada.home)
    assert "For admins" not in said_in(mei.home)

    await ada.view_action(ids.HOME_SEARCH, "hallucination")
    await talk.until(lambda: "found for" in said_in(ada.home))
    await ada.view_action(ids.HOME_TERM)
    await talk.until(lambda: ada.view)
    await ada.close_view()
    await mei.view_action(ids.HOME_PAGE_ON)
    await talk.until(lambda: "page 2" in said_in(mei.home))

    await mei.view_action(ids.HOME_OWN_DIGEST)
    await talk.until(lambda: mei.view)
    assert (await mei.submit_view({})).errors == {}
    await talk.quiet()
    direct = talk.sandbox.workspace.direct_channel(mei.user.id, "U01PLAINBOT").id
    own = await stored(talk, direct)
    assert own.is_dm
    assert own.preference.on
    assert own.preference.zone == "Asia/Singapore"
    mei.open_home()
    await talk.until(lambda: "The digest comes at" in said_in(mei.home))

    mei.post("", "what is RAG?")
    await talk.until(lambda: len(talk.sandbox.bot_messages(direct)) >= 2)
    await talk.quiet()
    await mei.view_action(ids.HOME_DELETE)
    await talk.until(lambda: mei.view)
    assert "Deleted" in said_in(mei.view)
    assert await talk.database.channels.get(WORKSPACE, direct) is None
    assert talk.refused == []


async def test_what_is_not_known_is_still_answered(talk: Talk):
    """A button of another release and an unknown view are acknowledged and explained."""
    ada = talk.as_user("ada")
    message = talk.digest
    actions = next(block for block in message.blocks if block["type"] == "actions")
    actions["elements"][0]["action_id"] = "of_another_release"
    answered: Answered = await ada.click(
        message, "of_another_release", block_id=actions["block_id"]
    )
    assert answered.acked
    await talk.whispered("ada", "older message")
    assert (await ada.shortcut("nothing_we_know", message)).acked


async def test_a_zone_that_is_no_place_is_refused_and_one_of_old_is_told_of_once(talk: Talk):
    """Typed ones lead to places; a channel that holds one goes on, and its people hear of it once."""
    assert "America/New_York, America/Bogota or America/Lima" in await digest(talk, "on 9:00 GMT-5")
    channel = await stored(talk)
    old = replace(channel, set_up_by="", preference=replace(channel.preference, zone="Etc/GMT-5"))
    await talk.database.channels.save(old)

    await asyncio.gather(talk.bot.tell_zones(), talk.bot.tell_zones())
    await talk.bot.tell_zones()

    direct = talk.sandbox.workspace.direct_channel("U01ADA00001", "U01PLAINBOT").id
    told = [said_in(one.text) for one in talk.sandbox.bot_messages(direct)]
    assert len([one for one in told if "Etc/GMT-5" in one]) == 1
    assert "UTC+5" in told[-1]
    assert (await stored(talk)).preference.zone == "Etc/GMT-5"
