"""Emoji reactions, by the bot or by people."""

from __future__ import annotations

from bot.sandbox.hub import Hub
from bot.sandbox.state import Channel, Message, Workspace
from bot.sandbox.wire import message_wire


def react(
    hub: Hub, workspace: Workspace, channel: Channel, message: Message, user: str, name: str
) -> bool:
    """Add a reaction; False when this user already made it."""
    people = message.reactions.setdefault(name, [])
    if user in people:
        return False
    people.append(user)
    _announce(hub, workspace, channel, message, user, name, "reaction_added")
    return True


def unreact(
    hub: Hub, workspace: Workspace, channel: Channel, message: Message, user: str, name: str
) -> bool:
    """Take a reaction back; False when there was none."""
    people = message.reactions.get(name, [])
    if user not in people:
        return False
    people.remove(user)
    if not people:
        del message.reactions[name]
    _announce(hub, workspace, channel, message, user, name, "reaction_removed")
    return True


def _announce(
    hub: Hub,
    workspace: Workspace,
    channel: Channel,
    message: Message,
    user: str,
    name: str,
    kind: str,
) -> None:
    event = {
        "type": kind,
        "user": user,
        "reaction": name,
        "item": {"type": "message", "channel": channel.id, "ts": message.ts},
        "item_user": message.user,
        "event_ts": hub.now_ts(workspace),
    }
    hub.emit_in_channel(workspace, channel, kind, event)
    wire = message_wire(workspace, message)
    hub.changed(workspace, "message", channel=channel.id, message=wire)
