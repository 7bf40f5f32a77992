"""Posting: where the bot may, and what follows from a message for pages, people and the app."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from bot.sandbox import status
from bot.sandbox.blocks import fill_defaults
from bot.sandbox.content import is_ts
from bot.sandbox.hub import Hub
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call
from bot.sandbox.state import Channel, Message, Workspace
from bot.sandbox.wire import message_wire

_READING_FLAGS = ("link_names", "parse")


def find_target(call: Call) -> Channel:
    """
    Return where to post: a channel id or name, or a user id for a direct message.

    Raises:
        Refusal: `channel_not_found`, `not_in_channel`, `is_archived`, `restricted_action`.
    """
    reference = call.args.required("channel")
    workspace = call.workspace
    if reference in workspace.users:
        return _direct(call, reference)
    channel = workspace.channels.get(reference) or workspace.channel_named(reference)
    if channel is None:
        raise Refusal("channel_not_found")
    check_may_post(call, channel)
    return channel


def _direct(call: Call, user: str) -> Channel:
    if user == call.bot_user or call.workspace.users[user].deleted:
        raise Refusal("channel_not_found")
    return call.workspace.direct_channel(call.bot_user, user)


def check_may_post(call: Call, channel: Channel) -> None:
    """Raise the `Refusal` that keeps the bot from posting in *channel*, if there is one."""
    is_member = call.bot_user in channel.members
    if channel.is_private and not is_member:
        raise Refusal("channel_not_found")
    if channel.is_archived:
        raise Refusal("is_archived")
    if not is_member and "chat:write.public" not in call.workspace.scopes:
        raise Refusal("not_in_channel")
    if channel.posting == "admins":
        raise Refusal("restricted_action")


def read_thread(call: Call, channel: Channel) -> str:
    """
    Return the checked `thread_ts`, or "" for a message of its own.

    Raises:
        Refusal: `invalid_thread_ts`, `thread_not_found`, or `cannot_reply_to_message` when it
            names a reply instead of the parent.
    """
    thread_ts = call.args.text("thread_ts")
    if not thread_ts:
        return ""
    if not is_ts(thread_ts):
        raise Refusal("invalid_thread_ts")
    parent = channel.messages.get(thread_ts)
    if parent is None:
        raise Refusal("thread_not_found")
    if parent.is_reply:
        raise Refusal("cannot_reply_to_message")
    return thread_ts


def post_as_bot(call: Call, channel: Channel, content: dict[str, Any], thread_ts: str) -> Message:
    """Store the bot's message, tell the pages and the app about it, and note whom it pings."""
    message = new_bot_message(call.hub, call.workspace, channel, content, thread_ts)
    message.is_broadcast = call.args.flag("reply_broadcast")
    store(call.hub, call.workspace, channel, message)
    note_reach(call, channel, content, message.ts)
    status.clear(call.hub, call.workspace, channel.id, thread_ts)
    if message.metadata:
        _announce_metadata(call, channel, message)
    return message


def new_bot_message(
    hub: Hub, workspace: Workspace, channel: Channel, content: dict[str, Any], thread_ts: str
) -> Message:
    body = {k: v for k, v in content.items() if v}
    if body.get("blocks"):
        body["blocks"] = fill_defaults(body["blocks"])
    return Message(
        ts=hub.now_ts(workspace),
        channel=channel.id,
        user=workspace.bot_user,
        team=workspace.id,
        bot_id=workspace.bot_id,
        app_id=hub.app.app_id,
        thread_ts=thread_ts,
        body=body,
    )


def store(hub: Hub, workspace: Workspace, channel: Channel, message: Message) -> None:
    """Add a message to its channel, send its event and show it on the pages."""
    channel.add(message)
    show(hub, workspace, channel, message)
    emit_message(hub, workspace, channel, message_wire(workspace, message), message.ts)


def show(hub: Hub, workspace: Workspace, channel: Channel, message: Message) -> None:
    """Tell the pages about a message, and about its parent, whose reply count changed."""
    if not hub.watchers:
        return
    wire = message_wire(workspace, message)
    hub.changed(workspace, "message", channel=channel.id, message=wire)
    parent = channel.messages.get(message.thread_ts)
    if message.is_reply and parent is not None:
        wire = message_wire(workspace, parent)
        hub.changed(workspace, "message", channel=channel.id, message=wire)


def emit_message(
    hub: Hub, workspace: Workspace, channel: Channel, event: dict[str, Any], event_ts: str
) -> None:
    """Send a message event of the kind that the channel has."""
    kinds = {"channel": "message.channels", "group": "message.groups", "im": "message.im"}
    full = {
        **event,
        "channel": channel.id,
        "event_ts": event_ts,
        "channel_type": channel.kind,
    }
    full.pop("metadata", None)
    hub.emit_in_channel(workspace, channel, kinds[channel.kind], full)


def note_reach(call: Call, channel: Channel, content: Mapping[str, Any], ts: str) -> None:
    body = {k: v for k, v in content.items() if k != "metadata"}
    flags = {name: call.args.values.get(name) for name in _READING_FLAGS}
    call.hub.note_reach({**body, **flags}, method=call.method, channel=channel.id, ts=ts)


def _announce_metadata(call: Call, channel: Channel, message: Message) -> None:
    event = {
        "type": "message_metadata_posted",
        "app_id": message.app_id,
        "bot_id": message.bot_id,
        "user_id": message.user,
        "team_id": call.workspace.id,
        "channel_id": channel.id,
        "metadata": message.metadata,
        "message_ts": message.ts,
        "event_ts": message.ts,
    }
    call.hub.emit_in_channel(call.workspace, channel, "message_metadata_posted", event)


def announce_edit(
    hub: Hub, workspace: Workspace, channel: Channel, message: Message, previous: dict[str, Any]
) -> None:
    """Send `message_changed` and show the new form."""
    event_ts = hub.now_ts(workspace)
    event = {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "ts": event_ts,
        "message": message_wire(workspace, message),
        "previous_message": previous,
    }
    emit_message(hub, workspace, channel, event, event_ts)
    wire = message_wire(workspace, message)
    hub.changed(workspace, "message", channel=channel.id, message=wire)


def delete_message(hub: Hub, workspace: Workspace, channel: Channel, message: Message) -> None:
    """Remove a message; a parent with replies leaves a tombstone, as in Slack."""
    previous = message_wire(workspace, message)
    if channel.replies(message.ts):
        message.subtype = "tombstone"
        message.user, message.bot_id = "USLACKBOT", ""
        message.body = {"text": "This message was deleted.", "hidden": True}
        wire = message_wire(workspace, message)
        hub.changed(workspace, "message", channel=channel.id, message=wire)
    else:
        channel.remove(message.ts)
        hub.changed(workspace, "deleted", channel=channel.id, ts=message.ts)
    event_ts = hub.now_ts(workspace)
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "ts": event_ts,
        "deleted_ts": message.ts,
        "previous_message": previous,
    }
    emit_message(hub, workspace, channel, event, event_ts)


def new_client_msg_id() -> str:
    return secrets.token_hex(16)
