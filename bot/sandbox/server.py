"""`Sandbox`: the workspace, its HTTP server and the Python API that tests use."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.sandbox import http_events
from bot.sandbox.app import App
from bot.sandbox.authorize_page import AuthorizePage
from bot.sandbox.calls import CallLog
from bot.sandbox.control import Control
from bot.sandbox.delivery import Delivery
from bot.sandbox.faults import Faults
from bot.sandbox.files import files
from bot.sandbox.gateway import Gateway
from bot.sandbox.hub import Hub
from bot.sandbox.limits import RateLimits
from bot.sandbox.page import page_routes
from bot.sandbox.person import Person
from bot.sandbox.pings import MaskedLink, Ping
from bot.sandbox.response_urls import response_urls
from bot.sandbox.sockets import SocketPool
from bot.sandbox.state import Channel, Message, Workspace
from bot.sandbox.timings import Timings
from bot.sandbox.world import DEFAULT_WORLD, WorkspaceSeed

T = TypeVar("T")
DEFAULT_BOT_TOKEN = "xoxb-sandbox-0000000000-plainwire"  # noqa: S105 - opens the sandbox only
MAX_BODY_BYTES = 10 * 1024 * 1024


class Sandbox:
    """
    A local Slack workspace.

    Args:
        host: Loopback address to listen on.
        port: 0 picks a free one.
        worlds: The workspaces; by default one, see `world.DEFAULT_WORLD`.
        app: Ids, secrets, scopes, commands of the app under test.
        rate_limits: "slack", "off", or calls a minute by method; see `limits.RateLimits`.
        timings: Slack's time limits.
        clock: UTC epoch seconds; message timestamps and signatures come from it.
        base_url: How the outside reaches it, when that is not http://host:port.
        bot_token: Token of the first workspace; the others get their own.
        keep_calls: How many API calls are remembered with their arguments.
        installed: Whether the app is in the workspaces from the start, or comes by OAuth.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        worlds: Sequence[WorkspaceSeed] = (DEFAULT_WORLD,),
        app: App | None = None,
        rate_limits: str | Mapping[str, float] = "slack",
        timings: Timings | None = None,
        clock: Callable[[], float] = time.time,
        base_url: str = "",
        bot_token: str = DEFAULT_BOT_TOKEN,
        keep_calls: int = 20_000,
        installed: bool = True,
    ) -> None:
        self._host, self._port = host, port
        self.app = app or App()
        self.hub = _make_hub(self.app, timings or Timings(), RateLimits(rate_limits), clock)
        self.hub.base_url = base_url
        self.hub.calls.keep = keep_calls
        for index, seed in enumerate(worlds):
            workspace = self.hub.add_workspace(seed, bot_token="" if index else bot_token)
            workspace.installed = installed
        self._control = Control(self.hub)
        self.sockets.on_change = self._connections_changed
        self._runner: web.AppRunner | None = None

    # ---- life ---------------------------------------------------------------------------------

    async def start(self) -> None:
        """
        Listen; `url` is known afterwards.

        Raises:
            OSError: The port is taken; nothing is left behind.
        """
        self.hub.delivery.loop = asyncio.get_running_loop()
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.add_routes(self._routes())
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, self._host, self._port)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        port = runner.addresses[0][1]
        self.hub.base_url = self.hub.base_url or f"http://{self._host}:{port}"

    def _routes(self) -> list[web.RouteDef]:
        gateway = Gateway(self.hub)
        return [
            web.route("*", "/api/{method:[^/]*}", gateway.handle),
            web.get("/link/", self.hub.delivery.sockets.handle),
            web.post("/actions/{team}/{secret}", response_urls(self.hub).handle),
            web.post("/upload/v1/{secret}", files(self.hub).take_upload),
            web.get("/files-pri/{file}/{name}", files(self.hub).serve),
            *AuthorizePage(self.hub).routes(),
            *self._control.routes(),
            *page_routes(),
        ]

    def _connections_changed(self) -> None:
        if self.hub.workspaces:
            self.hub.changed(self.workspace, "connections")

    async def stop(self) -> None:
        """End every connection and all work in the background."""
        for queue in list(self.hub.watchers):
            queue.put_nowait({"kind": "bye"})
        await self.hub.delivery.sockets.close()
        await self.hub.delivery.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    # ---- how to reach it ----------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.hub.base_url

    @property
    def api_url(self) -> str:
        """Return the `base_url` for slack_sdk, with its closing slash."""
        return self.hub.base_url + "/api/"

    @property
    def bot_token(self) -> str:
        return self.workspace.bot_token

    @property
    def app_token(self) -> str:
        return self.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.app.signing_secret

    # ---- what is in it ------------------------------------------------------------------------

    @property
    def workspace(self) -> Workspace:
        """The first workspace, which is the only one by default."""
        return self.hub.first

    @property
    def workspaces(self) -> Mapping[str, Workspace]:
        return self.hub.workspaces

    def channel(self, channel: str, team: str = "") -> Channel:
        """Return a channel by id or name; KeyError when there is none."""
        return self.hub.channel(channel, team)[1]

    def messages(self, channel: str, team: str = "") -> list[Message]:
        """Return all messages of a channel, replies included, oldest first."""
        found = self.channel(channel, team)
        return [found.messages[ts] for ts in found.order]

    def bot_messages(self, channel: str, team: str = "") -> list[Message]:
        """Return what the app's bot posted in a channel, oldest first."""
        return [message for message in self.messages(channel, team) if message.bot_id]

    def thread(self, channel: str, ts: str, team: str = "") -> list[Message]:
        return self.channel(channel, team).replies(ts)

    def as_user(self, user: str) -> Person:
        """Return somebody to act as, by user id or name."""
        for workspace in self.hub.workspaces.values():
            for each in workspace.users.values():
                if user in {each.id, each.name}:
                    return Person(self.hub, workspace, each)
        raise KeyError(f"Nobody in the sandbox is called {user!r}.")

    @property
    def calls(self) -> CallLog:
        return self.hub.calls

    @property
    def faults(self) -> Faults:
        return self.hub.faults

    @property
    def pings(self) -> list[Ping]:
        return self.hub.pings

    @property
    def masked_links(self) -> list[MaskedLink]:
        return self.hub.masked_links

    @property
    def ephemerals(self) -> list[dict[str, Any]]:
        return self.hub.ephemerals

    @property
    def sockets(self) -> SocketPool:
        return self.hub.delivery.sockets

    @property
    def deliveries(self) -> Delivery:
        return self.hub.delivery

    # ---- waiting ------------------------------------------------------------------------------

    async def wait_connected(self, count: int = 1) -> None:
        """Return as soon as the app holds *count* Socket Mode connections."""
        await self.sockets.wait_connected(count)

    async def wait_for(self, condition: Callable[[], T], timeout: float = 10.0) -> T:
        """
        Wait until *condition* gives something true, and return that.

        Raises:
            TimeoutError: It did not in *timeout* seconds.
        """
        async with asyncio.timeout(timeout):
            while not (found := condition()):  # noqa: ASYNC110 - a condition has no event
                await asyncio.sleep(0.005)
        return found

    async def settle(self, timeout: float = 10.0) -> None:
        """Wait until every event was delivered (or given up); TimeoutError otherwise."""
        await self.hub.delivery.settle(timeout)

    async def verify_request_url(self) -> bool:
        """Send the `url_verification` challenge to the app's request URL."""
        delivery = self.hub.delivery
        if delivery.session is None:
            delivery.session = delivery.new_session()
        return await http_events.verify_url(
            delivery.session, self.app, now=self.hub.clock(), timeout=self.hub.timings.ack
        )


def _make_hub(app: App, timings: Timings, limits: RateLimits, clock: Callable[[], float]) -> Hub:
    sockets = SocketPool(app_id=app.app_id, ticket_seconds=timings.ticket, clock=time.monotonic)
    delivery = Delivery(app=app, sockets=sockets, timings=timings, clock=clock)
    return Hub(app=app, timings=timings, delivery=delivery, limits=limits, clock=clock)
