"""The one way by which people's wishes change a stored channel: read, change, compare and write."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.digest.ports import ChannelStore, DeliveryStore
from bot.digest.preference import Channel
from bot.digest.setup import with_next_digest
from bot.errors import StorageError

Edit = Callable[[Channel | None], Channel | None]
"""
Makes the channel as wanted from the one stored (None: none); None: leave it as it is.

It may be called again with a newer channel, so it changes nothing outside that a second call does
not set anew.
"""

# Two people and the clock at once make two rounds; more than this is a fault.
_MAX_ROUNDS = 10


class ChannelDesk:
    """Changes channels so that two clicks at once both count."""

    def __init__(self, channels: ChannelStore, deliveries: DeliveryStore) -> None:
        self._channels = channels
        self._deliveries = deliveries

    async def get(self, workspace_id: str, channel_id: str) -> Channel | None:
        return await self._channels.get(workspace_id, channel_id)

    async def edit(
        self, workspace_id: str, channel_id: str, change: Edit, now: datetime
    ) -> Channel | None:
        """
        Change a channel by *change*, work out its next digest, and return it as stored.

        Raises:
            UsageError: The preference that *change* made is not valid.
            StorageError: Somebody else changed it all the time.
        """
        for _ in range(_MAX_ROUNDS):
            old = await self._channels.get(workspace_id, channel_id)
            wanted = change(old)
            if wanted is None or wanted == old:
                return old
            new = await with_next_digest(self._deliveries, old, wanted, now)
            if await self._channels.save_if(old, new):
                return await self._channels.get(workspace_id, channel_id) or new
        raise StorageError(
            "The channel is being changed by somebody else.", next_step="Try again in a moment."
        )
