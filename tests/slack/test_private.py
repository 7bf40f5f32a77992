"""Private answers, whispers and windows: accounted, addressed with care, and never lost."""

from __future__ import annotations

import asyncio

import pytest

from bot.chat.ports import Place
from bot.errors import SlackError
from bot.render.notice import notice
from bot.sandbox import Sandbox
from bot.sandbox.app import ALL_BOT_SCOPES, App
from bot.sandbox.interaction import triggers
from bot.sandbox.response_urls import response_urls
from bot.sandbox.status import prompts
from bot.slack.agent import Prompt, SlackAgent
from bot.slack.calls import SlackRefused
from bot.slack.pacing import Pacer
from bot.slack.response_urls import ResponseUrls
from bot.slack.screens import SlackScreens
from bot.slack.whispers import SlackWhispers
from tests.fakes.slack_answers import (
    ADA,
    NEWS,
    TEAM,
    Started,
    make_desk,
    message_of,
    sentences,
    shows_once,
    visible,
)

pytestmark = pytest.mark.anyio

PIECES = sentences(3)
ANSWER = message_of(PIECES)
NOTE = notice("Only you see this.")


def give_url(sandbox, *, original: str = "") -> tuple[str, object]:
    """Return a response_url as a command of Ada's brings it, and what the sandbox knows of it."""
    sandbox.as_user("ada").join("ai-news")
    return response_urls(sandbox.hub).issue(sandbox.workspace, NEWS, ADA, original=original)


def private(url: str, **changes) -> Place:
    return Place(workspace_id=TEAM, channel_id=NEWS, user_id=ADA, response_url=url, **changes)


class Shown:
    """An ephemeral message in the shape of the others."""

    def __init__(self, wire: dict) -> None:
        self.text, self.blocks = wire["text"], wire.get("blocks", [])


async def answer_privately(desk, place: Place) -> str:
    answer = desk.begin(place, Started())
    await answer.show_thinking("is reading the sources …")
    await answer.show_thinking("is still reading …")
    for piece in PIECES:
        await answer.add(piece)
    return await answer.finish(ANSWER)


async def test_a_private_answer_takes_two_uses_and_the_notes_place(sandbox, clients):
    """A note, then the answer in its place; nobody else sees either, three uses are left."""
    url, known = give_url(sandbox)
    assert await answer_privately(make_desk(clients), private(url)) == ""
    (shown,) = sandbox.as_user("ada").ephemerals(NEWS)
    assert shows_once(Shown(shown), PIECES)
    assert known.uses_left == 3
    assert sandbox.bot_messages("ai-news") == []


async def test_a_public_message_is_never_replaced_by_a_private_answer(sandbox, clients):
    """A button of a public answer: the asker gets a note of their own, the answer stays."""
    desk = make_desk(clients)
    public = Place(workspace_id=TEAM, channel_id=NEWS, user_id=ADA)
    ts = await desk.begin(public, Started()).finish(message_of(sentences(1)))
    url, _ = give_url(sandbox, original=ts)
    await answer_privately(desk, private(url, replace_original=False))
    (message,) = sandbox.bot_messages("ai-news")
    assert str(PIECES[0]) in visible(message)
    assert str(PIECES[2]) not in visible(message)
    (shown,) = sandbox.as_user("ada").ephemerals(NEWS)
    assert shows_once(Shown(shown), PIECES)


@pytest.mark.parametrize("how", ["expired", "used"])
async def test_a_dead_response_url_falls_back_to_an_ephemeral_message(sandbox, clients, how):
    """After thirty minutes or five uses the answer still reaches the person alone."""
    url, known = give_url(sandbox)
    if how == "expired":
        known.expires = 0.0
    else:
        known.uses_left = 0
    await answer_privately(make_desk(clients), private(url))
    (shown,) = sandbox.as_user("ada").ephemerals(NEWS)
    assert shows_once(Shown(shown), PIECES)
    assert sandbox.calls.count("chat.postEphemeral") == 1


async def test_where_the_bot_is_no_member_the_answer_comes_as_a_direct_message(sandbox, clients):
    """Dead URL and no membership: the answer is not lost, and not public either."""
    url, known = give_url(sandbox)
    known.expires = 0.0
    place = Place(workspace_id=TEAM, channel_id="C01GENERAL1", user_id=ADA, response_url=url)
    await answer_privately(make_desk(clients), place)
    assert sandbox.bot_messages("general") == []
    dm = sandbox.as_user("ada").direct()
    assert shows_once(sandbox.bot_messages(dm.id)[0], PIECES)


async def test_our_own_count_keeps_uses_for_the_answer(sandbox, clients):
    """Uses are shared with whispers; with two left there is no note any more."""
    url, known = give_url(sandbox)
    urls = ResponseUrls(clients)
    whispers = SlackWhispers(clients, Pacer(), urls)
    for _ in range(3):
        await whispers.respond(url, NOTE)
    assert urls.left(url) == 2
    desk = make_desk(clients)
    desk.response_urls = urls
    await answer_privately(desk, private(url))
    assert known.uses_left == 1
    await whispers.respond(url, NOTE)
    with pytest.raises(SlackRefused) as refused:
        await whispers.respond(url, NOTE)
    assert refused.value.code == "expired_url"
    assert refused.value.next_step


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/actions/T1/x",
        "http://hooks.slack.com/actions/T1/x",
        "https://hooks.slack.com.evil.example/x",
        "https://hooks.slack.com@evil.example/x",
        "https://user@hooks.slack.com/x",
        "https://hooks.slack.com:8443/x",
        "https://[broken/x",
        "http://127.0.0.1:1/api/",
        "",
    ],
)
async def test_only_slacks_addresses_are_answered_to(clients, url):
    """A stored address that is not Slack's gets nothing."""
    with pytest.raises(SlackRefused) as refused:
        await SlackWhispers(clients, Pacer()).respond(url, NOTE)
    assert refused.value.code == "invalid_response_url"


