"""Socket Mode: tickets from `apps.connections.open`, websockets, envelopes and their acks."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.sandbox.envelope import Ack, Envelope

MAX_CONNECTIONS = 10
"""Per app (docs: Using Socket Mode)."""


@dataclass(slots=True, eq=False)
class Connection:
    """One open websocket and the envelopes it still owes an ack."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)


@dataclass(slots=True)
class SocketPool:
    """
    All Socket Mode connections of the app.

    Args:
        app_id: Shown in `hello`.
        ticket_seconds: How long a connection URL may be used.
        clock: Monotonic seconds.
    """

    app_id: str
    ticket_seconds: float
    clock: Callable[[], float]
    connections: list[Connection] = field(default_factory=list)
    tickets: dict[str, float] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    ignore_acks: int = 0
    on_change: Callable[[], None] = lambda: None
    _turn: int = 0

    def issue_ticket(self) -> str:
        """Return a one-time ticket for a websocket URL."""
        ticket = secrets.token_urlsafe(16)
        self.tickets[ticket] = self.clock() + self.ticket_seconds
        return ticket

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket until it ends."""
        expires = self.tickets.pop(request.query.get("ticket", ""), None)
        if expires is None or expires < self.clock():
            return web.Response(status=404, text="This connection URL is not valid any more.")
        socket = web.WebSocketResponse(autoping=True, heartbeat=None)
        await socket.prepare(request)
        transport = request.transport
        link = Connection(
            socket=socket,
            transport=transport if isinstance(transport, asyncio.Transport) else None,
        )
        if len(self.connections) >= MAX_CONNECTIONS:
            await self._say_goodbye(link, "too_many_websockets")
            return socket
        await socket.send_json(self._hello(request))
        await self._add(link)
        try:
            await self._read(link)
        finally:
            await self._remove(link)
        return socket

    def _hello(self, request: web.Request) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.connections) + 1,
            "debug_info": {
                "host": request.host,
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self.app_id},
        }

    async def _add(self, link: Connection) -> None:
        async with self.changed:
            self.connections.append(link)
            self.changed.notify_all()
        self.on_change()

    async def _remove(self, link: Connection) -> None:
        if link in self.connections:
            self.connections.remove(link)
        for future in link.waiting.values():
            if not future.done():
                future.set_exception(ConnectionResetError("The connection ended before the ack."))
        async with self.changed:
            self.changed.notify_all()
        self.on_change()

    async def _read(self, link: Connection) -> None:
        async for frame in link.socket:
            if frame.type == WSMsgType.TEXT:
                self._take_ack(link, frame.data)

    def _take_ack(self, link: Connection, text: str) -> None:
        try:
            data = json.loads(text)
        except ValueError:
            return
        future = link.waiting.get(data.get("envelope_id", "")) if isinstance(data, dict) else None
        if future is None or future.done():
            return
        if self.ignore_acks > 0:
            self.ignore_acks -= 1
            return
        payload = data.get("payload")
        future.set_result(Ack(payload=payload if isinstance(payload, dict) else {}))

    async def wait_connected(self, count: int = 1) -> None:
        """Return as soon as at least *count* connections are open."""
        async with self.changed:
            await self.changed.wait_for(lambda: len(self.connections) >= count)

    async def send(self, envelope: Envelope, timeout: float) -> Ack:
        """
        Send the envelope over any one connection and wait for its ack.

        Raises:
            ConnectionError: Nobody is connected, or the connection ended.
            TimeoutError: No ack in time.
        """
        link = self._next_connection()
        future: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        link.waiting[envelope.envelope_id] = future
        try:
            await link.socket.send_json(envelope.frame())
            return await asyncio.wait_for(future, timeout)
        finally:
            link.waiting.pop(envelope.envelope_id, None)

    def _next_connection(self) -> Connection:
        usable = [link for link in self.connections if not link.socket.closed]
        if not usable:
            raise ConnectionRefusedError("No Socket Mode connection is open.")
        self._turn += 1
        return usable[self._turn % len(usable)]

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask every client to reconnect, as Slack does now and then: `disconnect`, then close."""
        for link in list(self.connections):
            await self._say_goodbye(link, reason)

    async def _say_goodbye(self, link: Connection, reason: str) -> None:
        farewell = {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        if link in self.connections:
            self.connections.remove(link)
        try:
            await link.socket.send_json(farewell)
            await link.socket.close()
        except ConnectionError:
            return  # it is gone already, which is what was wanted

    def cut(self) -> None:
        """End every connection without a word, as a broken network does."""
        for link in list(self.connections):
            self.connections.remove(link)
            if link.transport is not None:
                link.transport.abort()

    async def close(self) -> None:
        for link in list(self.connections):
            await link.socket.close()
