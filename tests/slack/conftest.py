"""A sandbox, a stub that answers badly, and our clients pointed at them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.sandbox import Sandbox
from bot.slack.client import SlackClients
from tests.fakes.installations import FakeInstallations, make_installation

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture
async def sandbox(anyio_backend: str) -> AsyncIterator[Sandbox]:
    async with Sandbox(rate_limits="off") as running:
        yield running


@pytest.fixture
async def clients(sandbox: Sandbox) -> AsyncIterator[SlackClients]:
    installation = make_installation(bot_token=SecretStr(sandbox.bot_token))
    async with SlackClients(
        FakeInstallations(installation), base_url=sandbox.api_url, timeout_seconds=0.8
    ) as made:
        yield made


@asynccontextmanager
async def _clients_of(sandbox: Sandbox) -> AsyncIterator[SlackClients]:
    installation = make_installation(bot_token=SecretStr(sandbox.bot_token))
    async with SlackClients(FakeInstallations(installation), base_url=sandbox.api_url) as made:
        yield made


@pytest.fixture
def make_clients():
    """Return a function from a sandbox to clients of it, for tests with a sandbox of their own."""
    return _clients_of


@asynccontextmanager
async def answering(handler: Handler) -> AsyncIterator[SlackClients]:
    """Yield clients whose every call is answered by *handler* on loopback."""
    application = web.Application()
    application.router.add_route("*", "/api/{method}", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        async with SlackClients(
            FakeInstallations(make_installation()),
            base_url=f"http://127.0.0.1:{port}/api/",
            timeout_seconds=0.4,
        ) as made:
            yield made
    finally:
        await asyncio.wait_for(runner.cleanup(), 5)
