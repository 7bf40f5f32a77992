"""
Ids of another workspace and of another member, in every line of the table of ids.

They are pressed, typed and submitted at the real listeners, with the loopback Slack at the other end.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from bot.chat.request import RequestKind, RequestState
from bot.errors import SlackError
from bot.render import ids
from bot.render.error_messages import sentences_for
from bot.sandbox import Channel
from handlers.known_ids import DETAILS, ENVELOPE, KNOWN_IDS, PERSONAL
from tests.fakes.pressing import Pressing
from tests.fakes.two_workspaces import (
    ADA,
    BEN,
    CHANNEL,
    EDITORS,
    FEED,
    OTHER,
    PRIVATE_FEED,
    PRIVATE_STORY,
    RANDOM,
    SECRETS,
    SHARED_STORY,
    STORY_OF,
    THEIR_CHANNEL,
    WORKSPACE,
    XAN,
    TwoWorkspaces,
    make_request,
    open_two_workspaces,
)

pytestmark = pytest.mark.anyio
GARBAGE = ("", "<script>|1", '{"channel": []}', "D0" + "🦘" * 300)
# Told by the clock, or about the machine; nothing of anybody's.
ROOT = "What do you make of this?"
NOT_YOURS = sentences_for(SlackError("", code="channel_not_found"))[0]
NOT_COMPARED = {"meta", "buckets", "alembic_version"}


class Attack(NamedTuple):
    """What is done with an id, ids of others to do it with, and one that nobody knows."""

    route: str
    part: str
    act: Callable[[str], Awaitable[str]]
    others: list[str]
    nobodys: str


@pytest.fixture
async def both(anyio_backend: str, tmp_path: Path) -> AsyncIterator[TwoWorkspaces]:
    async with open_two_workspaces(tmp_path) as opened:
        yield opened


def chosen(value: str) -> dict[str, Any]:
    return {ids.FIELD: {"selected_option": {"value": value}}}


SWITCH_OFF = {"on": chosen("off"), "level": chosen("expert")}


def about(channel_id: str, *, dm: bool | None = None, seal: str = "") -> str:
    """Return the metadata of a view about a conversation."""
    is_dm = channel_id.startswith("D") if dm is None else dm
    return ids.settings_metadata(ids.SettingsTarget(channel_id=channel_id, is_dm=is_dm, seal=seal))


def attacks_on_stories(who: Pressing) -> Iterator[Attack]:
    away = [STORY_OF[OTHER if who.team == WORKSPACE else WORKSPACE], PRIVATE_STORY]
    for choice in ids.MenuChoice:

        async def choose(one: str, choice: ids.MenuChoice = choice) -> str:
            return await who.press(ids.STORY_MENU, f"{choice}|{one}:1")

        yield Attack(ids.STORY_MENU, "value", choose, away, "s_00000000dead")

    async def more(one: str) -> str:
        return await who.press(ids.EXPLAIN_MORE, f"{one}:1")

    yield Attack(ids.EXPLAIN_MORE, "value", more, away, "s_00000000dead")


def attacks_on_answers(who: Pressing) -> Iterator[Attack]:
    inside = who.team == WORKSPACE
    keys = ["K-private", "K-direct", "K-other" if inside else "K-public"]
    for action in (ids.SHARE, ids.SIMPLER, ids.MORE_DETAIL, ids.ASK_MODEL):

        async def press(one: str, action: str = action) -> str:
            return await who.press(action, one)

        yield Attack(action, "value", press, keys, "K-nobody")

    async def rate(one: str) -> str:
        return await who.press(ids.FEEDBACK, f"good|{one}")

    async def undo(one: str) -> str:
        return await who.press(ids.UNDO, one)

    yield Attack(ids.FEEDBACK, "value", rate, keys, "K-nobody")
    clicks = ["click-ada", "click-xan"] if inside else ["click-ada"]
    yield Attack(ids.UNDO, "value", undo, clicks, "click-nobody")


def attacks_on_conversations(both: TwoWorkspaces, who: Pressing) -> Iterator[Attack]:
    inside = who.team == WORKSPACE
    places = [*both.directs, EDITORS, *([THEIR_CHANNEL] if inside else [CHANNEL, RANDOM])]
    nowhere = "C0NOBODY001"
    person = both.talk.as_user(who.user)
    mine, spots = person.direct().id, both.talk.bot.conversation.edge.spots
    seal = spots.seal_of(who.team, mine, person.user.id)
    ways: list[tuple[str, Callable[[str], str]]] = [
        ("channel", about),
        ("dm", lambda one: about(one, dm=not one.startswith("D"))),
        ("seal", lambda one: about(one, seal=seal)),
    ]

    async def open_here(one: str) -> str:
        return await who.press(ids.OPEN_SETTINGS, one)

    async def open_at_home(one: str) -> str:
        return await who.press(ids.HOME_CHANNEL, one, metadata=about(mine))

    async def look(one: str) -> str:
        return await who.press(ids.SETTINGS_CHECK_FEED, "", metadata=about(one))

    async def of_earlier_release(one: str) -> str:
        return await who.press(ids.HOME_OWN_DIGEST, "own", metadata=one)

    yield Attack(ids.OPEN_SETTINGS, "value", open_here, places, nowhere)
    yield Attack(ids.HOME_CHANNEL, "value", open_at_home, places, nowhere)
    part = "private_metadata.channel"
    yield Attack(ids.SETTINGS_CHECK_FEED, part, look, places, nowhere)
    yield Attack(ids.HOME_OWN_DIGEST, part, of_earlier_release, places, nowhere)
    for name, made in ways:

        async def submit(one: str, made: Callable[[str], str] = made) -> str:
            return await who.submit(made(one), SWITCH_OFF)

        async def own(one: str, made: Callable[[str], str] = made) -> str:
            return await who.press(ids.HOME_OWN_DIGEST, "own", metadata=made(one))

        some = places if name == "channel" else [both.directs[0], EDITORS]
        # A channel is no direct message, and the other way round, even if it is one's own.
        some = [*some, who.channel, mine] if name == "dm" else some
        yield Attack(ids.SETTINGS_VIEW, f"private_metadata.{name}", submit, some, nowhere)
        yield Attack(ids.HOME_VIEW, part, own, some, nowhere)


def attacks_on_the_rest(who: Pressing) -> Iterator[Attack]:
    for part in (ids.SETTINGS_REMOVE_FEEDS, ids.SETTINGS_SHARE_FEEDS):

        async def tick(one: str, part: str = part) -> str:
            ticked = {ids.FIELD: {"selected_options": [{"value": one}]}}
            return await who.submit(about(who.channel), {part: ticked})

        theirs = PRIVATE_FEED if who.team == WORKSPACE else FEED
        yield Attack(ids.SETTINGS_VIEW, part, tick, [ids.feed_key(theirs)], "nothing")

    async def name(one: str) -> str:
        return await who.press(ids.HOME_NAMED, [one], metadata="D1")

    if who.team == WORKSPACE:
        yield Attack(ids.HOME_NAMED, "selected_users", name, [ADA, XAN], "U0NOBODY")


def attacks_on_rows(both: TwoWorkspaces, who: Pressing) -> Iterator[Attack]:
    """Yield requests that stand in the ledger, as another process or an earlier release left them."""

    async def explain(one: str) -> str:
        return await recorded(both, who, RequestKind.EXPLAIN, story=one)

    async def explain_more(one: str) -> str:
        return await recorded(both, who, RequestKind.EXPLAIN_MORE, story=one)

    async def again(one: str) -> str:
        return await recorded(both, who, RequestKind.REPHRASE, request=one, wish="detail")

    async def twice(one: str) -> str:
        """Press under the answer to a press that was refused."""
        first = await recorded_key(both, who, RequestKind.REPHRASE, request=one, wish="detail")
        return await recorded(both, who, RequestKind.REPHRASE, request=first, wish="simpler")

    away = [STORY_OF[OTHER if who.team == WORKSPACE else WORKSPACE], PRIVATE_STORY]
    keys = ["K-private", "K-direct", "K-other" if who.team == WORKSPACE else "K-public"]
    yield Attack(DETAILS, "story", explain, away, "s_00000000dead")
    yield Attack(DETAILS, "story", explain_more, away, "s_00000000dead")
    yield Attack(DETAILS, "request", again, keys, "K-nobody")
    yield Attack(DETAILS, "request", twice, keys, "K-nobody")


async def root(both: TwoWorkspaces, who: Pressing) -> str:
    """Return the message whose thread the answers to recorded rows go to."""
    found = both.talk.sandbox.messages(who.channel, who.team)
    ts = next((one.ts for one in found if one.text == ROOT), "")
    if not ts:
        ts = both.talk.as_user(who.user).post(who.channel, ROOT).ts
        await both.talk.sandbox.settle()
    return ts


async def recorded_key(
    both: TwoWorkspaces, who: Pressing, kind: RequestKind, **details: str
) -> str:
    talk, now = both.talk, both.talk.bot.newsroom.clock.now()
    key = f"row-{len(who.shown)}-{kind}"
    request = make_request(
        key,
        now,
        kind=kind,
        text="",
        workspace_id=who.team,
        channel_id=who.channel,
        user_id=talk.as_user(who.user).user.id,
        thread_ts=await root(both, who),
        details=details,
        state=RequestState.RECEIVED,
    )
    async with who.watching():
        assert await talk.database.requests.record(request)
        await talk.bot.conversation.answers.run(key)
    return key


async def recorded(both: TwoWorkspaces, who: Pressing, kind: RequestKind, **details: str) -> str:
    await recorded_key(both, who, kind, **details)
    return who.last


def attacks(both: TwoWorkspaces, who: Pressing) -> list[Attack]:
    return [
        *attacks_on_stories(who),
        *attacks_on_answers(who),
        *attacks_on_conversations(both, who),
        *attacks_on_the_rest(who),
        *attacks_on_rows(both, who),
    ]


async def rows(both: TwoWorkspaces) -> set[str]:
    """Return every row of the database as text."""
    found: set[str] = set()
    async with both.talk.database.engine.connect() as connection:
        tables = await connection.scalars(text("SELECT name FROM sqlite_master WHERE type='table'"))
        for table in set(tables) - NOT_COMPARED:
            for row in await connection.execute(text(f'SELECT * FROM "{table}"')):
                found.add(f"{table} {dict(row._mapping)}")
    return found


def root_of(channel: Channel, ts: str) -> str:
    parent = channel.messages.get(channel.messages[ts].thread_ts)
    return parent.text if parent else ""


def messages(both: TwoWorkspaces) -> list[str]:
    """Return what stands in every conversation of both workspaces, but for those who attack."""
    private = {both.talk.as_user(name).direct().id for name in ("ben", "xan2")}
    return [
        f"{team} {channel.id} {channel.messages[ts].body}"
        for team, workspace in both.talk.sandbox.workspaces.items()
        for channel in workspace.channels.values()
        if channel.id not in {*private, THEIR_CHANNEL}
        for ts in channel.order
        if ROOT not in {channel.messages[ts].text, root_of(channel, ts)}
    ]


@pytest.mark.parametrize("name", ["ben", "xan2"])
async def test_what_is_somebody_elses_is_like_what_nobody_knows(both: TwoWorkspaces, name: str):
    """With ids of others: the answer of an unknown id, nothing of theirs shown, nothing changed."""
    who = both.as_user(name)
    before, said = await rows(both), messages(both)
    tried = attacks(both, who)
    for attack in tried:
        unknown = await attack.act(attack.nobodys)
        for one in attack.others:
            told = await attack.act(one)
            assert told == unknown, (attack.route, attack.part, one)

    leaked = [word for word in SECRETS if word in "\n".join(who.shown).lower()]
    assert leaked == []
    after = await rows(both)
    assert before - after == set()
    assert not any(row.startswith("feedback ") for row in after - before)
    assert messages(both) == said
    sent_to_the_model = json.dumps([call.body for call in both.talk.azure.calls])
    assert not any(word in sent_to_the_model for word in SECRETS)
    assert both.talk.sandbox.hub.pings == []


async def test_garbage_is_answered_too(both: TwoWorkspaces):
    """Whatever stands where an id should: acknowledged, a sentence or nothing, and nothing changed."""
    who, before = both.as_user("ben"), await rows(both)
    tried = {(attack.route, attack.part): attack for attack in attacks(both, who)}
    for attack in tried.values():
        for one in GARBAGE:
            told = await attack.act(one)
            assert "Something went wrong" not in told, (attack.route, one)
    assert before - await rows(both) == set()

    tried |= {(attack.route, attack.part): attack for attack in attacks(both, both.as_user("xan2"))}
    lines = {(line.route, line.part) for line in KNOWN_IDS if line.holds in PERSONAL}
    assert lines - set(tried) == {(ENVELOPE, "channel")}  # the next test


async def test_a_conversation_that_is_not_theirs(both: TwoWorkspaces):
    """Said to happen in somebody else's direct message or private channel: refused, whatever it is."""
    before, said = await rows(both), messages(both)
    adas, meis, _ = both.directs
    for channel in (adas, meis, EDITORS):
        ben = both.as_user("ben", channel)
        told = [
            await ben.command("/digest", "off"),
            await ben.command("/digest", "status"),
            await ben.command("/digest", ""),
            await ben.press(ids.CONFIRM, "on 9:00 Berlin"),
            await ben.press(ids.STORY_MENU, f"less|{SHARED_STORY}:1"),
            await ben.press(ids.OPEN_SETTINGS, channel),
        ]
        if channel == adas:
            told += [
                await ben.press(ids.EXPLAIN_MORE, f"{SHARED_STORY}:1"),
                await ben.press(ids.SIMPLER, "K-direct"),
                await ben.press(ids.FEEDBACK, "good|K-direct"),
                await ben.press(ids.SHARE, "K-direct"),
                await ben.command("/explain", "RAG"),
            ]
        assert {one.partition("\n")[0] for one in told} == {NOT_YOURS}, channel
        assert not any(word in "\n".join(ben.shown).lower() for word in SECRETS)
    assert before - await rows(both) == set()
    assert messages(both) == said


