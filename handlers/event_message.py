"""Messages: questions in threads and direct messages; what is deleted or edited is forgotten."""

from __future__ import annotations

from bot.chat.hearing import Uttered
from bot.chat.request import Request
from bot.chat.sayings import Saying, say
from bot.chat.slack_text import addressed_in, decode
from bot.chat.thread import ThreadKey
from bot.errors import SlackError, StorageError
from bot.logs import get_logger
from bot.render.notice import notice
from handlers.edge import Edge
from handlers.inbound import Inbound, Json, ts_of

log = get_logger("handlers")
# With any other subtype nobody says anything: joins, topics, reminders.
_SAID = frozenset({None, "thread_broadcast", "file_share", "me_message", "bot_message"})


async def event_message(edge: Edge, inbound: Inbound) -> None:
    """Answer, forget, or pass over."""
    event = inbound.event
    subtype = event.get("subtype") or None
    if subtype is not None and not isinstance(subtype, str):
        return
    if subtype == "message_deleted":
        if ts := ts_of(event, "deleted_ts"):
            await edge.erasing.deleted(inbound.workspace_id, inbound.channel_id, ts)
    elif subtype == "message_changed":
        await _edited(edge, inbound, event)
    elif subtype in _SAID:
        await said(edge, inbound)


async def said(edge: Edge, inbound: Inbound) -> None:
    """Take in what was said, when it is for us; also for mentions, which come as an event of their own."""
    event = inbound.event
    uttered = Uttered(
        event_id=inbound.event_id,
        workspace_id=inbound.workspace_id,
        channel_id=inbound.channel_id,
        user_id=inbound.user_id,
        text=str(event.get("text") or ""),
        ts=ts_of(event, "ts"),
        bot_user_id=inbound.bot_user_id,
        thread_ts=ts_of(event, "thread_ts") or None,
        direct=event.get("channel_type") == "im",
        addressed=addressed_in(event.get("blocks"), inbound.bot_user_id),
        by_bot=bool(event.get("bot_id") or event.get("subtype") == "bot_message"),
    )
    request = await edge.hearing.hear(uttered, edge.clock.now())
    if request is None:
        return
    try:
        await edge.intake.take(request)
    except StorageError:
        if not inbound.again:
            inbound.again = True
            await _tell_later(edge, request)
        raise


async def _tell_later(edge: Edge, request: Request) -> None:
    """Say to who asked, and to nobody else, that the answer comes later."""
    language = request.details.get("language", "en")
    try:
        await edge.whispers.whisper(
            request.workspace_id,
            request.channel_id,
            request.user_id,
            notice(say(Saying.NOT_STORED, language)),
            thread_ts=request.thread_ts,
        )
    except (SlackError, StorageError) as error:
        log.warning("later_not_told", error=str(error))


async def _edited(edge: Edge, inbound: Inbound, event: Json) -> None:
    new, old = event.get("message"), event.get("previous_message")
    if not isinstance(new, dict) or new.get("bot_id"):
        return
    if isinstance(old, dict) and new.get("text") == old.get("text"):
        return  # only a thread's counts or a link's preview changed
    if new.get("subtype") == "tombstone":
        await edge.erasing.deleted(inbound.workspace_id, inbound.channel_id, ts_of(new, "ts"))
        return
    key = ThreadKey(
        workspace_id=inbound.workspace_id,
        channel_id=inbound.channel_id,
        thread_ts=ts_of(new, "thread_ts") or ts_of(new, "ts"),
    )
    text = decode(str(new.get("text") or ""), inbound.bot_user_id).text
    await edge.erasing.edited(key, ts_of(new, "ts"), text)
