"""Bolt and Socket Mode against the sandbox: no call per event, no proxy, no endless retry."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.slack.calls import SlackRefused, SlackUnreachable
from bot.slack.client import SlackClients
from bot.slack.connection import SocketConnection, check_app_token, identify, make_app
from tests.fakes.installations import FakeInstallations

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, tzinfo=UTC)


async def test_identify_says_who_we_are(sandbox, clients):
    """One auth.test gives team, bot and granted scopes; the token stays secret."""
    found = await identify(clients.for_token(sandbox.bot_token), NOW)
    assert (found.workspace_id, found.bot_id, found.bot_user_id) == (
        "T01SANDBOX1",
        "B01PLAINBOT",
        "U01PLAINBOT",
    )
    assert "chat:write" in found.scopes
    assert sandbox.bot_token not in repr(found)
    assert found.bot_token.get_secret_value() == sandbox.bot_token


async def test_a_wrong_token_says_what_to_do(clients):
    """A refused token leads to the setting that holds it."""
    with pytest.raises(SlackRefused, match="SLACK_BOT_TOKEN"):
        await identify(clients.for_token("xoxb-wrong"), NOW)


async def test_an_unreachable_slack_says_so(free_tcp_port):
    """Where nothing listens the error names network, proxy and address."""
    url = f"http://127.0.0.1:{free_tcp_port}/api/"
    async with SlackClients(FakeInstallations(), base_url=url) as clients:
        with pytest.raises(SlackUnreachable, match="SLACK_API_URL"):
            await identify(clients.for_token("xoxb-x"), NOW)


async def test_app_token_is_checked_before_connecting(sandbox, clients):
    """A wrong app-level token is an error with a next step, not an endless reconnect."""
    client = clients.for_token(sandbox.bot_token)
    await check_app_token(client, SecretStr(sandbox.app_token))
    with pytest.raises(SlackRefused, match="SLACK_APP_TOKEN"):
        await check_app_token(client, SecretStr("xapp-wrong"))


async def test_events_arrive_behind_a_proxy_and_cost_no_auth_test(sandbox, clients, monkeypatch):
    """With a proxy in the environment loopback goes direct, and no event asks Slack who we are."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    app = make_app(clients)
    heard: asyncio.Queue[str] = asyncio.Queue()

    @app.event("message")
    async def on_message(event, client):
        await client.chat_postMessage(channel=event["channel"], text="heard")
        heard.put_nowait(event["text"])

    connection = SocketConnection(app, clients, SecretStr(sandbox.app_token))
    await connection.start()
    try:
        assert await connection.is_connected()
        sandbox.as_user("ada").post("ai-news", "hello there")
        assert await asyncio.wait_for(heard.get(), 5) == "hello there"
        assert [message.text for message in sandbox.bot_messages("ai-news")] == ["heard"]
        assert sandbox.calls.count("auth.test") == 0
    finally:
        await connection.stop()
    assert not await connection.is_connected()


async def test_events_of_unknown_workspaces_reach_no_listener(sandbox, clients):
    """Without an installation row an event is dropped before any listener."""
    clients.installations.rows.clear()
    app = make_app(clients)
    heard: list[str] = []

    @app.event("message")
    async def on_message(event):
        heard.append(event["text"])

    connection = SocketConnection(app, clients, SecretStr(sandbox.app_token))
    await connection.start()
    try:
        sandbox.as_user("ada").post("ai-news", "hello there")
        await asyncio.sleep(0.2)
    finally:
        await connection.stop()
    assert heard == []


def test_posting_imports_no_bolt():
    """Commands that only post do not pay for slack_bolt; connecting does, when it is asked for."""
    script = (
        "import sys, bot.slack.poster, bot.slack.directory, bot.slack.connection;"
        "sys.exit('slack_bolt' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
