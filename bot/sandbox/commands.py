"""Slash commands and shortcuts, as a person uses them."""

from __future__ import annotations

from typing import Any

from bot.sandbox.app import SlashCommand
from bot.sandbox.ephemeral import show_ephemeral
from bot.sandbox.hub import Hub
from bot.sandbox.interaction import (
    Answered,
    action_ts,
    channel_name,
    channel_part,
    failure_word,
    interactive_payload,
    send,
    triggers,
)
from bot.sandbox.refusal import Refusal
from bot.sandbox.response_urls import response_urls
from bot.sandbox.state import Channel, User, Workspace
from bot.sandbox.typing_text import to_wire

Json = dict[str, Any]


async def run_command(
    hub: Hub, workspace: Workspace, user: User, channel: Channel, command: str, text: str
) -> Answered:
    """
    Run a slash command at the top level of *channel*.

    What the app answers in its acknowledgement is shown at once; what it does not answer in
    three seconds is a sentence from Slackbot.
    """
    known = _known(hub, workspace, command)
    if known is None:
        return _say(hub, workspace, channel, user, _unknown(command))
    payload, url = _command_payload(hub, workspace, user, channel, known, text)
    ack = await send(hub, workspace, "slash_commands", payload)
    if ack is None:
        words = f'{command} failed with the error "{failure_word(hub)}"'
        return _say(hub, workspace, channel, user, words)
    if ack.payload.get("text") or ack.payload.get("blocks"):
        try:
            response_urls(hub).respond(url, ack.payload)
        except Refusal as refusal:
            words = f'{command} failed with the error "{refusal.code}"'
            return _say(hub, workspace, channel, user, words)
    return Answered(acked=True, payload=ack.payload)


def _known(hub: Hub, workspace: Workspace, command: str) -> SlashCommand | None:
    if "commands" not in workspace.scopes or not workspace.installed:
        return None
    if hub.app.slash_commands is None:
        return SlashCommand(command=command)
    return hub.app.slash_commands.get(command)


def _unknown(command: str) -> str:
    return (
        f"{command} is not a valid command. In Slack, all messages that start with the "
        '"/" character are interpreted as commands.'
    )


def _command_payload(
    hub: Hub, workspace: Workspace, user: User, channel: Channel, known: SlashCommand, text: str
) -> tuple[Json, Any]:
    address, url = response_urls(hub).issue(workspace, channel.id, user.id)
    words = _escaped(workspace, text) if known.should_escape else text
    payload = {
        "token": hub.app.verification_token,
        "team_id": workspace.id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": known.command,
        "text": words,
        "api_app_id": hub.app.app_id,
        "is_enterprise_install": "false",
        "response_url": address,
        "trigger_id": triggers(hub).issue(user),
    }
    return payload, url


def _escaped(workspace: Workspace, text: str) -> str:
    people = {user.name: user.id for user in workspace.users.values()}
    channels = {c.name: c.id for c in workspace.channels.values() if c.name}
    return to_wire(text, people, channels)


def _say(hub: Hub, workspace: Workspace, channel: Channel, user: User, words: str) -> Answered:
    """Let Slackbot tell the person what went wrong."""
    show_ephemeral(hub, workspace, channel.id, user.id, {"text": words}, from_slack=True)
    return Answered(acked=False, problem=words)


async def run_message_shortcut(
    hub: Hub,
    workspace: Workspace,
    user: User,
    channel: Channel,
    callback_id: str,
    message: Json,
) -> Answered:
    """Use a message shortcut; works in threads too."""
    address, _ = response_urls(hub).issue(
        workspace, channel.id, user.id, thread=str(message.get("thread_ts", ""))
    )
    payload = interactive_payload(
        hub,
        workspace,
        user,
        "message_action",
        action_ts=action_ts(hub),
        callback_id=callback_id,
        trigger_id=triggers(hub).issue(user),
        response_url=address,
        channel=channel_part(channel),
        message_ts=message["ts"],
        message=message,
    )
    payload.pop("api_app_id")
    return await _shortcut(hub, workspace, user, channel, payload)


async def run_global_shortcut(
    hub: Hub, workspace: Workspace, user: User, callback_id: str
) -> Answered:
    """Use a global shortcut: no channel, no response_url."""
    payload = interactive_payload(
        hub,
        workspace,
        user,
        "shortcut",
        action_ts=action_ts(hub),
        callback_id=callback_id,
        trigger_id=triggers(hub).issue(user),
    )
    payload.pop("api_app_id")
    return await _shortcut(hub, workspace, user, None, payload)


async def _shortcut(
    hub: Hub, workspace: Workspace, user: User, channel: Channel | None, payload: Json
) -> Answered:
    ack = await send(hub, workspace, "interactive", payload)
    if ack is not None:
        return Answered(acked=True, payload=ack.payload)
    words = f"{hub.app.name} did not respond. Please try again."
    if channel is None:
        return Answered(acked=False, problem=words)
    return _say(hub, workspace, channel, user, words)