async def test_responding_in_the_channel_and_in_place(sandbox, clients):
    """`in_channel` is seen by all; `replace` changes what stands there."""
    url, _ = give_url(sandbox)
    whispers = SlackWhispers(clients, Pacer())
    await whispers.respond(url, NOTE)
    await whispers.respond(url, notice("Changed."), replace=True)
    (shown,) = sandbox.as_user("ada").ephemerals(NEWS)
    assert "Changed." in visible(Shown(shown))
    await whispers.respond(url, NOTE, in_channel=True)
    assert len(sandbox.bot_messages("ai-news")) == 1


async def test_responses_ignore_the_environments_proxy(sandbox, clients, monkeypatch):
    """A stand-in on loopback is reached although a proxy is set."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    url, known = give_url(sandbox)
    await SlackWhispers(clients, Pacer()).respond(url, NOTE)
    assert known.uses_left == 4


async def test_whispers_reach_one_person_in_the_thread(sandbox, clients):
    """An ephemeral message goes into the thread; into the channel when the thread is gone."""
    ada = sandbox.as_user("ada")
    ada.join("ai-news")
    thread = ada.post("ai-news", "hello").ts
    whispers = SlackWhispers(clients, Pacer())
    await whispers.whisper(TEAM, NEWS, ADA, NOTE, thread_ts=thread)
    assert ada.ephemerals(NEWS)[0]["thread_ts"] == thread
    sandbox.faults.add(kind="error", error="thread_not_found", method="chat.postEphemeral")
    await whispers.whisper(TEAM, NEWS, ADA, NOTE, thread_ts=thread)
    assert "thread_ts" not in ada.ephemerals(NEWS)[1]
    with pytest.raises(SlackError) as refused:
        await whispers.whisper(TEAM, "C01GENERAL1", ADA, NOTE)
    assert refused.value.next_step


def modal(title: str = "Settings") -> dict[str, object]:
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": title},
        "blocks": list(NOTE.blocks),
    }


async def test_windows_open_stack_and_change(sandbox, clients):
    """Open, push on top, update with its hash; a trigger works once."""
    screens = SlackScreens(clients, Pacer())
    ada = sandbox.as_user("ada").user
    trigger = triggers(sandbox.hub).issue(ada)
    view_id = await screens.open(TEAM, trigger, modal())
    assert view_id.startswith("V")
    assert await screens.push(TEAM, triggers(sandbox.hub).issue(ada), modal("More")) != view_id
    await screens.update(TEAM, view_id, modal("Changed"))
    with pytest.raises(SlackRefused) as refused:
        await screens.update(TEAM, view_id, modal(), hash_="old")
    assert refused.value.code == "hash_conflict"
    with pytest.raises(SlackRefused) as refused:
        await screens.open(TEAM, trigger, modal())
    assert refused.value.code == "expired_trigger_id"
    assert "again" in refused.value.next_step


async def test_a_home_is_published_and_faults_say_what_to_do(sandbox, clients):
    """The Home tab is shown; a broken view is Slack's refusal with its pointer."""
    screens = SlackScreens(clients, Pacer())
    await screens.publish_home(TEAM, ADA, {"type": "home", "blocks": list(NOTE.blocks)})
    assert sandbox.calls.count("views.publish") == 1
    with pytest.raises(SlackRefused) as refused:
        await screens.publish_home(TEAM, ADA, {"type": "home", "blocks": [{"type": "section"}]})
    assert "/view/blocks/0" in refused.value.what
    assert refused.value.next_step


async def test_a_busy_window_fails_before_the_trigger_does(sandbox, clients):
    """A trigger lives three seconds: a longer wait for a turn is an error at once."""
    pacer = Pacer()
    pacer.hold(TEAM, "views.open", 30)
    async with asyncio.timeout(1):
        with pytest.raises(SlackRefused) as refused:
            await SlackScreens(clients, pacer).open(TEAM, "1.2.3", modal())
    assert "minute" in refused.value.next_step


async def test_prompts_are_suggested_only_to_agents(sandbox, clients):
    """Without the agent view Slack says `not_agent_app` once and is not asked again."""
    agent = SlackAgent(clients, Pacer())
    dm = sandbox.as_user("ada").direct().id
    for _ in range(2):
        assert not await agent.suggest(TEAM, dm, [Prompt("What is RAG?", "What is RAG?")])
    assert sandbox.calls.count("assistant.threads.setSuggestedPrompts") == 1


async def test_an_agent_shows_four_prompts(make_clients):
    """With the view on, up to four prompts stand in the conversation."""
    app = App(scopes=frozenset(ALL_BOT_SCOPES | {"assistant:write"}), agent_view=True)
    async with Sandbox(app=app, rate_limits="off") as sandbox, make_clients(sandbox) as clients:
        dm = sandbox.as_user("ada").direct().id
        asked = [Prompt(f"Question {number}", "What is RAG?") for number in range(6)]
        assert await SlackAgent(clients, Pacer()).suggest(TEAM, dm, asked)
        assert len(prompts(sandbox.hub)[dm, ""]) == 4
