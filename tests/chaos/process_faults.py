"""What happens to processes: killed at named steps and at any moment, stopped, replaced."""

from __future__ import annotations

import asyncio
import os
import signal

from bot.digest.preference import Channel
from tests.chaos.count import Round
from tests.chaos.ground import (
    ABANDONED_SECONDS,
    SETTLE_SECONDS,
    TAKEOVER_SECONDS,
    Ground,
)
from tests.chaos.staging import DIE_SECONDS, done, hit, trouble

# Every commit of the ledger and every call to Slack, before and after it; which digests have to be
# in trouble for a process to come there.
STEPS = {
    "open": "",
    "compose": "",
    "composed": "",
    "sending": "",
    "post": "",
    "sent": "",
    "unknown": "lost",
    "reconciling": "lost",
    "find": "lost",
    "tell": "refused",
    "dead": "refused",
    "skipped": "unreadable",
}
POINTS = tuple(f"{step}.{side}" for step in STEPS for side in ("begun", "ended"))
_LIGHT = ("429", "500", "accept_then_500", "accept_then_drop")


async def killed_at(point: str, ground: Ground, one: Round) -> None:
    """Kill -9 at a named step; with one process restarted, with several replaced by another."""
    kind = STEPS[point.partition(".")[0]]
    await ground.kill_all()
    if ground.is_cluster:
        # Beside it a process that does what does not lead there.
        ready = ground.said_ready()
        beside = await ground.start("worker" if point.startswith("open") else "clock", wait=False)
    dies = await ground.start(CHAOS_KILL_AT=f"{point}:{ground.draw.randint(1, 2)}")
    if ground.is_cluster:
        await ground.ready(beside, ready + 1)
    # Set up after the start: nothing but the digests themselves brings it to the point.
    channels = await _in_trouble(ground, kind)
    one.channels += channels
    died = await dies.dies(DIE_SECONDS)
    one.staged += died
    one.missed += [] if died else [point]
    await ground.kill(dies)
    await ground.start(wait=False)
    await done(ground, channels)
    if ground.is_cluster:
        await ground.kill(beside)


async def _in_trouble(ground: Ground, kind: str) -> list[Channel]:
    """Have digests due, with Slack prepared before they are."""
    coming = [place.id for _, place in ground.next_places(12)]
    trouble(ground, coming, kind)
    for channel in [] if kind else coming[::2]:
        hit(ground, ground.draw.choice(_LIGHT), channel)
    return await ground.due_channels(len(coming))


async def killed_anytime(ground: Ground, one: Round) -> None:
    """Kill -9 at random moments, again and again, while Slack is slow and loses answers."""
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:6]:
        kind = ground.draw.choice(["accept_then_slow", "accept_then_drop", "slow", "500"])
        hit(ground, kind, channel.channel_id, seconds=ground.draw.uniform(0.2, 1.2))
    for _ in range(ground.draw.randint(2, 3)):
        await asyncio.sleep(ground.draw.uniform(0.0, 1.5))
        await ground.kill(ground.draw.choice(ground.bots))
        one.staged += 1
        await ground.start(wait=ground.draw.random() < 0.7)
    await done(ground, channels)


async def asleep(ground: Ground, one: Round) -> None:
    """A process is stopped in the middle for longer than the takeover takes, and woken again."""
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:8]:
        hit(ground, "accept_then_slow", channel.channel_id, seconds=0.5)
    await ground.wait_for_posts(channels, ground.draw.randint(0, 4), 10.0)
    sleeper = ground.draw.choice(ground.bots)
    os.kill(sleeper.program.pid, signal.SIGSTOP)
    await asyncio.sleep(TAKEOVER_SECONDS * 1.3 + ABANDONED_SECONDS + SETTLE_SECONDS)
    os.kill(sleeper.program.pid, signal.SIGCONT)
    one.staged += 1
    await done(ground, channels)


async def one_less(ground: Ground, one: Round) -> None:
    """Two or three processes, one killed in the middle and not restarted."""
    if not ground.is_cluster:
        return await killed_anytime(ground, one)
    await ground.as_usual()
    if ground.draw.random() < 0.5:
        await ground.start()
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:8]:
        hit(ground, "accept_then_slow", channel.channel_id, seconds=1.0)
    await ground.wait_for_posts(channels, ground.draw.randint(0, 6), 10.0)
    await ground.kill(ground.draw.choice(ground.bots))
    one.staged += 1
    await done(ground, channels)
    while len(ground.bots) > 2:
        await ground.kill(ground.bots[0])
    return None


async def stopped_politely(ground: Ground, one: Round) -> None:
    """A new version: the old process is told to stop in the middle while the next one starts."""
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:6]:
        hit(ground, "accept_then_slow", channel.channel_id, seconds=ground.draw.uniform(0.5, 3))
    await ground.wait_for_posts(channels, ground.draw.randint(0, 4), 10.0)
    old = ground.bots[0]
    old.program.stop()
    one.staged += 1
    if ground.is_cluster:
        await ground.start()
    if await old.dies(10.0):
        await ground.kill(old)
    await ground.as_usual()
    await done(ground, channels)