async def test_ids_that_are_typed(both: TwoWorkspaces):
    """Ids in words lead nowhere: stories, channels, people, links to messages, keys, numbers of stories."""
    before = await rows(both)
    message = f"https://plainwire-sandbox.slack.com/archives/{EDITORS}/p1772442000000100"
    for name in ("ben", "xan2"):
        who = both.as_user(name)
        for words in (STORY_OF[WORKSPACE], STORY_OF[OTHER], "story 1", "K-private", message):
            if name == "xan2" or words != STORY_OF[WORKSPACE]:
                await who.command("/explain", words)
        for words in (f"on 9:00 <#{EDITORS}|x>", f"off {both.directs[0]}", "remove click-ada"):
            await who.command("/digest", words)
        assert not any(word in "\n".join(who.shown).lower() for word in SECRETS)
    assert before - await rows(both) == set()


async def test_what_is_theirs_works(both: TwoWorkspaces):
    """The same presses with ids of one's own do what they say, so the refusals above mean something."""
    ada, channels = both.as_user("ada"), both.talk.database.channels
    direct = both.directs[0]
    for place in (direct, EDITORS):
        assert "view" in await ada.press(ids.OPEN_SETTINGS, place)
        assert "Saved" in await ada.submit(about(place), {"level": chosen("expert")})
        stored = await channels.get(WORKSPACE, place)
        assert stored is not None
        assert stored.preference.level == "expert"
    assert "view" in await ada.press(ids.HOME_OWN_DIGEST, "own", metadata=about(direct))
    assert "quokka" in await ada.press(ids.EXPLAIN_MORE, f"{STORY_OF[WORKSPACE]}:1")
    assert "What this changed" in await ada.press(ids.STORY_MENU, f"less|{STORY_OF[WORKSPACE]}:1")
    assert "Undone" in await ada.press(ids.UNDO, "click-ada")
    assert "wombat" in await ada.at(direct).press(ids.MORE_DETAIL, "K-direct")
    xan = both.as_user("xan2")
    assert "everybody" in await xan.press(ids.EXPLAIN_MORE, f"{SHARED_STORY}:1")
    assert "narwhal" in await xan.press(ids.STORY_MENU, f"simpler|{STORY_OF[OTHER]}:1")


