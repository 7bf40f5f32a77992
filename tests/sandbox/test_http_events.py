"""HTTP mode: signed requests that Bolt and slack_sdk verify, retries, url_verification."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, Sandbox, Timings

pytestmark = pytest.mark.anyio

FAST = Timings(ack=2.0, retry_delays=(0.0, 0.02, 0.02))


@asynccontextmanager
async def server(handler):
    """Serve one handler on loopback and give its URL."""
    application = web.Application()
    application.router.add_post("/slack/events", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def http_sandbox(handler):
    async with (
        server(handler) as url,
        Sandbox(app=App(request_url=url), rate_limits="off", timings=FAST) as sandbox,
    ):
        yield sandbox


async def test_a_real_bolt_app_accepts_the_signature(session):
    """Bolt verifies the signature, runs the listener and its 200 counts as ack."""
    heard: list[str] = []
    apps: list[AsyncApp] = []

    async def endpoint(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        bolt_request = AsyncBoltRequest(body=body, headers=dict(request.headers))
        answer = await apps[0].async_dispatch(bolt_request)
        return web.Response(status=answer.status, text=answer.body)

    async with http_sandbox(endpoint) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        apps.append(AsyncApp(client=client, signing_secret=sandbox.signing_secret))

        @apps[0].event("message")
        async def hear(event):
            heard.append(event["text"])

        assert await sandbox.verify_request_url() is True
        sandbox.as_user("ada").post("ai-news", "hello")
        await sandbox.settle()

    assert heard == ["hello"]
    assert sandbox.deliveries.log[0].outcome == "acked"


async def test_the_signature_is_slacks_and_covers_the_body():
    """slack_sdk's verifier takes the request and refuses a changed body."""
    taken: list[tuple[bytes, dict]] = []

    async def endpoint(request: web.Request) -> web.Response:
        taken.append((await request.read(), dict(request.headers)))
        return web.Response()

    async with http_sandbox(endpoint) as sandbox:
        sandbox.as_user("ada").post("ai-news", "hello")
        await sandbox.settle()

    body, headers = taken[0]
    verifier = SignatureVerifier(sandbox.signing_secret)
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b" ", headers)
    assert json.loads(body)["event"]["text"] == "hello"


async def test_errors_are_retried_with_number_and_reason():
    """A 500 brings the event again, numbered; the third delivery is accepted."""
    seen: list[tuple[str | None, str | None]] = []

    async def endpoint(request: web.Request) -> web.Response:
        headers = request.headers
        seen.append((headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=500 if len(seen) < 3 else 200)

    async with http_sandbox(endpoint) as sandbox:
        sandbox.as_user("ada").post("ai-news", "hello")
        await sandbox.settle()

    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]


async def test_no_retry_is_respected():
    """`x-slack-no-retry: 1` on an error ends the deliveries."""
    seen: list[int] = []

    async def endpoint(_request: web.Request) -> web.Response:
        seen.append(1)
        return web.Response(status=503, headers={"x-slack-no-retry": "1"})

    async with http_sandbox(endpoint) as sandbox:
        sandbox.as_user("ada").post("ai-news", "hello")
        await sandbox.settle()

    assert len(seen) == 1
    assert sandbox.deliveries.log[0].outcome == "failed"


async def test_a_wrong_challenge_is_noticed():
    """A request URL that does not echo the challenge is not verified."""

    async def endpoint(_request: web.Request) -> web.Response:
        return web.Response(text="welcome")

    async with http_sandbox(endpoint) as sandbox:
        assert await sandbox.verify_request_url() is False


async def test_commands_and_views_work_over_http_too(session):
    """A real Bolt app behind HTTP answers a command, opens a modal and gets its submission."""
    apps: list[AsyncApp] = []
    saved: list[str] = []
    view = {
        "type": "modal",
        "callback_id": "settings",
        "title": {"type": "plain_text", "text": "Settings"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {
                "type": "input",
                "block_id": "b",
                "label": {"type": "plain_text", "text": "Level"},
                "element": {"type": "plain_text_input", "action_id": "a"},
            }
        ],
    }

    async def endpoint(request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        answer = await apps[0].async_dispatch(
            AsyncBoltRequest(body=body, headers=dict(request.headers))
        )
        kind = answer.first_headers().get("content-type", "text/plain").partition(";")[0]
        return web.Response(status=answer.status, text=answer.body, content_type=kind)

    async with http_sandbox(endpoint) as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        apps.append(AsyncApp(client=client, signing_secret=sandbox.signing_secret))

        @apps[0].command("/digest")
        async def digest(ack, body, client):
            await client.views_open(trigger_id=body["trigger_id"], view=view)
            await ack("Opening…")

        @apps[0].view("settings")
        async def submitted(ack, view):
            saved.append(view["state"]["values"]["b"]["a"]["value"])
            await ack(response_action="errors", errors={"b": "No."})

        ada = sandbox.as_user("ada")
        assert (await ada.command("/digest", channel="ai-news")).acked
        assert [m["text"] for m in ada.ephemerals()] == ["Opening…"]
        answered = await ada.submit_view({"b": {"a": "expert"}})

    assert (saved, answered.errors) == (["expert"], {"b": "No."})
