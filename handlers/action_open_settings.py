"""Buttons that open the settings: under notes, under the help, in the App Home."""

from __future__ import annotations

from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.settings import open_settings
from handlers.spots import spot_here, spot_of_view


async def action_open_settings(edge: Edge, inbound: Inbound) -> None:
    """Open the settings of the channel that the button names."""
    await inbound.ack()
    if inbound.value == inbound.channel_id:
        spot = await spot_here(edge, inbound)
    else:
        spot = await edge.spots.named(inbound.workspace_id, inbound.value, inbound.user_id)
    await open_settings(edge, inbound, spot)


async def action_own_digest(edge: Edge, inbound: Inbound) -> None:
    """Open the settings of the person's own digest; the Home tab knows its direct message."""
    await inbound.ack()
    await open_settings(edge, inbound, await spot_of_view(edge, inbound))
