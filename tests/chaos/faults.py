"""
The faults: each stages a few on a round of digests, and leaves the bots running as usual.

A fault of Slack's is counted when it hit a call; the others when they were done. What could not be
staged (a process that never came to the point where it was to be killed) is not counted.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from bot.digest.preference import Channel
from tests.chaos.count import Round, is_settled
from tests.chaos.ground import (
    ABANDONED_SECONDS,
    CATCH_UP_SECONDS,
    POST_TIMEOUT_SECONDS,
    SETTLE_SECONDS,
    TAKEOVER_SECONDS,
    Ground,
)

Fault = Callable[[Ground, Round], Awaitable[None]]

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
_DIE_SECONDS = 7.0


# Slack


def _add(ground: Ground, kind: str, channel: str = "", **more: object) -> None:
    """Let Slack do this to a post in a channel (its id; "" is any), once unless *more* says so."""
    ground.sandbox.faults.add(kind=kind, channel=channel, **{"method": "chat.postMessage", **more})


def _trouble(ground: Ground, channels: Iterable[str], kind: str) -> None:
    """Prepare Slack for digests that get into a kind of trouble."""
    for channel in channels:
        if kind in {"lost", "unreadable"}:
            _add(ground, "accept_then_drop" if kind == "lost" else "drop_before", channel)
        if kind == "unreadable":
            gone = "conversations.history"
            _add(ground, "error", channel, method=gone, error="missing_scope", times=9)
        if kind == "refused":
            _add(ground, "error", channel, error="is_archived", times=9)


def _ids(channels: Iterable[Channel]) -> list[str]:
    return [channel.channel_id for channel in channels]


async def lost_answers(ground: Ground, one: Round) -> None:
    """Slack takes the message and the connection ends; or it ends before, again and again."""
    channels = await ground.due_channels(48)
    one.channels += channels
    for channel in channels:
        for _ in range(ground.draw.randint(0, 2)):
            _add(ground, "drop_before", channel.channel_id)
        _add(ground, "accept_then_drop", channel.channel_id)
    await _done(ground, channels)


async def timeouts(ground: Ground, one: Round) -> None:
    """Slack takes the message and answers after we stopped waiting, or only makes it then."""
    channels = await ground.due_channels(36)
    one.channels += channels
    late = POST_TIMEOUT_SECONDS + SETTLE_SECONDS / 5
    for channel in channels:
        if ground.draw.random() < 0.5:
            _add(ground, "accept_then_slow", channel.channel_id, seconds=POST_TIMEOUT_SECONDS + 1)
        else:
            _add(ground, "slow", channel.channel_id, seconds=late)
    await _done(ground, channels)


async def server_errors(ground: Ground, one: Round) -> None:
    """5xx answers, to calls that happened and to calls that did not, several times in a row."""
    channels = await ground.due_channels(48)
    one.channels += channels
    for channel in channels:
        for _ in range(ground.draw.randint(1, 4)):
            _add(ground, ground.draw.choice(["500", "accept_then_500"]), channel.channel_id)
    await _done(ground, channels)


async def storm(ground: Ground, one: Round) -> None:
    """429 to posts, to looking for them, and to telling people."""
    channels = await ground.due_channels(40)
    one.channels += channels
    for channel in channels:
        _add(ground, "429", channel.channel_id, times=ground.draw.randint(1, 2), retry_after=1)
    _trouble(ground, _ids(channels[:4]), "lost")
    _add(ground, "429", method="conversations.history", times=6, retry_after=1)
    await _done(ground, channels)


async def refusals(ground: Ground, one: Round) -> None:
    """Slack will never take it: the channel is archived, or nobody may read whether it did."""
    channels = await ground.due_channels(6, tell=ground.draw.random() < 0.7)
    one.channels += channels
    _trouble(ground, _ids(channels[:3]), "refused")
    _trouble(ground, _ids(channels[3:]), "unreadable")
    await _done(ground, channels)


async def sockets(ground: Ground, one: Round) -> None:
    """The websocket is cut, acks get lost, and events come again and again."""
    channels = await ground.due_channels(6)
    one.channels += channels
    for _ in range(3):
        ground.sandbox.sockets.cut()
        ground.sandbox.sockets.ignore_acks = 1
        await asyncio.sleep(0.3)
        user = next(iter(ground.workspaces[0].users.values()))
        talked = ground.sandbox.as_user(user.id)
        talked.post(next(iter(ground.workspaces[0].channels.values())).id, "Good morning")
        for envelope in list(ground.sandbox.deliveries.log)[-2:]:
            ground.sandbox.deliveries.redeliver(envelope.event_id, times=2)
            one.staged += 2
        one.staged += 2
    await _done(ground, channels)


# Processes


async def killed_at(point: str, ground: Ground, one: Round) -> None:
    """Kill -9 at a named step; with one process restarted, with several replaced by another."""
    trouble = STEPS[point.partition(".")[0]]
    await ground.kill_all()
    if ground.is_cluster:
        # Beside it a process that does what does not lead there.
        ready = ground.said_ready()
        beside = await ground.start("worker" if point.startswith("open") else "clock", wait=False)
    dies = await ground.start(CHAOS_KILL_AT=f"{point}:{ground.draw.randint(1, 2)}")
    if ground.is_cluster:
        await ground.ready(beside, ready + 1)
    # Set up after the start: nothing but the digests themselves brings it to the point.
    channels = await _in_trouble(ground, trouble)
    one.channels += channels
    one.staged += await dies.dies(_DIE_SECONDS)
    await ground.kill(dies)
    await ground.start()
    await _done(ground, channels)
    if ground.is_cluster:
        await ground.kill(beside)


async def _in_trouble(ground: Ground, kind: str) -> list[Channel]:
    """Have digests due, with Slack prepared before they are."""
    coming = [place.id for _, place in ground.next_places(12)]
    _trouble(ground, coming, kind)
    for channel in [] if kind else coming[::2]:
        _add(ground, ground.draw.choice(_LIGHT), channel)
    return await ground.due_channels(len(coming))


async def killed_anytime(ground: Ground, one: Round) -> None:
    """Kill -9 at random moments, again and again, while Slack is slow and loses answers."""
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:6]:
        kind = ground.draw.choice(["accept_then_slow", "accept_then_drop", "slow", "500"])
        _add(ground, kind, channel.channel_id, seconds=ground.draw.uniform(0.2, 1.2))
    for _ in range(ground.draw.randint(2, 3)):
        await asyncio.sleep(ground.draw.uniform(0.0, 1.5))
        await ground.kill(ground.draw.choice(ground.bots))
        one.staged += 1
        await ground.start(wait=ground.draw.random() < 0.7)
    await _done(ground, channels)


async def asleep(ground: Ground, one: Round) -> None:
    """A process is stopped in the middle for longer than the takeover takes, and woken again."""
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:8]:
        _add(ground, "accept_then_slow", channel.channel_id, seconds=0.5)
    await ground.wait_for_posts(channels, ground.draw.randint(0, 4), 10.0)
    sleeper = ground.draw.choice(ground.bots)
    os.kill(sleeper.program.pid, signal.SIGSTOP)
    await asyncio.sleep(TAKEOVER_SECONDS * 1.3 + ABANDONED_SECONDS + SETTLE_SECONDS)
    os.kill(sleeper.program.pid, signal.SIGCONT)
    one.staged += 1
    await _done(ground, channels)


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
        _add(ground, "accept_then_slow", channel.channel_id, seconds=1.0)
    await ground.wait_for_posts(channels, ground.draw.randint(0, 6), 10.0)
    await ground.kill(ground.draw.choice(ground.bots))
    one.staged += 1
    await _done(ground, channels)
    while len(ground.bots) > 2:
        await ground.kill(ground.bots[0])
    return None


async def stopped_politely(ground: Ground, one: Round) -> None:
    """A new version: the old process is told to stop in the middle while the next one starts."""
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:6]:
        _add(ground, "accept_then_slow", channel.channel_id, seconds=ground.draw.uniform(0.5, 3))
    await ground.wait_for_posts(channels, ground.draw.randint(0, 4), 10.0)
    old = ground.bots[0]
    old.program.stop()
    one.staged += 1
    if ground.is_cluster:
        await ground.start()
    if await old.dies(10.0):
        await ground.kill(old)
    await ground.as_usual()
    await _done(ground, channels)


# The machine


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
        if await dies.dies(_DIE_SECONDS):
            one.staged += 1
        await ground.kill(dies)
    await ground.as_usual()
    await _done(ground, one.channels)


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
    _trouble(ground, _ids(channels[:6]), "lost")
    for channel in channels[6:]:
        _add(ground, "slow", channel.channel_id, seconds=1.2)
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
    await _done(ground, channels)
    await ground.kill(jumps)
    await ground.as_usual()
    await _done(ground, channels)


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
    _trouble(ground, _ids(channels[:4]), "lost")
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
    await _done(ground, channels)
    await ground.kill(bot)
    await ground.as_usual()
    await _done(ground, channels)


async def database_away(ground: Ground, one: Round) -> None:
    """PostgreSQL is stopped in the middle and started again, once or twice."""
    assert ground.server is not None
    channels = await ground.due_channels(12)
    one.channels += channels
    for channel in channels[:8]:
        _add(ground, "accept_then_slow", channel.channel_id, seconds=ground.draw.uniform(0.3, 1.2))
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
    await _done(ground, channels)


async def roles_apart(ground: Ground, one: Round) -> None:
    """A web, a clock and two workers; the clock and a worker are killed, another clock comes."""
    await ground.kill_all()
    # In turn: who is ready is read from one log.
    for role in ("web", "worker", "worker", "clock"):
        await ground.start(role)
    channels = await ground.due_channels(12)
    one.channels += channels
    _trouble(ground, _ids(channels[:3]), "lost")
    await ground.wait_for_posts(channels, ground.draw.randint(0, 5), 8.0)
    for bot in (ground.bots[3], ground.bots[ground.draw.choice([1, 2])]):
        await ground.kill(bot)
        one.staged += 1
    await ground.start("clock", wait=False)
    await _done(ground, channels)
    await ground.kill_all()
    await ground.as_usual()


async def _done(ground: Ground, channels: list[Channel], timeout_seconds: float = 12.0) -> None:
    """Wait until each digest has ended; what takes longer is waited for at the end of the run."""
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout_seconds
    one = Round("", channels)
    while loop.time() < until and any(bot.is_alive for bot in ground.bots):
        if await is_settled(ground, one):
            return
        await asyncio.sleep(0.2)


EVERYWHERE: dict[str, Fault] = {
    "kill -9 at random moments": killed_anytime,
    "lost answers, before and after": lost_answers,
    "timeouts": timeouts,
    "5xx": server_errors,
    "429 storm": storm,
    "refused for good, or unreadable": refusals,
    "socket cut, acks lost, redelivery": sockets,
    "process stopped (SIGSTOP) and woken": asleep,
    "stopped and started (SIGTERM)": stopped_politely,
    "away longer than the catch-up window": away_too_long,
    "clock jumped": clock_jumps,
}
SQLITE: dict[str, Fault] = {"disk full": disk_full}
CLUSTER: dict[str, Fault] = {
    "one of two or three killed for good": one_less,
    "database stopped and started": database_away,
    "roles apart, clock and worker killed": roles_apart,
}
