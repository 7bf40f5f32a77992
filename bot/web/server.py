"""An HTTP server inside the bot's own process."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.errors import JobFailed
from bot.web.events import MAX_BODY_BYTES


class WebServer:
    """
    Serves routes while it is open as a context manager; `port` is known then.

    Args:
        host: Address to listen on.
        port: 0 picks a free one.
        routes: What is served.
        grace_seconds: How long requests that are being answered may take when it closes.
        setting: The setting that names the port, for the error.
    """

    def __init__(
        self,
        host: str,
        port: int,
        routes: Iterable[web.RouteDef],
        *,
        grace_seconds: float = 5.0,
        setting: str = "PLAINWIRE_HTTP_PORT",
    ) -> None:
        self.host, self.port = host, port
        self._setting = setting
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.add_routes(routes)
        application.on_response_prepare.append(_hide_versions)
        # No access log: addresses hold codes and states.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=grace_seconds)

    async def __aenter__(self) -> Self:
        """
        Listen.

        Raises:
            JobFailed: The port cannot be had; says which setting changes it.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self.host, self.port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise JobFailed(
                f"Plainwire cannot listen on {self.host}:{self.port} ({error.strerror or error}).",
                next_step=f"Choose another port with {self._setting}.",
            ) from error
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take no more requests, finish those that are being answered, and close."""
        await self._runner.cleanup()


async def _hide_versions(_request: web.Request, answer: web.StreamResponse) -> None:
    answer.headers["Server"] = "plainwire"
