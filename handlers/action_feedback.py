"""The thumbs under an answer."""

from __future__ import annotations

from bot.render.ids import parse_feedback
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import say
from handlers.stale import say_stale


async def action_feedback(edge: Edge, inbound: Inbound) -> None:
    """Record the thumb and say thank you."""
    vote = parse_feedback(inbound.value)
    if vote is None:
        await say_stale(edge, inbound)
        return
    await inbound.ack()
    sentence = await edge.rating.rate(
        helpful=vote.helpful,
        request_key=vote.request_key,
        workspace_id=inbound.workspace_id,
        channel_id=inbound.channel_id,
        user_id=inbound.user_id,
        message_ts=inbound.message_ts or None,
        now=edge.clock.now(),
    )
    await say(edge, inbound, sentence)
