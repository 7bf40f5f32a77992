"""State values as Slack sends them over the wire."""

from __future__ import annotations

from typing import Any

from bot.sandbox.state import Channel, Message, Workspace


def message_wire(
    workspace: Workspace, message: Message, *, with_metadata: bool = True
) -> dict[str, Any]:
    """
    Return *message* as `conversations.history` and the answers of `chat.*` show it.

    With:
        with_metadata: False leaves only the event type of the metadata, which is what history
            gives without `include_all_metadata` (facts/slack.md section 6).
    """
    shown: dict[str, Any] = {"type": "message", "user": message.user, "ts": message.ts}
    shown |= {k: v for k, v in message.body.items() if k != "metadata"}
    shown.setdefault("text", "")
    if message.subtype:
        shown["subtype"] = message.subtype
    if message.client_msg_id:
        shown["client_msg_id"] = message.client_msg_id
    shown["team"] = message.team
    shown |= _sender(workspace, message)
    shown |= _thread(workspace, message)
    if message.metadata:
        whole = message.metadata
        shown["metadata"] = whole if with_metadata else {"event_type": whole["event_type"]}
    if message.reactions:
        shown["reactions"] = [
            {"name": name, "users": users, "count": len(users)}
            for name, users in message.reactions.items()
        ]
    if message.streaming:
        shown["streaming_state"] = "in_progress"
    return shown


def _sender(workspace: Workspace, message: Message) -> dict[str, Any]:
    if not message.bot_id:
        return {}
    user = workspace.users.get(message.user)
    return {
        "bot_id": message.bot_id,
        "app_id": message.app_id,
        "bot_profile": {
            "id": message.bot_id,
            "deleted": False,
            "name": user.name if user else message.bot_id,
            "updated": 0,
            "app_id": message.app_id,
            "team_id": workspace.id,
        },
    }


def _thread(workspace: Workspace, message: Message) -> dict[str, Any]:
    channel = workspace.channels[message.channel]
    if message.is_reply:
        parent = channel.messages.get(message.thread_ts)
        return {
            "thread_ts": message.thread_ts,
            "parent_user_id": parent.user if parent else "",
        }
    replies = channel.replies(message.ts)
    if not replies:
        return {}
    people = list(dict.fromkeys(reply.user for reply in replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(replies),
        "reply_users_count": len(people),
        "latest_reply": replies[-1].ts,
        "reply_users": people[:5],
        "is_locked": False,
        "subscribed": False,
    }


def channel_wire(workspace: Workspace, channel: Channel, viewer: str) -> dict[str, Any]:
    """Return a conversation object as *viewer* (a user id) gets it from `conversations.info`."""
    base: dict[str, Any] = {
        "id": channel.id,
        "created": channel.created,
        "is_im": channel.kind == "im",
        "is_archived": channel.is_archived,
        "is_org_shared": False,
        "context_team_id": workspace.id,
        "updated": channel.created * 1000,
    }
    if channel.kind == "im":
        other = next((m for m in channel.members if m != viewer), viewer)
        return base | {"user": other, "is_user_deleted": False, "priority": 0}
    return base | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_general": channel.is_general,
        "is_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "unlinked": 0,
        "parent_conversation": None,
        "creator": channel.creator,
        "shared_team_ids": [workspace.id],
        "is_member": viewer in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": 0},
        "previous_names": [],
    }


def permalink(base_url: str, message: Message) -> str:
    """Return the message's link; it opens the sandbox page at that message."""
    path = f"{base_url}/archives/{message.channel}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        return f"{path}?thread_ts={message.thread_ts}&cid={message.channel}"
    return path
