"""Loopback servers, a resolver without DNS, and a stand-in for connecting."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from bot.net.address import AllowList
from bot.net.client import SafeClient
from bot.net.workers import Workers

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeDns(AbstractResolver):
    """Answers from a table; a list of lists is used up one answer per question."""

    def __init__(self, table: dict[str, list[str] | list[list[str]]]) -> None:
        self.table = table
        self.asked: list[str] = []
        self.answer_port: int | None = None

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answer = self.table.get(host)
        if answer is None:
            raise OSError(f"no such name: {host}")
        if answer and isinstance(answer[0], list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return [self._result(host, address, self.answer_port or port) for address in answer]

    def _result(self, host: str, address: str, port: int) -> ResolveResult:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return ResolveResult(
            hostname=host, host=address, port=port, family=family, proto=0, flags=0
        )

    async def close(self) -> None:
        pass


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Record every attempt to connect, and make it: only loopback is let through."""
    attempts: list[tuple[str, int]] = []
    real = asyncio.selector_events.BaseSelectorEventLoop.sock_connect

    async def sock_connect(self: object, sock: socket.socket, where: tuple[str, int]) -> None:
        attempts.append((where[0], where[1]))
        if where[0] not in {"127.0.0.1", "::1"}:
            raise ConnectionRefusedError("no test leaves loopback")
        await real(self, sock, where)

    monkeypatch.setattr(asyncio.selector_events.BaseSelectorEventLoop, "sock_connect", sock_connect)
    return attempts


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Start a loopback server for a table of path -> handler; return its base URL."""
    async with AsyncExitStack() as stack:

        async def start(routes: dict[str, Handler]) -> str:
            app = web.Application()
            for path, handler in routes.items():
                app.router.add_get(path, handler)
            server = await stack.enter_async_context(TestServer(app))
            return f"http://127.0.0.1:{server.port}"

        yield start


@pytest.fixture
async def serve_bytes() -> AsyncIterator[Callable[[bytes], Awaitable[str]]]:
    """Start a loopback server that answers every connection with these very bytes."""
    servers = []

    async def start(answer: bytes) -> str:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            with suppress(ConnectionError):
                await writer.drain()
            writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.fixture
async def client_for() -> AsyncIterator[Callable[..., Awaitable[SafeClient]]]:
    """Open a client that may read these base URLs."""
    async with AsyncExitStack() as stack:

        async def open_client(*bases: str, **settings: object) -> SafeClient:
            pairs = ",".join(base.partition("://")[2] for base in bases)
            client = SafeClient(allowed=AllowList.parse(pairs), **settings)
            return await stack.enter_async_context(client)

        yield open_client


@pytest.fixture
def workers() -> Workers:
    return Workers(size=1)


def reply(body: bytes | str = b"", status: int = 200, **headers: str) -> Handler:
    """Return a handler that gives one answer; header names with "_" for "-"."""

    async def handler(request: web.Request) -> web.StreamResponse:
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(body=data, status=status, headers=named)

    return handler


@pytest.fixture(name="reply")
def reply_fixture() -> Callable[..., Handler]:
    return reply


@pytest.fixture
def fake_dns() -> type[FakeDns]:
    return FakeDns


@pytest.fixture
def now() -> datetime:
    return NOW
