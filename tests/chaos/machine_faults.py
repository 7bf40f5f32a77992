"""What machines do: clocks, disks, databases, whole processes away."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta

from tests.chaos.count import Round
from tests.chaos.ground import (
    ABANDONED_SECONDS,
    CATCH_UP_SECONDS,
    POST_TIMEOUT_SECONDS,
    SETTLE_SECONDS,
    TAKEOVER_SECONDS,
    Ground,
)
from tests.chaos.staging import DIE_SECONDS, done, hit, ids, trouble


async def away_too_long(ground: Ground, one: Round) -> None:
    """Nobody runs for longer than the catch-up window: left out, and people told."""
    await ground.kill_all()
    late = timedelta(seconds=CATCH_UP_SECONDS + 120)
    missed = await ground.due_channels(4, late_by=late)
    held = await ground.due_channels(4, late_by=timedelta(seconds=CATCH_UP_SECONDS / 2))
    one.channels += [*missed, *held]
    one.staged += len(missed)
    if ground.draw.random() < 0.7:
        dies = await ground.start(wait=False, CHAOS_KILL_AT=ground.draw.choice(_TELLING))
        if await dies.dies(DIE_SECONDS):
            one.staged += 1
        else:
            one.missed.append("a kill while telling")
        await ground.kill(dies)
    await ground.as_usual()
    await done(ground, one.channels)


_TELLING = ("tell.begun:1", "tell.ended:1", "tell.ended:2", "skipped.begun:1", "skipped.ended:2")


async def clock_jumps(ground: Ground, one: Round) -> None:
    """The machine's clock jumps in the middle, ahead or back, by minutes or hours; later it is right."""
    file = ground.folder / "clock"
    file.write_text("0")
    if ground.is_cluster:
        await ground.kill(ground.bots[0])
    else:
        await ground.kill_all()
    jumps = await ground.start(CHAOS_CLOCK=file)
    channels = await ground.due_channels(9)
    one.channels += channels
    trouble(ground, ids(channels[:6]), "lost")
    for channel in channels[6:]:
        hit(ground, "slow", channel.channel_id, seconds=1.2)
    seconds = ground.draw.choice([-7200, -2400, -60, 60, 2400, 7200, 6 * 3600])
    before = ground.draw.random() < 0.4
    if before:
        file.write_text(str(seconds))
    await ground.wait_for_posts(channels, ground.draw.randint(1, 6), 8.0)
    file.write_text("0" if before else str(seconds))
    one.staged += 1
    await asyncio.sleep(ground.draw.uniform(0.5, 3.0))
    file.write_text("0")
    one.staged += 1
    await done(ground, channels)
    await ground.kill(jumps)
    await ground.as_usual()
    await done(ground, channels)


async def clocks_differ(ground: Ground, one: Round) -> None:
    """Two machines' clocks are minutes apart, posts are slow or lost, and one process dies or sleeps."""
    file = ground.folder / "apart"
    file.write_text(str(ground.draw.choice([-900, -240, 240, 900])))
    await ground.kill_all()
    wrong = await ground.start(CHAOS_CLOCK=file)
    await ground.start()
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:6]:
        kind = ground.draw.choice(["slow", "accept_then_slow", "accept_then_drop"])
        hit(ground, kind, channel.channel_id, seconds=ground.draw.uniform(0.6, 1.3))
    for channel in channels[6:]:
        # Made only after we stopped waiting: who does not let that settle finds nothing.
        late = POST_TIMEOUT_SECONDS + SETTLE_SECONDS / 3
        hit(ground, "slow", channel.channel_id, seconds=late)
    hit(ground, "500", method="conversations.history", times=2)
    one.staged += 1
    await ground.wait_for_posts(channels, ground.draw.randint(0, 6), 8.0)
    fate, bot = ground.draw.choice(["dies", "sleeps", "lives"]), ground.draw.choice(ground.bots)
    if fate == "sleeps":
        os.kill(bot.program.pid, signal.SIGSTOP)
        await asyncio.sleep(TAKEOVER_SECONDS * 1.3 + ABANDONED_SECONDS + SETTLE_SECONDS)
        os.kill(bot.program.pid, signal.SIGCONT)
    elif fate == "dies":
        await ground.kill(bot)
    one.staged += fate != "lives"
    await done(ground, channels)
    if wrong in ground.bots:
        await ground.kill(wrong)
    await ground.as_usual()
    await done(ground, channels)


async def disk_full(ground: Ground, one: Round) -> None:
    """SQLite may not grow for a while, with answers lost and a kill meanwhile."""
    file = ground.folder / "full"
    await ground.kill_all()
    bot = await ground.start(CHAOS_DISK=file)
    full_before = ground.draw.random() < 0.5
    if full_before:
        file.touch()
    channels = await ground.due_channels(12)
    one.channels += channels
    trouble(ground, ids(channels[:4]), "lost")
    if not full_before:
        await ground.wait_for_posts(channels, ground.draw.randint(1, 6), 8.0)
        file.touch()
    one.staged += 1
    await asyncio.sleep(ground.draw.uniform(1.0, 3.0))
    if ground.draw.random() < 0.5:
        await ground.kill(bot)
        bot = await ground.start(CHAOS_DISK=file, wait=False)
        one.staged += 1
        await asyncio.sleep(1.0)
    file.unlink()
    await done(ground, channels)
    await ground.kill(bot)
    await ground.as_usual()
    await done(ground, channels)


async def database_away(ground: Ground, one: Round) -> None:
    """PostgreSQL is stopped in the middle and started again, once or twice."""
    assert ground.server is not None
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:8]:
        hit(ground, "accept_then_slow", channel.channel_id, seconds=ground.draw.uniform(0.3, 1.2))
    for _ in range(ground.draw.randint(1, 2)):
        await ground.wait_for_posts(channels, ground.draw.randint(0, 6), 5.0)
        await asyncio.to_thread(ground.server.stop)
        one.staged += 1
        await asyncio.sleep(ground.draw.uniform(0.2, 2.0))
        if ground.draw.random() < 0.3:
            await ground.kill(ground.draw.choice(ground.bots))
            one.staged += 1
        await asyncio.to_thread(ground.server.start)
    await ground.as_usual()
    await done(ground, channels)


async def roles_apart(ground: Ground, one: Round) -> None:
    """A web, a clock and two workers; the clock and a worker are killed, another clock comes."""
    await ground.kill_all()
    # In turn: who is ready is read from one log.
    for role in ("web", "worker", "worker", "clock"):
        await ground.start(role)
    channels = await ground.due_channels(12)
    one.channels += channels
    trouble(ground, ids(channels[:3]), "lost")
    await ground.wait_for_posts(channels, ground.draw.randint(0, 5), 8.0)
    for bot in (ground.bots[3], ground.bots[ground.draw.choice([1, 2])]):
        await ground.kill(bot)
        one.staged += 1
    await ground.start("clock", wait=False)
    await done(ground, channels)
    await ground.kill_all()
    await ground.as_usual()
