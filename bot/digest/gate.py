"""Whether a delivery is still worth going on with; what is not is skipped, and people are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.digest import transitions
from bot.digest.delivery import Delivery, DeliveryState
from bot.digest.notices import REMOVED, STOPPED, SWITCHED_OFF, too_late_reason
from bot.digest.plan import too_late
from bot.digest.ports import ChannelStore, DeliveryStore
from bot.digest.preference import Channel
from bot.digest.tell import Teller
from bot.digest.transitions import Limits


class Gate:
    """Asked before composing and before posting."""

    def __init__(
        self,
        *,
        channels: ChannelStore,
        deliveries: DeliveryStore,
        teller: Teller,
        limits: Limits,
    ) -> None:
        self._channels = channels
        self._deliveries = deliveries
        self._teller = teller
        self._limits = limits

    async def still_wanted(self, row: Delivery, now: datetime) -> Channel | None:
        """Return the channel when it still wants this digest in time; else skip the delivery."""
        channel = await self._channels.get(row.key.workspace_id, row.key.channel_id)
        if reason := _unwanted_reason(channel, row):
            await self._deliveries.change(row, transitions.skip(row, reason))
            return None
        if self.is_too_late(row, now):
            await self.miss([row])
            return None
        return channel

    async def miss(self, rows: Sequence[Delivery]) -> None:
        """Skip what is too late, and tell each person once about all of it, before it is written."""
        ends = [(row, transitions.skip(row, await self._too_late_reason(row))) for row in rows]
        await self._teller.tell_missed([new for _, new in ends])
        for row, new in ends:
            await self._deliveries.change(row, new)

    def is_too_late(self, row: Delivery, now: datetime) -> bool:
        """Return whether the catch-up window of a digest that is not posted yet has passed."""
        if row.state not in {DeliveryState.DUE, DeliveryState.COMPOSED}:
            return False
        return too_late(row.due_at, now, self._limits.catch_up)

    async def _too_late_reason(self, row: Delivery) -> str:
        channel = await self._channels.get(row.key.workspace_id, row.key.channel_id)
        zone_name = channel.preference.zone if channel else "UTC"
        return too_late_reason(row.due_at, zone_name, self._limits.catch_up, row.reason)


def _unwanted_reason(channel: Channel | None, row: Delivery) -> str:
    """Return why nobody wants the digest any more, or ""; people did this, so nobody is told."""
    if channel is None:
        return REMOVED
    paused_until = channel.preference.paused_until
    if not channel.preference.on or (paused_until is not None and row.key.on < paused_until):
        return SWITCHED_OFF
    if channel.state_reason:
        return f"{STOPPED}: {channel.state_reason}"
    return ""
