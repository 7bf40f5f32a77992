"""
What every listener gets: its payload read, its acknowledgement kept, its errors turned into sentences.

An event is acknowledged when its listener is through: what could not be stored is not, so that Slack
sends it again, and is kept here too. Nothing ever leaves a listener as an exception: Bolt would answer 404 after its acknowledgement, or
lose the error. The cause goes to the log by a constant name; the person gets what to do next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from bot.errors import PlainwireError, SlackError, StorageError
from bot.logs import get_logger
from bot.render.error_messages import sentence_for, sentences_for
from bot.well_formed import well_formed_json
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import NO_URL

if TYPE_CHECKING:
    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_bolt.response import BoltResponse

# Slack waits three seconds.
ANSWER_SECONDS: Final = 2.5
_NOT_NOW: Final = 503
Listener = Callable[[Edge, Inbound], Awaitable[None]]
log = get_logger("handlers")


def guarded(edge: Edge, listener: Listener) -> Callable[..., Awaitable[None]]:
    """Return *listener* as Bolt calls it."""

    async def listen(body: dict[str, Any], context: AsyncBoltContext, ack: Any) -> None:
        inbound = _inbound(body, context, ack)
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


def guarded_event(edge: Edge, listener: Listener) -> Callable[..., Awaitable[BoltResponse]]:
    """
    Return *listener* as a middleware of a Bolt listener, whose answer is the one that Slack gets.

    Bolt acknowledges an event before its listener runs; its middleware comes before that.
    """

    async def listen(body: dict[str, Any], context: AsyncBoltContext) -> BoltResponse:
        from slack_bolt.response import BoltResponse

        inbound = _inbound(body, context, None)
        task = edge.taking_in.get(inbound.delivery_key) or _begun(edge, listener, inbound)
        # It goes on when Slack cannot wait for it any longer, and sends it again.
        await asyncio.wait({task}, timeout=ANSWER_SECONDS)
        stored = task.done() and not task.cancelled() and task.result()
        return BoltResponse(status=200 if stored else _NOT_NOW)

    return listen


def _begun(edge: Edge, listener: Listener, inbound: Inbound) -> asyncio.Task[bool]:
    task = asyncio.create_task(take_in(edge, listener, inbound))
    # Bolt keeps no reference to what it started.
    edge.at_work.add(task)
    key = inbound.delivery_key
    if key:
        edge.taking_in[key] = task

    def ended(_task: asyncio.Task[bool]) -> None:
        edge.at_work.discard(task)
        edge.taking_in.pop(key, None)

    task.add_done_callback(ended)
    return task


async def answered(ack: Any) -> None:
    """Stand behind `guarded_event`, which has answered already; Bolt wants a listener there."""
    await ack()


async def take_in(edge: Edge, listener: Listener, inbound: Inbound) -> bool:
    """Run an event's listener; return whether what it had to store is stored. Never raises."""
    if edge.backlog.holds(inbound.delivery_key):
        return False
    if await run(edge, listener, inbound):
        return True
    edge.backlog.keep(inbound.delivery_key, lambda: run(edge, listener, inbound))
    return False


def _inbound(body: dict[str, Any], context: AsyncBoltContext, ack: Any) -> Inbound:
    return Inbound(
        # Once, for everything in it: half an emoji in a name is as little for us as in a question.
        body=well_formed_json(body),
        send_ack=ack,
        team_id=_installed_in(context),
        bot_user_id=context.bot_user_id or "",
    )


def _installed_in(context: AsyncBoltContext) -> str:
    """Return the workspace whose installation Bolt found; what else a payload names counts for nothing."""
    found = context.authorize_result
    return (found.team_id if found is not None else context.team_id) or ""


async def run(edge: Edge, listener: Listener, inbound: Inbound) -> bool:
    """
    Run a listener; whatever happens it is acknowledged, and the person hears of a failure.

    Returns:
        False when something could not be stored, so that trying again may help.
    """
    name = listener.__module__.rpartition(".")[2]
    try:
        if inbound.channel_id.startswith("D") and not inbound.event:
            place = (inbound.workspace_id, inbound.channel_id)
            await edge.spots.check_direct(*place, inbound.user_id)
        await listener(edge, inbound)
    except PlainwireError as error:
        log.warning("listener_failed", listener=name, kind=type(error).__name__, error=str(error))
        await _tell(edge, inbound, error)
        return not isinstance(error, StorageError)
    except Exception as error:
        # Also for what nobody foresaw: the person waits, and Slack for its answer too. It is logged
        # with its traceback.
        log.exception("listener_crashed", listener=name)
        await _tell(edge, inbound, error)
    finally:
        await inbound.ack()
    return True


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
