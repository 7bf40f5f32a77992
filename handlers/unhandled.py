"""Payloads that we receive but have no use for."""

from __future__ import annotations

from handlers.edge import Edge
from handlers.inbound import Inbound


async def ignore(_edge: Edge, _inbound: Inbound) -> None:
    """Do nothing; Bolt acknowledges events by itself."""


async def acknowledge(_edge: Edge, inbound: Inbound) -> None:
    """Say only that it arrived."""
    await inbound.ack()
