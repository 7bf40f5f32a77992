"""What happens to channels: renamed, archived, back, deleted, with another id; we join and leave."""

from __future__ import annotations

from bot.digest.spot import Spot
from bot.render.people_messages import greeting
from handlers.edge import Edge
from handlers.inbound import Inbound


async def event_rename(edge: Edge, inbound: Inbound) -> None:
    """Show the new name from now on."""
    channel = inbound.event.get("channel")
    name = str(channel.get("name", "")) if isinstance(channel, dict) else ""
    edge.places_changed(inbound.workspace_id, inbound.channel_id)
    await edge.lifecycle.renamed(inbound.workspace_id, inbound.channel_id, name)


async def event_archive(edge: Edge, inbound: Inbound) -> None:
    """Stop deliveries."""
    await edge.lifecycle.archived(inbound.workspace_id, inbound.channel_id, edge.clock.now())


async def event_unarchive(edge: Edge, inbound: Inbound) -> None:
    """Go on."""
    await edge.lifecycle.unarchived(inbound.workspace_id, inbound.channel_id, edge.clock.now())


async def event_deleted(edge: Edge, inbound: Inbound) -> None:
    """Erase everything of the channel."""
    edge.places_changed(inbound.workspace_id, inbound.channel_id)
    await edge.lifecycle.deleted(inbound.workspace_id, inbound.channel_id)


async def event_left(edge: Edge, inbound: Inbound) -> None:
    """Stop deliveries: we were removed."""
    edge.places_changed(inbound.workspace_id, inbound.channel_id)
    await edge.lifecycle.bot_removed(inbound.workspace_id, inbound.channel_id, edge.clock.now())


async def event_id_changed(edge: Edge, inbound: Inbound) -> None:
    """Let everything follow the new id."""
    old, new = inbound.event.get("old_channel_id"), inbound.event.get("new_channel_id")
    if isinstance(old, str) and isinstance(new, str) and old and new:
        await edge.lifecycle.id_changed(inbound.workspace_id, old, new)


async def event_joined(edge: Edge, inbound: Inbound) -> None:
    """Greet once where somebody invited us; joining by ourselves follows somebody's wish already."""
    edge.places_changed(inbound.workspace_id, inbound.channel_id)
    if inbound.user_id != inbound.bot_user_id:
        return
    spot = Spot(workspace_id=inbound.workspace_id, channel_id=inbound.channel_id)
    first = await edge.lifecycle.bot_added(spot, edge.clock.now())
    if first and inbound.event.get("inviter"):
        key = f"greeting:{inbound.workspace_id}:{inbound.channel_id}"
        await edge.announce(inbound.workspace_id, inbound.channel_id, greeting(), key=key)
