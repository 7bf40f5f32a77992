"""What people do at once, and again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.digest.preference import Channel
from tests.chaos.count import Round
from tests.chaos.ground import (
    Ground,
)
from tests.chaos.staging import done, hit


async def pressed_together(ground: Ground, one: Round) -> None:
    """`/digest now` by several people at once, again and again, while Slack fails and a process dies."""
    channels = await ground.due_channels(9, late_by=-timedelta(hours=1))
    one.channels += channels
    for channel in channels[:6]:
        kind = ground.draw.choice(["accept_then_slow", "accept_then_drop", "slow", "500", "429"])
        hit(ground, kind, channel.channel_id, seconds=ground.draw.uniform(0.2, 1.2))
    pressing = asyncio.gather(*(press(ground, channel, 4) for channel in channels))
    if ground.draw.random() < 0.7:
        await asyncio.sleep(ground.draw.uniform(0.0, 1.0))
        await ground.kill(ground.draw.choice(ground.bots))
        one.staged += 1
        await ground.start()
    one.staged += sum(await pressing)
    # Who was not heard presses again.
    for _ in range(3):
        await asyncio.gather(*(press(ground, channel, 2) for channel in channels))
        await done(ground, channels, 4.0)
    await done(ground, channels)


async def asked_again(ground: Ground, one: Round) -> None:
    """Missed because nobody could say whether it was posted; then people ask for it, several at once."""
    channels = await ground.due_channels(6)
    one.channels += channels
    for number, channel in enumerate(channels):
        hit(ground, "drop_before" if number % 2 else "accept_then_drop", channel.channel_id)
        gone = "conversations.history"
        hit(ground, "error", channel.channel_id, method=gone, error="missing_scope")
    await done(ground, channels)
    for _ in range(3):
        one.staged += sum(await asyncio.gather(*(press(ground, it, 3) for it in channels)))
        if await ground.wait_for_posts(channels, len(channels), 4.0):
            break
    await done(ground, channels)


async def press(ground: Ground, channel: Channel, times: int) -> int:
    """Let people of a channel ask for its digest at once; return how many were heard."""
    workspace = ground.sandbox.workspaces[channel.workspace_id]
    people = [user for user in workspace.users.values() if not user.is_bot]
    answers = await asyncio.gather(
        *(
            ground.sandbox.as_user(people[number % len(people)].id).command(
                "/digest", "now", channel=channel.channel_id
            )
            for number in range(times)
        ),
        return_exceptions=True,
    )
    return sum(not isinstance(answer, BaseException) and answer.acked for answer in answers)
