"""Slash commands, response_url and shortcuts with the real Bolt app."""

from __future__ import annotations

import asyncio

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox import App, CannotDo, Sandbox, SlashCommand, Timings

pytestmark = pytest.mark.anyio


async def test_a_command_is_answered_privately(sandbox, bolt, connected):
    """The payload is Slack's, and the acknowledgement's text is shown to the person alone."""
    bodies: list[dict] = []

    @bolt.command("/explain")
    async def explain(ack, body):
        bodies.append(body)
        await ack("Looking…")

    async with connected(sandbox, bolt):
        answered = await sandbox.as_user("ada").command("/explain", "RAG", channel="ai-news")

    assert answered.acked is True
    body = bodies[0]
    assert (body["command"], body["text"], body["channel_name"]) == ("/explain", "RAG", "ai-news")
    assert (body["user_id"], body["team_id"]) == ("U01ADA00001", "T01SANDBOX1")
    assert "thread_ts" not in body
    assert [m["text"] for m in sandbox.as_user("ada").ephemerals("ai-news")] == ["Looking…"]
    assert sandbox.as_user("ben").ephemerals() == []
    assert sandbox.messages("ai-news") == []


async def test_response_url_adds_replaces_deletes_and_goes_public(sandbox, bolt, connected):
    """Bolt's respond can add, replace and delete privately, and post into the channel."""
    done: list[bool] = []

    @bolt.command("/explain")
    async def explain(ack, respond):
        await ack("Looking…")
        # Bolt sends the ack a moment later; a response that overtakes it has no original yet.
        await sandbox.wait_for(lambda: sandbox.ephemerals)
        await respond("Still looking…", replace_original=True)
        await respond("RAG is …", response_type="in_channel")
        await respond("and more")
        await respond(delete_original=True)
        done.append(True)

    async with connected(sandbox, bolt):
        await sandbox.as_user("ada").command("/explain", "RAG", channel="random")
        await sandbox.wait_for(lambda: done)

    assert [m["text"] for m in sandbox.ephemerals] == ["Still looking…"]
    assert [m.text for m in sandbox.bot_messages("random")] == ["RAG is …"]


async def test_response_url_ends_after_five_uses(sandbox, bolt, connected):
    """The sixth use is refused, as is a made-up URL."""
    urls: list[str] = []

    @bolt.command("/explain")
    async def explain(ack, body):
        urls.append(body["response_url"])
        await ack()

    async with connected(sandbox, bolt):
        await sandbox.as_user("ada").command("/explain", channel="ai-news")
    hook = AsyncWebhookClient(urls[0])
    answers = [await hook.send(text=str(number)) for number in range(6)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert "used_url" in answers[5].body
    assert answers[0].body == "ok"
    wrong = await AsyncWebhookClient(urls[0] + "x").send(text="hi")
    assert (wrong.status_code, "expired_url" in wrong.body) == (404, True)


async def test_response_url_expires_and_checks_its_content(session):
    """After its time the URL is dead; bad blocks are refused and use nothing up."""
    timings = Timings(response_url=0.6)
    async with Sandbox(rate_limits="off", timings=timings) as sandbox:
        from bot.sandbox.response_urls import response_urls

        address, url = response_urls(sandbox.hub).issue(
            sandbox.workspace, "C01AINEWS01", "U01ADA00001"
        )
        hook = AsyncWebhookClient(address)
        broken = await hook.send(text="x", blocks=[{"type": "hero"}])
        assert (broken.status_code, url.uses_left) == (400, 5)
        async with session.post(address, data=b"not json") as answer:
            assert answer.status == 400
        await asyncio.sleep(0.6)
        assert (await hook.send(text="late")).status_code == 404


async def test_an_app_that_does_not_answer_shows_slacks_sentence(session, connected):
    """No ack in time, or no app at all: the person reads what Slack would say."""
    async with Sandbox(rate_limits="off", timings=Timings(ack=0.2)) as sandbox:
        ada = sandbox.as_user("ada")
        nobody = await ada.command("/explain", channel="ai-news")
        assert 'error "dispatch_failed"' in nobody.problem

        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        bolt = AsyncApp(client=client)

        @bolt.command("/explain")
        async def explain(ack):
            await asyncio.sleep(0.4)
            await ack("too late")

        async with connected(sandbox, bolt):
            slow = await ada.command("/explain", channel="ai-news")
        assert 'error "operation_timeout"' in slow.problem
        assert ada.ephemerals("ai-news")[-1]["user"] == "USLACKBOT"


async def test_unknown_commands_and_threads(session):
    """A command that the manifest does not name is unknown, and threads take none."""
    known = {"/explain": SlashCommand(command="/explain")}
    async with Sandbox(app=App(slash_commands=known), rate_limits="off") as sandbox:
        ada = sandbox.as_user("ada")
        assert "not a valid command" in (await ada.command("/nope", channel="ai-news")).problem
        posted = ada.post("ai-news", "hi")
        with pytest.raises(CannotDo, match="not supported in threads"):
            await ada.command("/explain", channel="ai-news", thread_ts=posted.ts)


@pytest.mark.parametrize(("escape", "text"), [(True, "<@U01BEN00001> &amp;"), (False, "@ben &")])
async def test_should_escape_decides_about_the_text(connected, session, escape, text):
    """With should_escape mentions become ids; without it the text is raw."""
    command = SlashCommand(command="/explain", should_escape=escape)
    app = App(slash_commands={"/explain": command})
    async with Sandbox(app=app, rate_limits="off") as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        bolt = AsyncApp(client=client)
        seen: list[str] = []

        @bolt.command("/explain")
        async def explain(ack, command):
            seen.append(command["text"])
            await ack()

        async with connected(sandbox, bolt):
            await sandbox.as_user("ada").command("/explain", "@ben &", channel="ai-news")

    assert seen == [text]


async def test_a_message_shortcut_works_in_a_thread(sandbox, bolt, connected):
    """The shortcut brings message, thread, trigger and response_url; the answer is private."""
    bodies: list[dict] = []

    @bolt.shortcut("explain_this")
    async def explain(ack, body, respond):
        bodies.append(body)
        await ack()
        await respond("In plain words …")

    async with connected(sandbox, bolt):
        parent = sandbox.as_user("ben").post("ai-news", "RAG is great")
        reply = sandbox.as_user("ben").post("ai-news", "isn't it?", thread_ts=parent.ts)
        await sandbox.as_user("ada").shortcut("explain_this", reply)
        await sandbox.wait_for(lambda: sandbox.as_user("ada").ephemerals("ai-news"))

    body = bodies[0]
    assert (body["type"], body["message_ts"]) == ("message_action", reply.ts)
    assert body["message"]["thread_ts"] == parent.ts
    assert body["trigger_id"]
    assert sandbox.ephemerals[0]["thread_ts"] == parent.ts


async def test_a_global_shortcut_has_no_channel(sandbox, bolt, connected):
    """A global shortcut carries user and trigger, no channel and no response_url."""
    bodies: list[dict] = []

    @bolt.shortcut("open_glossary")
    async def opened(ack, body):
        bodies.append(body)
        await ack()

    async with connected(sandbox, bolt):
        answered = await sandbox.as_user("ada").shortcut("open_glossary")

    assert answered.acked
    assert bodies[0]["type"] == "shortcut"
    assert not {"channel", "response_url"} & set(bodies[0])
