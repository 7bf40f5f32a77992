"""`chat.postMessage`, `update`, `delete`, `postEphemeral`, `getPermalink`."""

from __future__ import annotations

from typing import Any

from bot.sandbox import posting
from bot.sandbox.blocks import fill_defaults
from bot.sandbox.content import MAX_UPDATE_TEXT_CHARS, read_content
from bot.sandbox.ephemeral import show_ephemeral
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import SPECIAL, Call, method
from bot.sandbox.state import Channel, Message
from bot.sandbox.wire import message_wire, permalink


@method("chat.postMessage", scopes=("chat:write",), tier=SPECIAL)
async def post_message(call: Call) -> dict[str, Any]:
    channel = posting.find_target(call)
    content = read_content(call)
    thread_ts = posting.read_thread(call, channel)
    message = posting.post_as_bot(call, channel, content, thread_ts)
    shown = message_wire(call.workspace, message)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def own_message(call: Call, refusal: str) -> tuple[Channel, Message]:
    """
    Return the bot's message that `channel` and `ts` name.

    Raises:
        Refusal: `channel_not_found`, `message_not_found`, or *refusal* when it is not the bot's.
    """
    channel = call.visible_channel()
    message = call.hub.find_message(channel, call.args.required("ts"))
    if message.bot_id != call.workspace.bot_id:
        raise Refusal(refusal)
    return channel, message


@method("chat.update", scopes=("chat:write",), tier=3)
async def update(call: Call) -> dict[str, Any]:
    channel, message = own_message(call, "cant_update_message")
    if message.streaming:
        raise Refusal("streaming_state_conflict")
    if channel.is_archived:
        raise Refusal("is_inactive")
    content = read_content(call, max_text_chars=MAX_UPDATE_TEXT_CHARS)
    previous = message_wire(call.workspace, message)
    _merge(call, message, content)
    posting.note_reach(call, channel, content, message.ts)
    posting.announce_edit(call.hub, call.workspace, channel, message, previous)
    shown = message_wire(call.workspace, message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": shown}


def _merge(call: Call, message: Message, content: dict[str, Any]) -> None:
    """Replace what was given; blocks not given stay, an empty list removes them (docs)."""
    for name, value in content.items():
        if name == "blocks" and value:
            message.body[name] = fill_defaults(value)
        elif value:
            message.body[name] = value
        else:
            message.body.pop(name, None)
    now_ts = call.hub.now_ts(call.workspace)
    message.body["edited"] = {"user": call.workspace.bot_user, "ts": now_ts}


@method("chat.delete", scopes=("chat:write",), tier=3)
async def delete(call: Call) -> dict[str, Any]:
    channel, message = own_message(call, "cant_delete_message")
    posting.delete_message(call.hub, call.workspace, channel, message)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.postEphemeral", scopes=("chat:write",), tier=4)
async def post_ephemeral(call: Call) -> dict[str, Any]:
    channel = call.visible_channel()
    user = call.args.required("user")
    if channel.is_archived:
        raise Refusal("is_archived")
    if call.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    content = read_content(call)
    thread_ts = posting.read_thread(call, channel)
    ts = show_ephemeral(call.hub, call.workspace, channel.id, user, content, thread_ts=thread_ts)
    posting.note_reach(call, channel, content, ts)
    return {"message_ts": ts}


@method("chat.getPermalink", tier=SPECIAL)
async def get_permalink(call: Call) -> dict[str, Any]:
    channel = call.visible_channel()
    message = call.hub.find_message(channel, call.args.required("message_ts"))
    return {"channel": channel.id, "permalink": permalink(call.hub.base_url, message)}
