"""Which instance this database is, and how it takes over from another one."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from bot.errors import SlackError
from bot.logs import get_logger
from bot.render.message import Message
from bot.render.notice import notice
from bot.settings import Settings
from bot.slack.bodies import body_of, update_of
from bot.slack.instances import (
    REMEMBERED_SECONDS,
    Instances,
    Sighting,
    parse_sighting,
    sighting_key,
)
from bot.slack.paced import PacedCalls
from storage.database import Database

if TYPE_CHECKING:
    from bot.app.slack_side import SlackSide

CLAIM_TYPE: Final = "plainwire_instance"
_CLAIM_TIMES: Final = 8
_CLAIM_EVERY_SECONDS: Final = 2.0
_EVER = date(1970, 1, 1)
_INSTANCE, _CLAIM = "instance", "claimed_at"
_TAKEN_OVER = (
    "Plainwire was started in another place, which has taken over. The digests come from there from "
    "now on, and the one that ran before stops by itself; there is nothing to do."
)
log = get_logger("instance")


async def read_instances(settings: Settings, database: Database, *, take_over: bool) -> Instances:
    """
    Return what is known of our instance; its id is made at the first start.

    Args:
        settings: What the operator set.
        database: Of the instance.
        take_over: Claim from now on to be the one that posts.
    """
    now = datetime.now(UTC).timestamp()
    stored = await database.facts.get(_INSTANCE)
    stored = stored or await database.facts.once(_INSTANCE, await _new(database, now))
    own, _, made_at = stored.partition(" ")
    if take_over:
        await database.facts.set(_CLAIM, str(now))
    return Instances(
        own,
        database.facts,
        claim=float(await database.facts.get(_CLAIM) or 0),
        is_young=now - float(made_at or 0) < REMEMBERED_SECONDS,
        shared=settings.is_cluster,
    )


async def _new(database: Database, now: float) -> str:
    """Return an id, and when the database began to know what was posted."""
    # One that has posted before there were instances knows it already.
    began = 0 if await database.deliveries.by_state(_EVER) else now
    return f"{secrets.token_hex(8)} {began:.0f}"


async def announce_claim(slack: SlackSide, database: Database) -> None:
    """
    Tell somebody in each workspace that we have taken over; the other instance sees the message.

    Slack gives each event to one of the connections, so the message is changed a few times, to
    what it is: one of these events comes to the other one.
    """
    calls = PacedCalls(slack.clients, slack.pacer)
    message = notice(_TAKEN_OVER)
    channels = [one for one in await database.channels.all() if one.preference.on]
    for workspace_id in sorted({channel.workspace_id for channel in channels}):
        theirs = [one for one in channels if one.workspace_id == workspace_id]
        people = [one.set_up_by for one in theirs if one.set_up_by]
        people += await slack.poster.admins(workspace_id)
        for person in dict.fromkeys(people):
            try:
                await _claim(calls, workspace_id, person, message)
            except SlackError as error:
                log.info("claim_not_told", workspace_id=workspace_id, code=error.code)
            else:
                break
        else:
            log.warning(
                "claim_not_told",
                workspace_id=workspace_id,
                detail="The other one stops when it sees the next digest or answer from here.",
            )


async def _claim(calls: PacedCalls, workspace_id: str, person: str, message: Message) -> None:
    payload = calls.clients.who_we_are()
    more: dict[str, Any] = {"metadata": {"event_type": CLAIM_TYPE, "event_payload": payload}}
    body = body_of(message, channel=person, **more)
    posted = await calls.write(workspace_id, "chat.postMessage", body)
    for _ in range(_CLAIM_TIMES):
        await asyncio.sleep(_CLAIM_EVERY_SECONDS)
        where = {"channel": str(posted.get("channel")), "ts": str(posted.get("ts"))}
        await calls.write(workspace_id, "chat.update", update_of(message, **where, **more))


async def sightings(database: Database) -> dict[str, Sighting]:
    """Return the last posts of other instances that were seen, by workspace."""
    found = {}
    for installation in await database.installations.all():
        stored = await database.facts.get(sighting_key(installation.workspace_id))
        if seen := parse_sighting(stored):
            found[installation.workspace_id] = seen
    return found
