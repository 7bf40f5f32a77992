"""Messages: questions in threads and direct messages; what is deleted or edited is forgotten."""

from __future__ import annotations

from bot.chat.hearing import Uttered
from bot.chat.slack_text import decode
from bot.chat.thread import ThreadKey
from handlers.edge import Edge
from handlers.inbound import Inbound, Json

# With any other subtype nobody says anything: joins, topics, reminders.
_SAID = frozenset({None, "thread_broadcast", "file_share", "bot_message"})


async def event_message(edge: Edge, inbound: Inbound) -> None:
    """Answer, forget, or pass over."""
    event = inbound.event
    subtype = event.get("subtype") or None
    if subtype is not None and not isinstance(subtype, str):
        return
    if subtype == "message_deleted":
        ts = str(event.get("deleted_ts", ""))
        await edge.erasing.deleted(inbound.workspace_id, inbound.channel_id, ts)
    elif subtype == "message_changed":
        await _edited(edge, inbound, event)
    elif subtype in _SAID:
        await said(edge, inbound)


async def said(edge: Edge, inbound: Inbound) -> None:
    """Take in what was said, when it is for us; also for mentions, which come as an event of their own."""
    event = inbound.event
    thread_ts = event.get("thread_ts")
    uttered = Uttered(
        event_id=inbound.event_id,
        workspace_id=inbound.workspace_id,
        channel_id=inbound.channel_id,
        user_id=inbound.user_id,
        text=str(event.get("text") or ""),
        ts=str(event.get("ts", "")),
        bot_user_id=inbound.bot_user_id,
        thread_ts=thread_ts if isinstance(thread_ts, str) and thread_ts else None,
        direct=event.get("channel_type") == "im",
        by_bot=bool(event.get("bot_id") or event.get("subtype") == "bot_message"),
    )
    request = await edge.hearing.hear(uttered, edge.clock.now())
    if request is not None:
        await edge.intake.take(request)


async def _edited(edge: Edge, inbound: Inbound, event: Json) -> None:
    new, old = event.get("message"), event.get("previous_message")
    if not isinstance(new, dict) or new.get("bot_id"):
        return
    if isinstance(old, dict) and new.get("text") == old.get("text"):
        return  # only a thread's counts or a link's preview changed
    if new.get("subtype") == "tombstone":
        await edge.erasing.deleted(inbound.workspace_id, inbound.channel_id, str(new.get("ts")))
        return
    key = ThreadKey(
        workspace_id=inbound.workspace_id,
        channel_id=inbound.channel_id,
        thread_ts=str(new.get("thread_ts") or new.get("ts", "")),
    )
    text = decode(str(new.get("text") or ""), inbound.bot_user_id).text
    await edge.erasing.edited(key, str(new.get("ts", "")), text)
