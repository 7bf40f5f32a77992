"""The workspace's rule, set by admins in the App Home, and who is refused everywhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.digest.rules import WhoMayChange
from bot.render import ids
from bot.sandbox import Person
from tests.fakes.talk import CHANNEL, WORKSPACE, Talk, open_talk, said_in

pytestmark = pytest.mark.anyio
ELSEWHERE = "T99ELSEWHERE"


@pytest.fixture
async def talk(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path) as opened:
        for name in ("ada", "ben", "dana", "gil"):
            if opened.as_user(name).user.id not in opened.sandbox.channel("ai-news").members:
                opened.as_user(name).join("ai-news")
        yield opened


async def level(talk: Talk) -> str:
    channel = await talk.database.channels.get(WORKSPACE, CHANNEL)
    assert channel is not None
    return channel.preference.level.value


async def seen(talk: Talk, person: Person, words: str) -> str:
    """Type `/digest` and return what the person sees for it."""
    before = len(person.ephemerals())
    assert (await person.command("/digest", words, channel="ai-news")).acked
    await talk.until(lambda: len(person.ephemerals()) > before or person.view)
    await talk.quiet()
    return "\n".join(map(said_in, person.ephemerals()[before:]))


async def press_menu(talk: Talk, person: Person, choice: str) -> None:
    block = next(block for block in talk.digest.blocks if block["type"] == "actions")
    menu = next(one for one in block["elements"] if one["action_id"] == "story_menu")
    value = next(o["value"] for o in menu["options"] if o["value"].startswith(choice))
    await person.click(talk.digest, "story_menu", value, block_id=block["block_id"])


async def open_home(talk: Talk, person: Person) -> str:
    person.open_home()
    await talk.until(lambda: person.home)
    await talk.sandbox.settle()
    await talk.quiet()
    return said_in(person.home)


async def decide(talk: Talk, admin: Person, who: WhoMayChange) -> None:
    await open_home(talk, admin)
    await admin.view_action(ids.HOME_WHO_MAY, who.value)
    await talk.sandbox.settle()
    await talk.quiet()


async def test_only_admins(talk: Talk):
    """Set in the App Home, the rule holds for words, the view and the menu; others never see it."""
    ada, ben = talk.as_user("ada"), talk.as_user("ben")
    await decide(talk, ada, WhoMayChange.ADMINS)

    assert "only admins" in await seen(talk, ben, "level expert")
    assert "only admins" in await seen(talk, ben, "")
    assert ben.view is None
    await press_menu(talk, ben, "mute")
    await talk.whispered("ben", "only admins", count=3)
    assert await level(talk) == "newcomer"
    assert "For admins" not in await open_home(talk, ben)

    assert "Level: expert" in await seen(talk, ada, "level expert")
    assert talk.refused == []


async def test_a_view_that_was_open_when_the_rule_came(talk: Talk):
    """Whoever had the settings open cannot save them any more, and reads why."""
    ada, ben = talk.as_user("ada"), talk.as_user("ben")
    await seen(talk, ben, "")
    assert ben.view is not None
    await decide(talk, ada, WhoMayChange.ADMINS)
    answered = await ben.submit_view({"level": {ids.FIELD: "expert"}})
    await talk.quiet()

    said = " ".join(answered.errors.values()) or said_in(ben.view) + said_in(ben.ephemerals())
    assert "only admins" in said
    assert await level(talk) == "newcomer"


async def test_named_people(talk: Talk):
    """The admins choose people; those may, the admins may, everybody else is told whom to ask."""
    ada, ben, dana = (talk.as_user(name) for name in ("ada", "ben", "dana"))
    await decide(talk, ada, WhoMayChange.NAMED)
    await talk.until(lambda: "These people" in said_in(ada.home))
    await ada.view_action(ids.HOME_NAMED, [ben.user.id])
    await talk.sandbox.settle()
    await talk.quiet()

    assert "Level: expert" in await seen(talk, ben, "level expert")
    assert "people they chose" in await seen(talk, dana, "level practitioner")
    assert "Level: newcomer" in await seen(talk, ada, "level newcomer")
    rules = await talk.database.rules.get(WORKSPACE)
    assert rules.people == {ben.user.id}
    assert talk.refused == []


async def test_only_admins_make_the_rule(talk: Talk):
    """A press that says it comes from the admins' part, by somebody who is none, changes nothing."""
    ada, ben = talk.as_user("ada"), talk.as_user("ben")
    await open_home(talk, ada)
    await open_home(talk, ben)
    assert ada.home is not None
    assert ben.home is not None
    # As if an admin's rights were taken away while the Home tab was open.
    ben.home["blocks"] = ada.home["blocks"]
    await ben.view_action(ids.HOME_WHO_MAY, "admins")
    await talk.until(lambda: ben.view)

    assert "Only admins" in said_in(ben.view)
    rules = await talk.database.rules.get(WORKSPACE)
    assert rules.who_may_change is WhoMayChange.MEMBERS


@pytest.mark.parametrize("rule", [WhoMayChange.MEMBERS, WhoMayChange.NAMED])
async def test_guests_and_people_of_another_organisation(talk: Talk, rule: WhoMayChange):
    """Members of the channel or not, named or not: they cannot change a digest, but they can ask."""
    ada, gil, dana = (talk.as_user(name) for name in ("ada", "gil", "dana"))
    dana.user.team_id = ELSEWHERE
    if rule is WhoMayChange.NAMED:
        await decide(talk, ada, rule)
        await ada.view_action(ids.HOME_NAMED, [gil.user.id, dana.user.id])
        await talk.sandbox.settle()
        await talk.quiet()

    assert "Guests" in await seen(talk, gil, "level expert")
    assert "Guests" in await seen(talk, gil, "")
    assert "organisation" in await seen(talk, dana, "level expert")
    for person, words in ((gil, "Guests"), (dana, "organisation")):
        before = len(person.ephemerals())
        await press_menu(talk, person, "less")
        await talk.until(lambda p=person, n=before: len(p.ephemerals()) > n)
        assert words in said_in(person.ephemerals()[-1])
    assert await level(talk) == "newcomer"

    gil.post("ai-news", "#1 what does it need?", thread_ts=talk.digest.ts)
    await talk.answer_in(talk.digest.ts)
    await dana.command("/explain", "RAG", channel="ai-news")
    await talk.whispered("dana", "glossary")