async def test_a_shared_answer_is_the_channels(both: TwoWorkspaces):
    """Only its asker shares a private answer, once; from then on who sees it may press its buttons."""
    ada, ben, mei = (both.as_user(name) for name in ("ada", "ben", "mei"))
    gone = await ben.press(ids.FEEDBACK, "good|K-private")
    assert "no longer have that answer" in gone
    assert "Shared to the channel" in await ada.press(ids.SHARE, "K-private")
    assert "shared already" in await ada.press(ids.SHARE, "K-private")
    assert gone == await ben.press(ids.SHARE, "K-private")
    assert "noted that this helped" in await ben.press(ids.FEEDBACK, "good|K-private")
    assert gone not in await mei.press(ids.SIMPLER, "K-private")
    assert gone == await ben.at(RANDOM).press(ids.FEEDBACK, "good|K-private")
    assert gone == await both.as_user("xan2").press(ids.SIMPLER, "K-private")


# What else a payload may name: another team in other fields, an Enterprise Grid, somebody from elsewhere.
DECOYS: tuple[dict[str, Any], ...] = (
    {"team_id": WORKSPACE},
    {"user": {"id": XAN, "team_id": WORKSPACE}},
    {"message": {"ts": "1.0", "team": WORKSPACE, "app_id": "A1"}},
    {"enterprise": {"id": "E1", "name": "Grid"}, "is_enterprise_install": False},
    {"enterprise": {"id": "E1"}, "team": None, "user": {"id": XAN, "team_id": OTHER}},
    {"view": {"team_id": WORKSPACE, "private_metadata": WORKSPACE}},
)


