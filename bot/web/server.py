"""An HTTP server inside the bot's own process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from aiohttp import web

from bot.errors import JobFailed
from bot.web.connection import (
    HEAD_SECONDS,
    IDLE_SECONDS,
    SERVER_NAME,
    Connection,
    Strangers,
    close_for_strangers,
    watched,
)
from bot.web.events import MAX_BODY_BYTES

# How long what comes after an answer is still read, so that the answer is not lost with a reset.
_LINGERING_SECONDS: Final = 2.0


class WebServer:
    """
    Serves routes while it is open as a context manager; `port` is known then.

    Bodies are never inflated, and connections have limits (`bot.web.connection`).

    Args:
        host: Address to listen on.
        port: 0 picks a free one.
        routes: What is served.
        grace_seconds: How long requests that are being answered may take when it closes.
        setting: The setting that names the port, for the error.
        strangers: Counts open connections.
        head_seconds: How long the head of a request may take.
    """

    def __init__(
        self,
        host: str,
        port: int,
        routes: Iterable[web.RouteDef],
        *,
        grace_seconds: float = 5.0,
        setting: str = "PLAINWIRE_HTTP_PORT",
        strangers: Strangers | None = None,
        head_seconds: float = HEAD_SECONDS,
    ) -> None:
        self.host, self.port = host, port
        self._setting = setting
        self._head_seconds = head_seconds
        self._strangers = Strangers() if strangers is None else strangers
        application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[watched])
        application.add_routes(routes)
        application.on_response_prepare.append(_hide_versions)
        application.on_response_prepare.append(close_for_strangers)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=grace_seconds)
        self._listener: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """
        Listen.

        Raises:
            JobFailed: The port cannot be had; says which setting changes it.
        """
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        try:
            self._listener = await loop.create_server(self._connection, self.host, self.port)
        except OSError as error:
            await self._runner.cleanup()
            raise JobFailed(
                f"Plainwire cannot listen on {self.host}:{self.port} ({error.strerror or error}).",
                next_step=f"Choose another port with {self._setting}.",
            ) from error
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    def _connection(self) -> Connection:
        server = self._runner.server
        assert server is not None
        return Connection(
            server,
            self._strangers,
            self._head_seconds,
            loop=asyncio.get_running_loop(),
            # Slack compresses nothing; aiohttp would inflate what anybody sends, unasked.
            auto_decompress=False,
            # No access log: addresses hold codes and states.
            access_log=None,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=_LINGERING_SECONDS,
        )

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take no more requests, finish those that are being answered, and close."""
        if self._listener is not None:
            self._listener.close()
        await self._runner.cleanup()


async def _hide_versions(_request: web.Request, answer: web.StreamResponse) -> None:
    answer.headers["Server"] = SERVER_NAME
