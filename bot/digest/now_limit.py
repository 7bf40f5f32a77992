"""
Whether `/digest now` posts something (pure): before today's digest it *is* today's digest,
afterwards it leads to it, and nobody floods a channel with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.digest.delivery import Delivery, DeliveryState
from bot.digest.preference import Channel
from bot.digest.schedule import date_of

MAX_TRIES_PER_HOUR = 3
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostNow:
    """Open today's digest, or start it again when it failed (`again`)."""

    sentence: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedAlready:
    """Today's digest is there: show the sentence with a link to the message `ts`."""

    sentence: str
    ts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotNow:
    """Nothing is posted, and why."""

    sentence: str


NowOutcome = PostNow | PostedAlready | NotNow


def decide_now(
    channel: Channel | None,
    today: Delivery | None,
    tries: Sequence[datetime],
    now: datetime,
) -> NowOutcome:
    """
    Return what `/digest now` does.

    Args:
        channel: As stored.
        today: The delivery of the channel's local date, or None.
        tries: When `/digest now` made a digest in this channel lately, any order.
        now: Aware instant.
    """
    if channel is None or not channel.preference.on:
        return NotNow(sentence=_OFF)
    if stopped := _stopped(channel, today, now):
        return NotNow(sentence=stopped)
    if today is not None and today.state is DeliveryState.SENT:
        return PostedAlready(sentence="Today's digest is here already.", ts=today.ts or "")
    if today is not None and today.state not in {DeliveryState.SKIPPED, DeliveryState.DEAD}:
        return NotNow(sentence="Today's digest is on its way; it will be here in a moment.")
    recent = sorted(at for at in tries if now - at < HOUR)
    if len(recent) >= MAX_TRIES_PER_HOUR:
        return NotNow(sentence=_too_often(recent[-MAX_TRIES_PER_HOUR] + HOUR - now))
    return PostNow(sentence="Today's digest is on its way.", again=today is not None)


_OFF = (
    "The digest is off here: `/digest on 9:00` switches it on, and `/digest preview` shows one to "
    "you alone."
)


def _stopped(channel: Channel, today: Delivery | None, now: datetime) -> str:
    """Return why none can be posted although the digest is on, or ""."""
    if channel.state_reason:
        return f"No digest can be posted: {channel.state_reason}."
    if today is None and _is_paused(channel, now):
        return "The digest is paused; `/digest resume` ends the pause."
    return ""


def _is_paused(channel: Channel, now: datetime) -> bool:
    paused_until = channel.preference.paused_until
    return paused_until is not None and date_of(channel.preference, now) < paused_until


def _too_often(wait: timedelta) -> str:
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    return (
        f"It was tried {MAX_TRIES_PER_HOUR} times within an hour; try again in {minutes} "
        f"{'minute' if minutes == 1 else 'minutes'}, or look with `/digest preview`."
    )
