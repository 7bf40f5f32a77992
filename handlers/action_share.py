"""*Share to channel* under a private answer."""

from __future__ import annotations

from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import say


async def action_share(edge: Edge, inbound: Inbound) -> None:
    """Post the answer for everybody, and say so to who shared it."""
    await inbound.ack()
    sentence = await edge.sharing.share(
        workspace_id=inbound.workspace_id,
        channel_id=inbound.channel_id,
        user_id=inbound.user_id,
        source_key=inbound.value,
        response_url=inbound.response_url,
        now=edge.clock.now(),
    )
    await say(edge, inbound, sentence)
