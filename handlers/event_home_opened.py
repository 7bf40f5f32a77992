"""Somebody opened the app's Home or its messages tab."""

from __future__ import annotations

from bot.render.ids import SettingsTarget, settings_metadata
from handlers.edge import Edge
from handlers.home import publish_home
from handlers.inbound import Inbound


async def event_home_opened(edge: Edge, inbound: Inbound) -> None:
    """Show the Home tab; in the agent's messages tab, where it is switched on, suggest prompts."""
    if inbound.event.get("tab") == "messages":
        await edge.suggest(inbound.workspace_id, inbound.channel_id)
    else:
        place = (inbound.workspace_id, inbound.channel_id, inbound.user_id)
        direct = SettingsTarget(
            channel_id=inbound.channel_id, is_dm=True, seal=edge.spots.seal_of(*place)
        )
        await publish_home(edge, inbound, metadata=settings_metadata(direct))
