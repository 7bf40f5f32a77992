"""
The guard at the socket: every numeric address is judged at the moment of connecting to it.

A check at the resolver is not enough: numeric hosts never reach it, and redirects may be numeric.
Here the address that is judged is the one that is connected to, so a name that resolves
differently the second time (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import errno
import socket
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from bot.net.address import public


@dataclass(slots=True)
class Passage:
    """
    What one request may do.

    Attributes:
        private_port: The port on which a non-public address is allowed, because the operator
            listed this very host:port (or set a proxy); None for everybody else.
        refused: Addresses that the guard turned away, for the error sentence.
    """

    private_port: int | None = None
    refused: list[str] = field(default_factory=list)


# Each request runs in its own context, and tasks that the connector starts for it inherit that.
current_passage: ContextVar[Passage | None] = ContextVar("current_passage", default=None)


def guarded_socket(addr_info: tuple[Any, ...]) -> socket.socket:
    """
    Make the socket for one connect attempt (aiohttp's `socket_factory`).

    Raises:
        OSError: EACCES, the address is not public.
    """
    family, kind, protocol, _, where = addr_info
    passage = current_passage.get()
    if not _may_connect(str(where[0]), int(where[1]), passage):
        if passage is not None:
            passage.refused.append(str(where[0]))
        raise OSError(errno.EACCES, "the address is not public")
    made = socket.socket(family, kind, protocol)
    made.setblocking(False)
    return made


def _may_connect(address: str, port: int, passage: Passage | None) -> bool:
    if public(address):
        return True
    return passage is not None and passage.private_port == port
