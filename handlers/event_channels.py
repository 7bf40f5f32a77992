"""What happens to channels: renamed, archived, back, deleted, with another id; we join and leave."""

from __future__ import annotations

from bot.digest.preference import Channel
from bot.digest.spot import Spot
from bot.render.people_messages import ChannelEnd, channel_ended, greeting
from handlers.edge import Edge
from handlers.inbound import Inbound


async def event_rename(edge: Edge, inbound: Inbound) -> None:
    """Show the new name from now on."""
    channel = inbound.event.get("channel")
    name = str(channel.get("name", "")) if isinstance(channel, dict) else ""
    edge.places_changed(inbound.workspace_id, inbound.channel_id)
    await edge.lifecycle.renamed(inbound.workspace_id, inbound.channel_id, name)


async def event_archive(edge: Edge, inbound: Inbound) -> None:
    """Stop deliveries, and tell who set the digest up."""
    ended = await edge.lifecycle.archived(
        inbound.workspace_id, inbound.channel_id, edge.clock.now()
    )
    await _tell(edge, inbound, ended, ChannelEnd.ARCHIVED)


async def event_unarchive(edge: Edge, inbound: Inbound) -> None:
    """Go on."""
    await edge.lifecycle.unarchived(inbound.workspace_id, inbound.channel_id, edge.clock.now())


async def event_deleted(edge: Edge, inbound: Inbound) -> None:
    """Erase everything of the channel, and tell who set the digest up."""
    edge.places_changed(inbound.workspace_id, inbound.channel_id)
    ended = await edge.lifecycle.deleted(inbound.workspace_id, inbound.channel_id)
    await _tell(edge, inbound, ended, ChannelEnd.DELETED)


async def event_left(edge: Edge, inbound: Inbound) -> None:
    """Stop deliveries, since we were removed, and tell who set the digest up."""
    edge.places_changed(inbound.workspace_id, inbound.channel_id)
    ended = await edge.lifecycle.bot_removed(
        inbound.workspace_id, inbound.channel_id, edge.clock.now()
    )
    await _tell(edge, inbound, ended, ChannelEnd.REMOVED)


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
    added = await edge.lifecycle.bot_added(spot, edge.clock.now())
    if added.greet and inbound.event.get("inviter"):
        key = f"greeting:{inbound.workspace_id}:{inbound.channel_id}"
        await edge.announce(inbound.workspace_id, inbound.channel_id, greeting(), key=key)
    await _tell(edge, inbound, added.back, ChannelEnd.BACK)


async def _tell(edge: Edge, inbound: Inbound, channel: Channel | None, what: ChannelEnd) -> None:
    """Write to who switched the digest on last; the command line leaves nobody to write to."""
    if channel is not None and channel.set_up_by:
        message = channel_ended(what, channel.name)
        key = f"{what.value}:{inbound.event_id}"
        await edge.announce(inbound.workspace_id, channel.set_up_by, message, key=key)
