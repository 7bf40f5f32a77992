"""What the faults of all kinds do: prepare Slack, and wait for the end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from bot.digest.preference import Channel
from bot.sandbox.faults import Fault
from tests.chaos.count import Round, is_settled
from tests.chaos.ground import Ground

# How long a process that is to die at a named step has for coming there.
DIE_SECONDS = 7.0


def hit(ground: Ground, kind: str, channel: str = "", **more: object) -> Fault:
    """Let Slack do this to a post in a channel (its id; "" is any), once unless *more* says so."""
    wanted = {"method": "chat.postMessage", **more}
    return ground.sandbox.faults.add(kind=kind, channel=channel, **wanted)


def trouble(ground: Ground, channels: Iterable[str], kind: str) -> None:
    """Prepare Slack for digests that get into a kind of trouble."""
    for channel in channels:
        if kind in {"lost", "unreadable"}:
            hit(ground, "accept_then_drop" if kind == "lost" else "drop_before", channel)
        if kind == "unreadable":
            gone = "conversations.history"
            hit(ground, "error", channel, method=gone, error="missing_scope", times=9)
        if kind == "refused":
            hit(ground, "error", channel, error="is_archived", times=9)


def ids(channels: Iterable[Channel]) -> list[str]:
    return [channel.channel_id for channel in channels]


async def done(ground: Ground, channels: list[Channel], timeout_seconds: float = 12.0) -> None:
    """Wait until each digest has ended; what takes longer is waited for at the end of the run."""
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout_seconds
    one = Round("", channels)
    while loop.time() < until and any(bot.is_alive for bot in ground.bots):
        if await is_settled(ground, one):
            return
        await asyncio.sleep(0.2)
