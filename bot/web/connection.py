"""
A connection of strangers, with the limits that a request handler cannot set.

Whoever connects has ten seconds to send the head of a request, and a connection is kept for more than
one request only after Slack's signature was seen on it. Open connections without one are counted: the
oldest make room, so neither one address nor many can take all that this process may open.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any, Final, cast

from aiohttp import web

from bot.logs import get_logger
from bot.web.callers import TrustedProxies, group_of

# Slack, and any proxy in front of us, sends a whole request within milliseconds.
HEAD_SECONDS: Final = 10.0
# Longer than proxies keep an unused connection (nginx and the clouds' balancers 60 s, Caddy 120 s), so
# that they never send a request into one that is just being closed.
IDLE_SECONDS: Final = 130.0
MOST_PER_ADDRESS: Final = 100
# Many of Slack's requests may come at once, by one proxy: a connection this young is not one too many.
_YOUNG_SECONDS: Final = 1.0
MOST: Final = 400
SERVER_NAME: Final = "plainwire"
_BAD_REQUEST: Final = 400
# From here on it is a fault of ours: its traceback is wanted.
_OURS: Final = 500
_TOO_SLOW: Final = (
    b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n"
    b"Server: plainwire\r\n\r\n"
)
log = get_logger("web")


class Strangers:
    """
    The open connections on which nothing signed has come yet, oldest first.

    Args:
        proxies: Trusted ones may have more connections than others: they speak for many.
        most: Of all addresses together.
        most_per_address: Of one address, or one /64 network.
        young_seconds: How old a connection is at least that its address has too many of.
    """

    def __init__(
        self,
        proxies: TrustedProxies = TrustedProxies(),  # noqa: B008 - frozen
        *,
        most: int = MOST,
        most_per_address: int = MOST_PER_ADDRESS,
        young_seconds: float = _YOUNG_SECONDS,
    ) -> None:
        self._proxies = proxies
        self._young_seconds = young_seconds
        self._most, self._most_per_address = most, most_per_address
        self._all: OrderedDict[Connection, None] = OrderedDict()
        self._by_address: dict[str, OrderedDict[Connection, None]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, connection: Connection) -> None:
        """Count a new connection in, and drop the oldest of its address, or of all, if too many."""
        same = self._by_address.setdefault(connection.address, OrderedDict())
        same[connection] = self._all[connection] = None
        oldest = next(iter(same))
        if (
            len(same) > self._most_per_address
            and connection.since - oldest.since > self._young_seconds
            and not self._proxies.trusts(connection.peer)
        ):
            oldest.drop()
        elif len(self._all) > self._most:
            next(iter(self._all)).drop()

    def remove(self, connection: Connection) -> None:
        """Count a connection no more: it is closed, Slack's, or being answered."""
        self._all.pop(connection, None)
        same = self._by_address.get(connection.address, OrderedDict())
        same.pop(connection, None)
        if not same:
            self._by_address.pop(connection.address, None)


class Connection(web.RequestHandler):
    """aiohttp's side of one connection, with our limits; see the module's text."""

    def __init__(
        self, server: web.Server, strangers: Strangers, head_seconds: float, **options: Any
    ) -> None:
        super().__init__(server, **options)
        self.peer = self.address = ""
        self.is_slacks = False
        self.since = 0.0
        self._strangers = strangers
        self._head_seconds = head_seconds
        self._deadline: asyncio.TimerHandle | None = None
        self._is_answering = self._has_begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if isinstance(peer, tuple) else ""
        self.address = group_of(self.peer)
        self.since = asyncio.get_running_loop().time()
        self._wait_for_head()
        self._strangers.add(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._stop_waiting()
        self._strangers.remove(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._has_begun = True
        if self._deadline is None and not self._is_answering:
            self._wait_for_head()
        super().data_received(data)

    def head_arrived(self, *, has_body: bool) -> None:
        """A whole head is here, and its request is being answered."""
        self._is_answering = True
        self._stop_waiting()
        if not has_body:
            # Nothing is left to dawdle with; whoever comes back from Slack's page must not be cut off.
            self._strangers.remove(self)

    def answered(self) -> None:
        self._is_answering = self._has_begun = False

    def signed(self) -> None:
        """Slack's signature was seen: the connection is no stranger's any more."""
        self.is_slacks = True
        self._strangers.remove(self)

    def drop(self) -> None:
        """Close at once, without an answer."""
        self._stop_waiting()
        self._strangers.remove(self)
        if self.transport is not None:
            self.transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no HTTP without repeating it, in the log neither."""
        # aiohttp keeps bytes of headers that are no UTF-8 as lone surrogates, and itself trips over
        # them where it repeats a header.
        if status >= _OURS and not isinstance(exc, UnicodeEncodeError):
            return super().handle_error(request, status, exc, message)
        status = min(status, _BAD_REQUEST)
        log.info("no_http", status=status, why=type(exc).__name__)
        answer = web.Response(status=status, text="malformed request")
        answer.headers["Server"] = SERVER_NAME
        answer.force_close()
        return answer

    def _wait_for_head(self) -> None:
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._head_seconds, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        # A browser opens connections ahead of need; to those nothing is said.
        if self._has_begun and self.transport is not None:
            self.transport.write(_TOO_SLOW)
        self.force_close()


@web.middleware
async def watched(request: web.Request, handler: Any) -> web.StreamResponse:
    """Tell the connection when a request is being answered."""
    connection = request.protocol
    if not isinstance(connection, Connection):
        return cast("web.StreamResponse", await handler(request))
    connection.head_arrived(has_body=request.body_exists)
    try:
        return cast("web.StreamResponse", await handler(request))
    finally:
        connection.answered()


def keep_open_for_slack(request: web.Request) -> None:
    """Let the connection of a signed request serve more of them."""
    if isinstance(request.protocol, Connection):
        request.protocol.signed()


async def close_for_strangers(request: web.Request, answer: web.StreamResponse) -> None:
    """Close after the answer to anybody but Slack (a signal of aiohttp's)."""
    if not (isinstance(request.protocol, Connection) and request.protocol.is_slacks):
        answer.force_close()
        # aiohttp has drawn up the headers by now.
        answer.headers["Connection"] = "close"
