"""
What every listener gets: its payload read, its acknowledgement kept, its errors turned into sentences.

Nothing ever leaves a listener as an exception: Bolt would answer 404 after its acknowledgement, or
lose the error. The cause goes to the log by a constant name; the person gets what to do next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bot.errors import PlainwireError, SlackError
from bot.logs import get_logger
from bot.render.error_messages import sentence_for, sentences_for
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import NO_URL

if TYPE_CHECKING:
    from slack_bolt.context.async_context import AsyncBoltContext

Listener = Callable[[Edge, Inbound], Awaitable[None]]
log = get_logger("handlers")


def guarded(edge: Edge, listener: Listener) -> Callable[..., Awaitable[None]]:
    """Return *listener* as Bolt calls it."""

    async def listen(body: dict[str, Any], context: AsyncBoltContext, ack: Any) -> None:
        inbound = Inbound(
            body=body,
            send_ack=ack,
            team_id=context.team_id or "",
            bot_user_id=context.bot_user_id or "",
        )
        edge.names.heard(inbound.command)
        task = asyncio.current_task()
        assert task is not None
        # Bolt keeps no reference to what it started.
        edge.at_work.add(task)
        try:
            await run(edge, listener, inbound)
        finally:
            edge.at_work.discard(task)

    return listen


async def run(edge: Edge, listener: Listener, inbound: Inbound) -> None:
    """Run a listener; whatever happens it is acknowledged, and the person hears of a failure."""
    name = listener.__module__.rpartition(".")[2]
    try:
        await listener(edge, inbound)
    except PlainwireError as error:
        log.warning("listener_failed", listener=name, kind=type(error).__name__, error=str(error))
        await _tell(edge, inbound, error)
    except Exception as error:
        # Also for what nobody foresaw: the person waits, and Slack for its answer too. It is logged
        # with its traceback.
        log.exception("listener_crashed", listener=name)
        await _tell(edge, inbound, error)
    finally:
        await inbound.ack()


async def _tell(edge: Edge, inbound: Inbound, error: Exception) -> None:
    """Show the sentence of an error where this person looks; a view shows it at its first field."""
    if inbound.body.get("type") == "view_submission" and not inbound.acked:
        blocks = (block for block in inbound.view.get("blocks", []) if isinstance(block, dict))
        first = next((block["block_id"] for block in blocks if block.get("type") == "input"), None)
        if first is not None:
            await inbound.ack(
                response_action="errors",
                errors={first: edge.names.words(" ".join(sentences_for(error)))},
            )
            return
    await inbound.ack()
    if inbound.event:
        return  # nobody pressed or typed something; the log has it
    message = sentence_for(error)
    try:
        if inbound.response_url:
            try:
                await edge.whispers.respond(inbound.response_url, message)
            except SlackError as refusal:
                if refusal.code not in NO_URL:
                    raise
            else:
                return
        if inbound.user_id:
            await edge.announce(inbound.workspace_id, inbound.user_id, message)
    except SlackError as failure:
        log.warning("failure_not_told", code=failure.code)
