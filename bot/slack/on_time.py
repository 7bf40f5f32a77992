"""
Calls that may begin only in time, and that end when they end: for posts, which must not be made late.

Who posts a delivery asks right before whether it is still theirs. A process can be stopped (SIGSTOP,
a machine that is suspended) after that and before the call; when it wakes up, others have long
looked for its post, found none, and posted themselves. So the time is looked at once more when the
connection stands and the next thing is to write to it. It is the machine's steady clock, which no
change of the time of day can stretch.

What was written and not yet acknowledged would be sent again by the system for minutes, also after
our time-out and after the end of the process: a network that comes back would deliver a post that
others have looked for in vain meanwhile. So the end of the call throws it away.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import aiohttp
from aiohttp.client import ClientTimeout
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from bot.clock import steady_seconds

# On, and for no time: closing resets the connection instead of sending what is left.
_LINGER_NOT: Final = struct.pack("ii", 1, 0)
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


class TooLate(aiohttp.ClientError):
    """The call did not begin in time; nothing was sent."""


@contextmanager
def begins_by(deadline: float | None) -> Iterator[None]:
    """Let calls in the block raise `TooLate` after *deadline* (`steady_seconds`; None: never)."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


class OnTimeConnector(aiohttp.TCPConnector):
    """Gives a connection only to a call that may still begin, one that ends with the call."""

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        deadline = _deadline.get()
        if deadline is None:
            return connection
        _send_nothing_later(connection)
        if steady_seconds() > deadline:
            connection.close()
            raise TooLate("The call did not begin in time.")
        return connection


def _send_nothing_later(connection: Connection) -> None:
    transport = connection.transport
    sock: Any = None if transport is None else transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