async def test_the_workspace_is_the_installations(both: TwoWorkspaces):
    """Whatever else a payload names, ids are looked up where the installation is that it came for."""
    xan = both.as_user("xan2")
    for decoy in DECOYS:
        told = await xan.press(ids.EXPLAIN_MORE, f"{STORY_OF[WORKSPACE]}:1", **decoy)
        assert told == await xan.press(ids.EXPLAIN_MORE, "s_00000000dead:1", **decoy)
        assert "no longer have this story" in told
        told = await xan.press(ids.SIMPLER, "K-public", **decoy)
        assert "no longer have that answer" in told
    assert not any(word in "\n".join(xan.shown).lower() for word in SECRETS)


async def test_answers_go_to_slack_alone(both: TwoWorkspaces):
    """A response_url that leads elsewhere gets nothing, also where nobody has installed us."""
    elsewhere = f"{both.talk.place.publishers.base}/actions"
    ben, seen = both.as_user("ben"), len(both.talk.place.publishers.seen)
    for team in (WORKSPACE, "T0NOBODY001"):
        for address in (elsewhere, "https://slack.com.evil.example/x", "nonsense", ""):
            payload = {"team": {"id": team}, "response_url": address}
            await ben.press(ids.EXPLAIN_MORE, "s_00000000dead:1", **payload)
            await ben.press(ids.UNDO, "click-nobody", **payload)
    assert len(both.talk.place.publishers.seen) == seen


async def test_who_writes_there_owns_a_direct_message(both: TwoWorkspaces):
    """Where somebody else was let into a direct message by an earlier release, its owner still gets in."""
    mei, mine = both.as_user("mei", both.directs[1]), both.directs[1]
    channel = await both.talk.database.channels.get(WORKSPACE, both.directs[0])
    assert channel is not None
    await both.talk.database.channels.save(replace(channel, channel_id=mine, set_up_by=BEN))
    assert NOT_YOURS in await both.as_user("ben", mine).command("/digest", "off")
    assert "is off" in await mei.command("/digest", "off")
