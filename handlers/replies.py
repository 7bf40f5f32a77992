"""Showing something to the one person who did something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.digest.outcomes import Changed, FieldErrors, NeedsConfirmation, NeedsZone, Outcome, Refused
from bot.errors import SlackError
from bot.render.message import Message
from bot.render.notice import notice
from bot.render.people_messages import confirm_question, settings_saved
from handlers.edge import Edge
from handlers.inbound import Inbound

# It has expired, is used up, or is no address of Slack's.
NO_URL: Final = frozenset({"expired_url", "used_url", "invalid_response_url"})


async def reply(edge: Edge, inbound: Inbound, message: Message, *, replace: bool = False) -> None:
    """Answer through the response_url, or, where there is none that works, by direct message."""
    if inbound.response_url:
        try:
            await edge.whispers.respond(inbound.response_url, message, replace=replace)
        except SlackError as error:
            if error.code not in NO_URL:
                raise
        else:
            return
    await edge.announce(inbound.workspace_id, inbound.user_id, message)


async def say(edge: Edge, inbound: Inbound, *sentences: str, replace: bool = False) -> None:
    """Answer with plain sentences."""
    await reply(edge, inbound, notice(*sentences), replace=replace)


async def whisper_or_tell(
    edge: Edge, workspace_id: str, channel_id: str, user_id: str, message: Message
) -> None:
    """Show a note in the channel, or by direct message where we are no member or it is one."""
    if channel_id.startswith("D"):
        await edge.announce(workspace_id, channel_id, message)
        return
    try:
        await edge.whispers.whisper(workspace_id, channel_id, user_id, message)
    except SlackError:
        await edge.announce(workspace_id, user_id, message)


def outcome_message(outcome: Outcome, typed: str, channel_id: str, more: Sequence[str]) -> Message:
    """
    Return what a typed command came to.

    Args:
        outcome: Of the use case.
        typed: What is done again when "really?" is answered with yes.
        channel_id: For the button to the settings.
        more: Said after a change.
    """
    match outcome:
        case Changed(sentences=sentences):
            return settings_saved([*sentences, *filter(None, more)], channel_id)
        case NeedsConfirmation(sentence=sentence):
            return confirm_question(sentence, typed)
        case NeedsZone(sentence=sentence) | Refused(sentence=sentence):
            return notice(sentence)
        case FieldErrors(errors=errors):
            return notice(*errors.values())
