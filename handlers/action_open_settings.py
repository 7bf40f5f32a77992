"""Buttons that open the settings: under notes, under the help, in the App Home."""

from __future__ import annotations

from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.settings import open_settings


async def action_open_settings(edge: Edge, inbound: Inbound) -> None:
    """Open the settings of the channel that the button names."""
    await inbound.ack()
    spot = await edge.places.spot(inbound.workspace_id, inbound.value, user_id=inbound.user_id)
    await open_settings(edge, inbound, spot)


async def action_own_digest(edge: Edge, inbound: Inbound) -> None:
    """Open the settings of the person's own digest; the Home tab knows its direct message."""
    await inbound.ack()
    spot = await edge.places.spot(inbound.workspace_id, inbound.metadata, user_id=inbound.user_id)
    await open_settings(edge, inbound, spot)
