"""*Undo* under the note that says what feedback changed."""

from __future__ import annotations

from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import say
from handlers.spots import spot_here


async def action_undo(edge: Edge, inbound: Inbound) -> None:
    """Take it back; the note says so in its place."""
    await inbound.ack()
    spot = await spot_here(edge, inbound)
    answer = await edge.feedback.undo(
        inbound.value, spot=spot, asker=inbound.asker, now=edge.clock.now()
    )
    await say(edge, inbound, answer.sentence, replace=True)
