"""The one way by which people's wishes change a stored channel: read, change, write, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import asynccontextmanager
from collections.abc import AsyncIterator
from datetime import datetime

from bot.digest.ports import ChannelStore, DeliveryStore
from bot.digest.preference import Channel
from bot.digest.setup import set_channel

Edit = Callable[[Channel | None], Channel | None]
"""Makes the channel as wanted from the one stored (None: none); None: leave it as it is."""


class ChannelDesk:
    """
    Changes channels so that two clicks at once both count.

    A lock per channel holds within this process; the ledger's rows keep digests single in any case.
    """

    def __init__(self, channels: ChannelStore, deliveries: DeliveryStore) -> None:
        self._channels = channels
        self._deliveries = deliveries
        self._locks: dict[tuple[str, str], tuple[asyncio.Lock, int]] = {}

    async def get(self, workspace_id: str, channel_id: str) -> Channel | None:
        return await self._channels.get(workspace_id, channel_id)

    async def all(self, workspace_id: str) -> list[Channel]:
        return await self._channels.all(workspace_id)

    async def edit(
        self, workspace_id: str, channel_id: str, change: Edit, now: datetime
    ) -> Channel | None:
        """
        Change a channel by *change*, work out its next digest, and return it as stored.

        Raises:
            UsageError: The preference that *change* made is not valid.
        """
        async with self.alone(workspace_id, channel_id):
            old = await self._channels.get(workspace_id, channel_id)
            wanted = change(old)
            if wanted is None or wanted == old:
                return old
            return await set_channel(self._channels, self._deliveries, wanted, now)

    async def remove(self, workspace_id: str, channel_id: str) -> bool:
        async with self.alone(workspace_id, channel_id):
            return await self._channels.remove(workspace_id, channel_id)

    @asynccontextmanager
    async def alone(self, workspace_id: str, channel_id: str) -> AsyncIterator[None]:
        """Hold the channel; a lock that nobody waits for is forgotten."""
        key = (workspace_id, channel_id)
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = (lock, users - 1)
