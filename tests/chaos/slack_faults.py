"""What Slack and the network do."""

from __future__ import annotations

import asyncio

from tests.chaos.count import Round
from tests.chaos.ground import (
    A_MINUTE_SECONDS,
    LONGEST_BACK_OFF_SECONDS,
    POST_TIMEOUT_SECONDS,
    SETTLE_SECONDS,
    Ground,
)
from tests.chaos.staging import done, hit, ids, trouble

DOWN_MINUTES = (1, 5, 20, 60)


async def lost_answers(ground: Ground, one: Round) -> None:
    """Slack takes the message and the connection ends; or it ends before, again and again."""
    channels = await ground.due_channels(48)
    one.channels += channels
    for channel in channels:
        for _ in range(ground.draw.randint(0, 2)):
            hit(ground, "drop_before", channel.channel_id)
        hit(ground, "accept_then_drop", channel.channel_id)
    await done(ground, channels)


async def timeouts(ground: Ground, one: Round) -> None:
    """Slack takes the message and answers after we stopped waiting, or only makes it then."""
    channels = await ground.due_channels(36)
    one.channels += channels
    late = POST_TIMEOUT_SECONDS + SETTLE_SECONDS / 5
    for channel in channels:
        if ground.draw.random() < 0.5:
            hit(ground, "accept_then_slow", channel.channel_id, seconds=POST_TIMEOUT_SECONDS + 1)
        else:
            hit(ground, "slow", channel.channel_id, seconds=late)
    await done(ground, channels)


async def server_errors(ground: Ground, one: Round) -> None:
    """5xx answers, to calls that happened and to calls that did not, several times in a row."""
    channels = await ground.due_channels(48)
    one.channels += channels
    for channel in channels:
        for _ in range(ground.draw.randint(1, 4)):
            hit(ground, ground.draw.choice(["500", "accept_then_500"]), channel.channel_id)
    await done(ground, channels)


async def posting_down(ground: Ground, one: Round) -> None:
    """Posting is down for 1, 5, 20 and 60 minutes while history can be read, each in some channels."""
    channels = await ground.due_channels(4 * len(DOWN_MINUTES))
    one.channels += channels
    downs = []
    for number, channel in enumerate(channels):
        kind = ground.draw.choice(["500", "drop_before", "error"])
        minutes = DOWN_MINUTES[number % len(DOWN_MINUTES)]
        downs.append((minutes, hit(ground, kind, channel.channel_id, times=None)))
    spent = 0.0
    for minutes, down in sorted(downs, key=lambda each: each[0]):
        seconds = minutes * A_MINUTE_SECONDS
        await asyncio.sleep(max(0.0, seconds - spent))
        spent = max(spent, seconds)
        down.times = down.hits  # from here on none; what it hit still counts
    await done(ground, channels, LONGEST_BACK_OFF_SECONDS + 12.0)


async def storm(ground: Ground, one: Round) -> None:
    """429 to posts, to looking for them, and to telling people."""
    channels = await ground.due_channels(40)
    one.channels += channels
    for channel in channels:
        hit(ground, "429", channel.channel_id, times=ground.draw.randint(1, 2), retry_after=1)
    trouble(ground, ids(channels[:4]), "lost")
    hit(ground, "429", method="conversations.history", times=6, retry_after=1)
    await done(ground, channels)


async def refusals(ground: Ground, one: Round) -> None:
    """Slack will never take it: the channel is archived, or nobody may read whether it did."""
    channels = await ground.due_channels(6, tell=ground.draw.random() < 0.7)
    one.channels += channels
    trouble(ground, ids(channels[:3]), "refused")
    trouble(ground, ids(channels[3:]), "unreadable")
    await done(ground, channels)


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
    await done(ground, channels)
