"""*Explain more* under a story: the whole article, once, in the digest's thread."""

from __future__ import annotations

from bot.chat.request import RequestKind
from bot.render.ids import parse_story
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.requests import request_of, take
from handlers.stale import say_stale


async def action_explain_more(edge: Edge, inbound: Inbound) -> None:
    """Take the click in."""
    story = parse_story(inbound.value)
    if story is None:
        await say_stale(edge, inbound)
        return
    request = request_of(
        edge,
        inbound,
        RequestKind.EXPLAIN_MORE,
        thread_ts=inbound.thread_ts or inbound.message_ts,
        message_ts=inbound.message_ts,
        private=False,
        details={"story": story.story_id, "revision": str(story.revision)},
    )
    await take(edge, inbound, request)
