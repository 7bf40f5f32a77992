"""The control endpoints that other processes use, and who may not use them."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

import pytest

from bot.sandbox import Sandbox, serve

pytestmark = pytest.mark.anyio


async def call(session, sandbox, method: str, path: str, body=None, **headers):
    async with session.request(
        method, f"{sandbox.url}/sandbox/{path}", json=body, headers=headers
    ) as answer:
        return answer.status, await answer.json()


async def test_another_process_can_post_look_and_switch(sandbox, session, client):
    """Posting as a person, reading messages and calls, and staging faults work over HTTP."""
    body = {"user": "U01ADA00001", "channel": "ai-news", "text": "hello"}
    _, posted = await call(session, sandbox, "POST", "post", body)
    _, listed = await call(session, sandbox, "GET", "messages?channel=ai-news")
    assert [m["ts"] for m in listed["messages"]] == [posted["message"]["ts"]]

    fault = {"kind": "error", "method": "auth.test", "times": 1}
    await call(session, sandbox, "POST", "faults", fault)
    answer = await client.api_call("api.test")
    assert answer["ok"]
    _, faults = await call(session, sandbox, "GET", "faults")
    assert faults["faults"][0]["hits"] == 0
    _, calls = await call(session, sandbox, "GET", "calls?method=api.test")
    assert calls["counters"]["api.test:ok"] == 1
    _, state = await call(session, sandbox, "GET", "state")
    assert state["workspaces"][0]["channels"][1]["name"] == "ai-news"


async def test_commands_and_clicks_over_http(sandbox, session, client, bolt, connected):
    """Another process can run commands and press buttons, and gets what the person sees."""

    @bolt.command("/explain")
    async def explain(ack):
        await ack("Looking…")

    @bolt.action("more")
    async def more(ack):
        await ack()

    button = {"type": "button", "action_id": "more", "text": {"type": "plain_text", "text": "x"}}
    blocks = [{"type": "actions", "elements": [button]}]
    ts = (await client.chat_postMessage(channel="C01AINEWS01", text="x", blocks=blocks))["ts"]
    ada = {"user": "U01ADA00001", "channel": "ai-news"}
    async with connected(sandbox, bolt):
        run = {**ada, "do": "command", "command": "/explain", "text": "RAG"}
        _, ran = await call(session, sandbox, "POST", "act", run)
        press = {**ada, "do": "click", "ts": ts, "action_id": "more"}
        _, pressed = await call(session, sandbox, "POST", "act", press)
        wrong = {**ada, "do": "click", "ts": ts, "action_id": "nothing"}
        status, refused = await call(session, sandbox, "POST", "act", wrong)

    assert ran["result"]["payload"]["text"] == "Looking…"
    assert pressed["result"]["acked"] is True
    assert (status, "action_id" in refused["error"]) == (400, True)


async def test_people_act_over_http(sandbox, session):
    """Any action of a person can be asked for; unknown ones are named."""
    act = {"user": "U01ADA00001", "do": "invite", "channel": "random"}
    assert (await call(session, sandbox, "POST", "act", act))[0] == 200
    assert "U01PLAINBOT" in sandbox.channel("random").members

    status, answer = await call(session, sandbox, "POST", "act", {**act, "do": "explode"})
    assert status == 400
    assert "Use one of" in answer["error"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "post", {"user": "U0NOBODY", "channel": "ai-news", "text": "x"}),
        ("POST", "post", {"user": "U01DANA0001", "channel": "ai-news", "text": "x"}),
        ("POST", "post", {}),
        ("POST", "faults", {"kind": "explode"}),
        ("POST", "faults", {"kind": "500", "nonsense": 1}),
        ("GET", "messages?channel=nowhere", None),
    ],
)
async def test_mistakes_get_a_sentence(sandbox, session, method, path, body):
    """A wrong control call is 400 with a sentence, never a traceback."""
    status, answer = await call(session, sandbox, method, path, body)

    assert status == 400
    assert answer["error"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example:80"}]
)
async def test_pages_of_other_sites_cannot_drive_the_sandbox(sandbox, session, headers):
    """A foreign Origin or host name (DNS rebinding) is refused."""
    status, _ = await call(session, sandbox, "GET", "state", **headers)

    assert status == 403


async def test_live_updates_are_server_sent_events(sandbox, session, client):
    """The stream tells of a posted message at once."""
    async with session.get(f"{sandbox.url}/sandbox/live") as stream:
        await stream.content.readuntil(b"\n\n")
        await client.chat_postMessage(channel="C01AINEWS01", text="hello")
        line = await stream.content.readuntil(b"\n\n")

    note = json.loads(line.decode().removeprefix("data: "))
    assert (note["kind"], note["message"]["text"]) == ("message", "hello")


async def test_serve_prints_what_a_bot_needs():
    """serve() says the lines for a bot's environment and ends when told to."""
    said: list[str] = []
    stop = asyncio.Event()
    stop.set()
    await serve(port=0, say=said.append, stop=stop)

    assert "SLACK_API_URL=http://127.0.0.1:" in said[0]
    assert "SLACK_BOT_TOKEN=xoxb-" in said[0]


def test_it_imports_nothing_else_of_ours():
    """The sandbox stands alone, so any bot can be pointed at it."""
    code = (
        "import sys, bot.sandbox;"
        "print([n for n in sys.modules if n.startswith(('bot.', 'storage', 'handlers'))"
        " and not n.startswith('bot.sandbox')])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert answer.stdout.strip() == "[]"


async def test_two_sandboxes_live_side_by_side():
    """Two sandboxes in one process share nothing."""
    async with Sandbox() as one, Sandbox() as other:
        one.as_user("ada").post("ai-news", "hello")

        assert one.url != other.url
        assert other.messages("ai-news") == []


async def test_a_taken_port_is_an_error_that_leaves_nothing_behind(sandbox):
    """Starting on a port in use raises OSError, and the sandbox can be started elsewhere."""
    taken = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await Sandbox(port=taken).start()
