"""A sandbox without rate limits, and real Slack clients that talk to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox


@pytest.fixture
async def sandbox(anyio_backend) -> AsyncIterator[Sandbox]:
    async with Sandbox(rate_limits="off") as sandbox:
        yield sandbox


@pytest.fixture
async def session(anyio_backend) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(sandbox: Sandbox, session: aiohttp.ClientSession) -> AsyncWebClient:
    """slack_sdk's own client, without its silent second try."""
    return AsyncWebClient(
        token=sandbox.bot_token, base_url=sandbox.api_url, session=session, retry_handlers=[]
    )


@pytest.fixture
def connected():
    """Connect a real Bolt app by Socket Mode for the length of a block."""

    @asynccontextmanager
    async def connect(sandbox: Sandbox, app: AsyncApp):
        handler = AsyncSocketModeHandler(app, sandbox.app_token, ping_interval=0.5)
        await handler.connect_async()
        await sandbox.wait_connected()
        try:
            yield handler
        finally:
            await handler.close_async()

    return connect


@pytest.fixture
def bolt(sandbox: Sandbox, client: AsyncWebClient) -> AsyncApp:
    return AsyncApp(client=client, ignoring_self_events_enabled=True)
