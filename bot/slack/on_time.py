"""
Calls that may begin only in time: a process that was stopped for a while must not go on where it was.

Who posts a delivery asks right before whether it is still theirs. A process can be stopped (SIGSTOP,
a machine that is out of breath) after that and before the call; when it wakes up, others have long
looked for its post, found none, and posted themselves. So the time is looked at once more when the
connection stands and the next thing is to write to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import aiohttp
from aiohttp.client import ClientTimeout
from aiohttp.client_reqrep import ClientRequest
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


class TooLate(aiohttp.ClientError):
    """The call did not begin in time; nothing was sent."""


@contextmanager
def begins_by(deadline: float | None) -> Iterator[None]:
    """Let calls in the block raise `TooLate` after *deadline* (by the loop's clock; None: never)."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)


class OnTimeConnector(aiohttp.TCPConnector):
    """Gives a connection only to a call that may still begin."""

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        deadline = _deadline.get()
        if deadline is not None and asyncio.get_running_loop().time() > deadline:
            connection.close()
            raise TooLate("The call did not begin in time.")
        return connection
