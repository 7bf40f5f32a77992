"""Buttons and views that this release does not know: messages are older than programs."""

from __future__ import annotations

from bot.logs import get_logger
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import say

log = get_logger("handlers")


async def say_stale(edge: Edge, inbound: Inbound) -> None:
    """Acknowledge, and say that this is from another time."""
    log.info("stale_press", action_id=str(inbound.action.get("action_id", ""))[:80])
    await inbound.ack()
    await say(
        edge,
        inbound,
        "That belongs to an older message of mine, and I cannot do it any more.",
        "Use `/explain` to ask, or `/digest` for the settings.",
    )
