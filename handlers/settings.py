"""Opening the settings of one conversation, from wherever that was asked for."""

from __future__ import annotations

from bot.digest.spot import Spot
from bot.render.settings_view import settings_view
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import say


async def open_settings(edge: Edge, inbound: Inbound, spot: Spot) -> None:
    """Open the modal, or say why this person cannot change the digest."""
    found = await edge.show_settings.content(spot, inbound.asker, edge.clock.now())
    if isinstance(found, str):
        await say(edge, inbound, found)
        return
    await edge.screens.open(inbound.workspace_id, inbound.trigger_id, settings_view(found))
