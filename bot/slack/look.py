"""
Looking for a digest before it is posted: another instance may have posted that date's already.

One call of `conversations.history`, which Slack limits: without a suspicion one a minute in each
workspace (what its most restricted class of apps may make), else as many as our own pace gives.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.digest.ports import NotPosted, Posted, PostOutcome
from bot.errors import SlackError
from bot.slack.calls import Json, SlackRefused, ask, ask_dated
from bot.slack.instances import Instances, Sighting, sighting_of
from bot.slack.pacing import Pacer
from bot.slack.search import EVENT_TYPE, is_ours, is_same_delivery, name_in
from bot.workspace import Installation

if TYPE_CHECKING:
    # Clients hold the instances.
    from bot.slack.client import SlackClients

# Of what stands above a digest that was posted within the catch-up window.
PAGE: Final = 50
# How long the other one, whose digest was due at the same moment, has for being first.
STAND_BACK_SECONDS: Final = 5.0
LOOK_TURN_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 60.0
# Between an event about a message and the answer to the call that posted it.
OWN_ANSWER_SECONDS: Final = 2.0
# After each look at an answer that is being streamed.
STREAM_SECONDS: Final = (15.0, 60.0, 240.0, 0.0)
log = structlog.get_logger(__name__)


async def posted_already(
    instances: Instances,
    pacer: Pacer,
    client: AsyncWebClient,
    installation: Installation,
    channel_id: str,
    delivery: str,
    *,
    at_most_seconds: float,
) -> PostOutcome | None:
    """
    Look whether a digest of that date stands in the channel; None: post it.

    Args:
        instances: Says whether to look, and hears of what is seen.
        pacer: Of Slack's rates.
        client: Acts in the workspace.
        installation: Who we are there.
        channel_id: Where.
        delivery: As the metadata names it.
        at_most_seconds: How long this may take; small where posts are soon taken for lost.

    Returns:
        Posted, by another one; or NotPosted, to be tried again, when another one is about and the
        channel cannot be read just now.
    """
    workspace_id = installation.workspace_id
    async with AsyncExitStack() as stack:
        if not instances.has_to_look(workspace_id):
            # Who comes beside the one that looks waits for what it sees.
            await stack.enter_async_context(instances.turns[workspace_id])
            if not (instances.has_to_look(workspace_id) or instances.takes_turn(workspace_id)):
                return None
        part = at_most_seconds / 4
        expected = instances.is_expected(workspace_id)
        if expected:
            await asyncio.sleep(min(STAND_BACK_SECONDS, part))
        # A thousand digests at once do not wait for looks without a suspicion: the first ones show it.
        patience = min(LOOK_TURN_SECONDS, part) if expected else 0.0
        turn = await pacer.wait(workspace_id, "conversations.history", at_most_seconds=patience)
        if not turn:
            try:
                async with asyncio.timeout(part):
                    return await _look(instances, client, installation, channel_id, delivery)
            except SlackRefused as error:
                log.info("not_looked", channel_id=channel_id, code=error.code)
                return None
            except (SlackError, TimeoutError) as error:
                log.info("not_looked", channel_id=channel_id, error=type(error).__name__)
    if not instances.knows_rival(workspace_id):
        return None
    reason = "Another Plainwire may have posted it, and the channel cannot be read now."
    seconds = turn or RETRY_SECONDS
    return NotPosted(code="not_looked", reason=reason, retry_after_seconds=seconds)


async def patrol(clients: SlackClients, workspace_id: str, channel_id: str) -> None:
    """Look who posted in a channel lately; raises SlackError."""
    if clients.instances is not None:
        client, installation = await clients.for_workspace(workspace_id)
        await _look(clients.instances, client, installation, channel_id, "")


async def others_in(clients: SlackClients, workspace_id: str, channel_id: str) -> list[Sighting]:
    """Return the posts of other instances in a channel's newest messages; raises SlackError."""
    if clients.instances is None:
        return []
    client, installation = await clients.for_workspace(workspace_id)
    answer = await ask(
        client,
        "conversations.history",
        channel=channel_id,
        include_all_metadata=True,
        limit=PAGE,
    )
    ours = (one for one in answer.get("messages") or [] if is_ours(one, installation))
    seen = filter(None, (sighting_of(one, channel_id) for one in ours))
    return [one for one in seen if one.instance != clients.instances.own]


async def _look(
    instances: Instances,
    client: AsyncWebClient,
    installation: Installation,
    channel_id: str,
    delivery: str,
) -> Posted | None:
    asked = datetime.now(UTC)
    answer, slack_now = await ask_dated(
        client,
        "conversations.history",
        channel=channel_id,
        include_all_metadata=True,
        limit=PAGE,
    )
    # To the second; less is no difference.
    off = (slack_now - asked).total_seconds() if slack_now else 0.0
    off = off if abs(off) > OWN_ANSWER_SECONDS else 0.0
    found: Posted | None = None
    for message in answer.get("messages") or []:
        if not is_ours(message, installation):
            continue
        await instances.see(installation.workspace_id, channel_id, message, off)
        if is_same_delivery(name_in(message, EVENT_TYPE, "delivery"), delivery):
            found = Posted(ts=str(message["ts"]), by_another=True)
    return found


async def check_message(
    instances: Instances,
    client: AsyncWebClient,
    installation: Installation,
    *,
    channel_id: str,
    ts: str,
    thread_ts: str,
) -> None:
    """
    Look who posted a message with our token, unless we did; begins at most once a minute.

    An answer that is still streamed says so only at its end.
    """
    await asyncio.sleep(OWN_ANSWER_SECONDS)
    if instances.is_own_post(ts) or not instances.takes_event(installation.workspace_id):
        return
    for seconds in STREAM_SECONDS:
        found = await _message(client, installation, channel_id, ts, thread_ts)
        if found is None or found.get("streaming_state") != "in_progress":
            break
        await asyncio.sleep(seconds)
    if found is not None:
        await instances.see(installation.workspace_id, channel_id, found)


async def _message(
    client: AsyncWebClient, installation: Installation, channel_id: str, ts: str, thread_ts: str
) -> Json | None:
    reply = bool(thread_ts) and thread_ts != ts
    more: dict[str, Any] = {"ts": thread_ts} if reply else {}
    try:
        answer = await ask(
            client,
            "conversations.replies" if reply else "conversations.history",
            channel=channel_id,
            oldest=ts,
            latest=ts,
            inclusive=True,
            limit=2,
            include_all_metadata=True,
            **more,
        )
    except SlackError as error:
        log.info("message_not_looked_at", channel_id=channel_id, code=error.code)
        return None
    messages = (one for one in answer.get("messages") or [] if is_ours(one, installation))
    return next((one for one in messages if one.get("ts") == ts), None)
