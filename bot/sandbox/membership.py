"""Joining, leaving, archiving, renaming: what changes, and which events it makes."""

from __future__ import annotations

from typing import Any

from bot.sandbox.hub import Hub
from bot.sandbox.posting import store
from bot.sandbox.state import Channel, Message, Workspace, new_id


def join_channel(
    hub: Hub, workspace: Workspace, channel: Channel, user: str, *, inviter: str = ""
) -> None:
    """Add *user*; the channel shows it, and `member_joined_channel` goes to the app."""
    if user in channel.members:
        return
    channel.members.append(user)
    _service_message(hub, workspace, channel, user, "channel_join", "has joined the channel")
    event = _member_event("member_joined_channel", hub, workspace, channel, user)
    if inviter:
        event["inviter"] = inviter
    hub.emit_in_channel(workspace, channel, "member_joined_channel", event)
    hub.channel_changed(workspace, channel)


def leave_channel(hub: Hub, workspace: Workspace, channel: Channel, user: str) -> None:
    """Remove *user*; a bot that was removed hears `channel_left` or `group_left`."""
    if user not in channel.members:
        return
    is_bot = user == workspace.bot_user
    event = _member_event("member_left_channel", hub, workspace, channel, user)
    _service_message(hub, workspace, channel, user, "channel_leave", "has left the channel")
    hub.emit_in_channel(workspace, channel, "member_left_channel", event)
    channel.members.remove(user)
    if is_bot:
        name = "channel_left" if channel.kind == "channel" else "group_left"
        left = {"type": name, "channel": channel.id, "actor_id": user}
        hub.emit(workspace, name, left | {"event_ts": hub.now_ts(workspace)})
    hub.channel_changed(workspace, channel)


def archive_channel(
    hub: Hub, workspace: Workspace, channel: Channel, user: str, *, archived: bool = True
) -> None:
    """Archive a channel or bring it back."""
    channel.is_archived = archived
    verb = "archive" if archived else "unarchive"
    _channel_event(hub, workspace, channel, verb, channel.id, user=user)


def rename_channel(hub: Hub, workspace: Workspace, channel: Channel, name: str) -> None:
    channel.name = name
    shown = {"id": channel.id, "name": name, "created": channel.created}
    _channel_event(hub, workspace, channel, "rename", shown)


def delete_channel(hub: Hub, workspace: Workspace, channel: Channel, user: str) -> None:
    """Delete a channel with everything in it."""
    _channel_event(hub, workspace, channel, "deleted", channel.id, actor_id=user)
    del workspace.channels[channel.id]
    hub.changed(workspace, "channel_gone", channel=channel.id)


def create_channel(
    hub: Hub, workspace: Workspace, user: str, name: str, *, is_private: bool = False
) -> Channel:
    """Create a channel with *user* in it; public ones make `channel_created`."""
    channel = Channel(
        id=new_id("C"),
        name=name,
        kind="group" if is_private else "channel",
        creator=user,
        created=int(hub.clock()),
        members=[user],
    )
    workspace.channels[channel.id] = channel
    if not is_private:
        shown = {"id": channel.id, "name": name, "created": channel.created, "creator": user}
        event = {"type": "channel_created", "channel": shown, "event_ts": hub.now_ts(workspace)}
        hub.emit(workspace, "channel_created", event)
    hub.channel_changed(workspace, channel)
    return channel


def _channel_event(
    hub: Hub, workspace: Workspace, channel: Channel, verb: str, shown: Any, **more: Any
) -> None:
    prefix = "channel" if channel.kind == "channel" else "group"
    event = {"type": f"{prefix}_{verb}", "channel": shown, **more}
    event["event_ts"] = hub.now_ts(workspace)
    hub.emit_in_channel(workspace, channel, f"{prefix}_{verb}", event)
    hub.channel_changed(workspace, channel)


def _member_event(
    kind: str, hub: Hub, workspace: Workspace, channel: Channel, user: str
) -> dict[str, Any]:
    return {
        "type": kind,
        "user": user,
        "channel": channel.id,
        "channel_type": "C" if channel.kind == "channel" else "G",
        "team": workspace.id,
        "event_ts": hub.now_ts(workspace),
    }


def _service_message(
    hub: Hub, workspace: Workspace, channel: Channel, user: str, subtype: str, words: str
) -> None:
    message = Message(
        ts=hub.now_ts(workspace),
        channel=channel.id,
        user=user,
        team=workspace.id,
        subtype=subtype,
        body={"text": f"<@{user}> {words}"},
    )
    store(hub, workspace, channel, message)
