"""A mention; in channels that we are in, the same message comes as an event of its own, too."""

from __future__ import annotations

from handlers.edge import Edge
from handlers.event_message import said
from handlers.inbound import Inbound


async def event_app_mention(edge: Edge, inbound: Inbound) -> None:
    """Take it in; the ledger makes one request of the twins."""
    await said(edge, inbound)
