"""
Use case: what happens to channels in Slack, and what that means for digests and stored data.

    renamed                     the new name is shown; nothing else changes
    id changed                  everything follows the new id
    archived, bot removed       deliveries stop; settings stay, and come back with the channel
    token revoked               the same for every channel of the workspace; the token is forgotten
    unarchived, bot added back  the next digest is planned anew; nothing is made up for
    deleted                     everything stored for the channel goes
    uninstalled                 everything stored for the workspace goes

Slack delivers events more than once and out of order: every function here may run twice. Whoever
set up a digest that ends (or comes back) by this is told once: the change that did it names them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

from bot.digest.desk import ChannelDesk
from bot.digest.ports import ChannelData, ChannelStore
from bot.digest.preference import Channel
from bot.digest.settle import blank
from bot.digest.spot import Spot
from bot.workspace import InstallationStore

# For people; they end a sentence that begins with "No digest comes at the moment:".
ARCHIVED = "the channel is archived"
BOT_REMOVED = "I was removed from the channel; /invite me to bring the digest back"
ACCESS_REVOKED = "my access to this workspace was revoked; an admin has to install me again"


@dataclass(frozen=True, slots=True)
class Added:
    """
    What there is to say when we were added to a channel.

    Attributes:
        greet: It is the first time.
        back: The channel, when its digest comes again by this.
    """

    greet: bool
    back: Channel | None = None


class Lifecycle:
    """
    Follows what Slack says of channels and workspaces.

    Args:
        channels: What is stored of them.
        desk: Their deliveries.
        data: Everything of a workspace.
        installations: Who installed us.
        moved: Told that stories of own feeds belong to another channel id.
    """

    def __init__(
        self,
        *,
        channels: ChannelStore,
        desk: ChannelDesk,
        data: ChannelData,
        installations: InstallationStore,
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        self._moved = moved
        self._channels = channels
        self._desk = desk
        self._data = data
        self._installations = installations

    async def renamed(self, workspace_id: str, channel_id: str, name: str) -> None:
        """Store a channel's new name."""
        await self._channels.rename(workspace_id, channel_id, name)

    async def id_changed(self, workspace_id: str, old_id: str, new_id: str) -> None:
        """Let everything of a channel follow its new id, as when it becomes shared."""
        await self._channels.change_id(workspace_id, old_id, new_id)
        self._moved()

    async def archived(self, workspace_id: str, channel_id: str, now: datetime) -> Channel | None:
        """Stop deliveries to an archived channel; return it when its digest came until now."""
        return await self._stop(workspace_id, channel_id, ARCHIVED, now)

    async def unarchived(self, workspace_id: str, channel_id: str, now: datetime) -> None:
        """Plan digests anew. Archiving removes bots, so an invitation may be needed first."""
        await self._resume(workspace_id, channel_id, {ARCHIVED}, now)

    async def deleted(self, workspace_id: str, channel_id: str) -> Channel | None:
        """Delete everything stored for a channel; return it when its digest came until now."""
        channel = await self._channels.get(workspace_id, channel_id)
        # Of several deliveries of the event one removes the row, and that one tells.
        removed = await self._channels.remove(workspace_id, channel_id)
        await self._data.erase(workspace_id, channel_id)
        return channel if channel is not None and removed and _comes(channel) else None

    async def bot_removed(
        self, workspace_id: str, channel_id: str, now: datetime
    ) -> Channel | None:
        """Stop deliveries to a channel that we were removed from; return it as `archived` does."""
        return await self._stop(workspace_id, channel_id, BOT_REMOVED, now)

    async def bot_added(self, spot: Spot, now: datetime) -> Added:
        """Plan digests anew, and return what there is to say about it."""
        greet, back = False, False

        def change(channel: Channel | None) -> Channel | None:
            nonlocal greet, back
            known = channel or blank(spot)
            greet = not known.greeted
            # Who is in the channel again can post to it, so it is not archived either.
            reason = "" if known.state_reason in {BOT_REMOVED, ARCHIVED} else known.state_reason
            new = replace(known, name=spot.name or known.name, greeted=True, state_reason=reason)
            back = _comes(new) and not _comes(known)
            return new

        channel = await self._desk.edit(spot.workspace_id, spot.channel_id, change, now)
        return Added(greet=greet, back=channel if back else None)

    async def token_revoked(self, workspace_id: str, now: datetime) -> None:
        """Forget the token and stop every channel; settings stay for a new installation."""
        await self._installations.forget_token(workspace_id)
        for channel in await self._channels.all(workspace_id):
            await self._stop(workspace_id, channel.channel_id, ACCESS_REVOKED, now)

    async def installed(self, workspace_id: str, now: datetime) -> None:
        """Plan digests anew after a new installation, or at a start with a token that works."""
        for channel in await self._channels.all(workspace_id):
            await self._resume(workspace_id, channel.channel_id, {ACCESS_REVOKED}, now)

    async def uninstalled(self, workspace_id: str) -> None:
        """Delete everything stored for a workspace."""
        await self._installations.remove(workspace_id)

    async def _stop(
        self, workspace_id: str, channel_id: str, reason: str, now: datetime
    ) -> Channel | None:
        """Stop a channel; return it when this very call ended its digests, so that it is told once."""
        ended = False

        def change(channel: Channel) -> Channel:
            nonlocal ended
            ended = _comes(channel)
            return replace(channel, state_reason=reason)

        channel = await self._edit(workspace_id, channel_id, change, now)
        return channel if ended else None

    async def _resume(
        self, workspace_id: str, channel_id: str, reasons: Collection[str], now: datetime
    ) -> None:
        def change(channel: Channel) -> Channel:
            return replace(channel, state_reason="") if channel.state_reason in reasons else channel

        await self._edit(workspace_id, channel_id, change, now)

    async def _edit(
        self,
        workspace_id: str,
        channel_id: str,
        change: Callable[[Channel], Channel],
        now: datetime,
    ) -> Channel | None:
        return await self._desk.edit(
            workspace_id, channel_id, lambda channel: channel and change(channel), now
        )


def _comes(channel: Channel) -> bool:
    """Return whether a channel's digest comes, as far as the channel itself goes."""
    return channel.preference.on and not channel.state_reason
