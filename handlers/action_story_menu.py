"""The menu under a story: *Simpler*, *Mute this source*, *Not for us*, *More like this*."""

from __future__ import annotations

from typing import Final

from bot.chat.request import RequestKind
from bot.digest.feedback_record import FeedbackKind
from bot.render.ids import MenuChoice, StoryRef, parse_menu
from bot.render.people_messages import feedback_given
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import reply
from handlers.requests import request_of, take
from handlers.spots import spot_here
from handlers.stale import say_stale

_KINDS: Final = {
    MenuChoice.MUTE: FeedbackKind.MUTE,
    MenuChoice.LESS: FeedbackKind.NOT_FOR_US,
    MenuChoice.MORE: FeedbackKind.MORE_LIKE,
}


async def action_story_menu(edge: Edge, inbound: Inbound) -> None:
    """Answer more simply, or change what the channel gets."""
    pick = parse_menu(inbound.value)
    if pick is None:
        await say_stale(edge, inbound)
    elif pick.choice is MenuChoice.SIMPLER:
        await _simpler(edge, inbound, pick.story)
    else:
        await _feedback(edge, inbound, _KINDS[pick.choice], pick.story)


async def _simpler(edge: Edge, inbound: Inbound, story: StoryRef) -> None:
    request = request_of(
        edge,
        inbound,
        RequestKind.EXPLAIN,
        text="Explain this story simply",
        thread_ts=inbound.thread_ts or inbound.message_ts,
        message_ts=inbound.message_ts,
        details={
            "story": story.story_id,
            "revision": str(story.revision),
            "level": "newcomer",
            "public_origin": "yes",
        },
    )
    await take(edge, inbound, request)


async def _feedback(edge: Edge, inbound: Inbound, kind: FeedbackKind, story: StoryRef) -> None:
    await inbound.ack()
    spot = await spot_here(edge, inbound)
    given = await edge.feedback.give(
        kind,
        click_id=inbound.trigger_id,
        story_id=story.story_id,
        spot=spot,
        asker=inbound.asker,
        now=edge.clock.now(),
        message_ts=inbound.message_ts or None,
    )
    await reply(edge, inbound, feedback_given(given.sentence, given.feedback_id))
