"""The conversation that a payload is about: where Slack says it happened, or the one that a view names."""

from __future__ import annotations

from bot.digest.spot import Spot
from bot.render.ids import SettingsTarget, parse_settings_metadata
from handlers.edge import Edge
from handlers.inbound import Inbound


async def spot_here(edge: Edge, inbound: Inbound) -> Spot:
    """Return where something was typed or pressed; raises SlackError as `Spots.here`."""
    return await edge.spots.here(
        inbound.workspace_id, inbound.channel_id, inbound.user_id, name=inbound.channel_name
    )


async def spot_of_view(edge: Edge, inbound: Inbound) -> Spot:
    """Return what the metadata of the settings or of the App Home names; raises as `Spots.named`."""
    # The App Home of an earlier release had nothing but the id.
    direct = SettingsTarget(channel_id=inbound.metadata, is_dm=True)
    target = parse_settings_metadata(inbound.metadata) or direct
    # An id of the other kind was not written by us, and no conversation has the id "".
    channel_id = target.channel_id if target.is_consistent else ""
    return await edge.spots.named(
        inbound.workspace_id, channel_id, inbound.user_id, seal=target.seal
    )
