"""Changing what a channel wants, so that its next digest is neither lost nor doubled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.digest.delivery import DeliveryKey
from bot.digest.ports import ChannelStore, DeliveryStore
from bot.digest.preference import Channel, validate
from bot.digest.schedule import after_change, date_of
from bot.errors import UsageError


async def set_channel(
    channels: ChannelStore, deliveries: DeliveryStore, wanted: Channel, now: datetime
) -> Channel:
    """
    Store a channel as wanted, with its next digest worked out anew by `schedule.after_change`.

    Args:
        channels: Where it is stored.
        deliveries: Tells whether today has its digest already.
        wanted: The new name, preference and `set_up_by`; its two instants are ignored.
        now: Aware UTC.

    Returns:
        The channel as stored.

    Raises:
        UsageError: The preference is not valid; every fault is named.
    """
    old = await channels.get(wanted.workspace_id, wanted.channel_id)
    channel = await with_next_digest(deliveries, old, wanted, now)
    await channels.save(channel)
    return channel


async def with_next_digest(
    deliveries: DeliveryStore, old: Channel | None, wanted: Channel, now: datetime
) -> Channel:
    """
    Return a channel as wanted with its two instants, not stored yet; `set_channel` says more.

    A channel that Slack stopped (`state_reason`) has no next digest, whatever people want.

    Raises:
        UsageError: The preference is not valid; every fault is named.
    """
    if problems := validate(wanted.preference):
        raise UsageError(" ".join(sentence for _, sentence in problems))
    next_due_at = after_change(
        old.preference if old else None,
        old.next_due_at if old else None,
        wanted.preference,
        now,
        await _last_on(deliveries, wanted, now),
    )
    return replace(
        wanted,
        switched_on_at=_switched_on_at(old, wanted, now),
        is_set_up=wanted.is_set_up or wanted.preference.on,
        next_due_at=None if wanted.state_reason else next_due_at,
    )


def _switched_on_at(old: Channel | None, wanted: Channel, now: datetime) -> datetime | None:
    if not wanted.preference.on:
        return None
    if old is not None and old.preference.on:
        return old.switched_on_at
    return now


async def _last_on(deliveries: DeliveryStore, channel: Channel, now: datetime) -> date | None:
    """
    Return the newest local date that has a delivery, when it is today or later.

    Another zone can have been a date ahead; earlier dates do not matter to what comes next.
    """
    today = date_of(channel.preference, now)
    for ahead in (2, 1, 0):
        on = today + timedelta(days=ahead)
        key = DeliveryKey(workspace_id=channel.workspace_id, channel_id=channel.channel_id, on=on)
        if await deliveries.get(key) is not None:
            return on
    return None
