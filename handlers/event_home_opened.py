"""Somebody opened the app's Home or its messages tab."""

from __future__ import annotations

from handlers.edge import Edge
from handlers.home import publish_home
from handlers.inbound import Inbound


async def event_home_opened(edge: Edge, inbound: Inbound) -> None:
    """Show the Home tab; in the agent's messages tab, where it is switched on, suggest prompts."""
    if inbound.event.get("tab") == "messages":
        await edge.suggest(inbound.workspace_id, inbound.channel_id)
    else:
        await publish_home(edge, inbound, direct=inbound.channel_id)
