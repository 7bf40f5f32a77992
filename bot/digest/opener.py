"""Opening deliveries: from channels whose time has come, or of which somebody wants today's now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.digest import transitions
from bot.digest.delivery import Delivery, DeliveryKey
from bot.digest.opening import Opening, openings
from bot.digest.plan import Plan, plan
from bot.digest.ports import ChannelStore, DeliveryStore
from bot.digest.preference import Channel
from bot.digest.schedule import date_of, next_due_at
from bot.digest.tell import Teller
from bot.digest.transitions import Limits
from bot.digest.zones import UnknownZone
from bot.errors import StorageError

# Deciding for more at once would hold the event loop for too long.
_BATCH = 100
# Each round follows a change that somebody made meanwhile; more than this is a fault.
_MAX_ROUNDS = 10


class Opener:
    """
    Inserts rows in state `due`, and moves each channel's `next_due_at` in the same transaction.

    Every decision is compared with the channel as it is when the row is written: what a preference
    was changed to in between is not overwritten.
    """

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

    async def open_due(
        self, now: datetime
    ) -> tuple[list[tuple[DeliveryKey, datetime]], list[Delivery]]:
        """Open what is due, and return what is to be delivered (with its due time) and was missed."""
        opened: list[tuple[DeliveryKey, datetime]] = []
        missed: list[Delivery] = []
        seen: set[tuple[str, str]] = set()
        while True:
            batch = await self._channels.due(now, _BATCH)
            fresh = [channel for channel in batch if channel.key not in seen]
            seen.update(channel.key for channel in fresh)
            await self._open(fresh, now, opened, missed)
            if len(batch) < _BATCH or not fresh:
                return opened, missed

    async def open_today(self, channel: Channel, now: datetime) -> DeliveryKey:
        """
        Open today's delivery of a channel if it is not there yet, and return its key.

        Raises:
            StorageError: Somebody changed the channel all the time.
        """
        for _ in range(_MAX_ROUNDS):
            key = _today(channel, now)
            if await self._deliveries.get(key) is not None:
                return key
            following = next_due_at(channel.preference, now, last_on=key.on)
            expected = channel.next_due_at
            if await self._deliveries.open(key, now, following, expected_next_due_at=expected):
                return key
            newer = await self._channels.get(*channel.key)
            if newer is None or not newer.preference.on:
                # Nobody wants it any more; there is no row to be delivered.
                return key
            channel = newer
        raise StorageError(
            "The channel is being changed by somebody else.", next_step="Try again in a moment."
        )

    async def _open(
        self,
        channels: Sequence[Channel],
        now: datetime,
        opened: list[tuple[DeliveryKey, datetime]],
        missed: list[Delivery],
    ) -> None:
        """Open what a batch of due channels needs, in one transaction."""
        wanted: list[Opening] = []
        to_deliver: set[DeliveryKey] = set()
        for channel in channels:
            decision = await self._decide(channel, now)
            rows = openings(channel, decision) if decision else []
            wanted += rows
            if decision and decision.deliver:
                to_deliver.add(rows[-1].key)
        fresh = await self._deliveries.open_many(wanted)
        for row, is_fresh in zip(wanted, fresh, strict=True):
            if is_fresh and row.key in to_deliver:
                opened.append((row.key, row.due_at))
            elif is_fresh:
                missed.append(transitions.opened(row.key, row.due_at))

    async def _decide(self, channel: Channel, now: datetime) -> Plan | None:
        """Return what is due; None when nothing is, and then the channel was moved on."""
        try:
            decision = plan(channel, now, self._limits.catch_up)
        except UnknownZone:
            await self._teller.tell_zone_lost(channel)
            await self._channels.save_if(channel, replace(channel, next_due_at=None))
            return None
        if decision.deliver is None and not decision.missed:
            later = replace(channel, next_due_at=decision.next_due_at)
            await self._channels.save_if(channel, later)
            return None
        return decision


def _today(channel: Channel, now: datetime) -> DeliveryKey:
    on = date_of(channel.preference, now)
    return DeliveryKey(workspace_id=channel.workspace_id, channel_id=channel.channel_id, on=on)
