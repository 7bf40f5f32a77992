"""Private notes to one person."""

from __future__ import annotations

from typing import Final

from bot.render.command_names import CommandNames
from bot.render.message import Message
from bot.slack.bodies import body_of, log_findings
from bot.slack.calls import SlackRefused
from bot.slack.client import SlackClients
from bot.slack.paced import PacedCalls
from bot.slack.pacing import Pacer
from bot.slack.response_urls import ResponseUrls

# An ephemeral message into a thread that Slack does not know (any more) goes to the channel.
_NO_THREAD: Final = frozenset({"thread_not_found", "cannot_reply_to_message"})


class SlackWhispers:
    """
    Implements `bot.chat.ports.Whispers`.

    Args:
        clients: Tokens and sessions.
        pacer: The one of the process.
        response_urls: Shared with `SlackAnswerDesk`, so that uses are counted together.
        names: How our commands are called.
    """

    def __init__(
        self,
        clients: SlackClients,
        pacer: Pacer,
        response_urls: ResponseUrls | None = None,
        names: CommandNames | None = None,
    ) -> None:
        self._calls = PacedCalls(clients, pacer)
        self._urls = response_urls or ResponseUrls(clients)
        self._names = names or CommandNames()

    async def whisper(
        self,
        workspace_id: str,
        channel_id: str,
        user_id: str,
        message: Message,
        *,
        thread_ts: str | None = None,
    ) -> None:
        """
        Show a message to one person in a channel; raises SlackError.

        Both must be in the channel. It is not kept: who is offline may never see it.
        """
        named = self._names.message(message)
        await whisper(self._calls, workspace_id, channel_id, user_id, named, thread_ts=thread_ts)

    async def respond(
        self,
        response_url: str,
        message: Message,
        *,
        replace: bool = False,
        in_channel: bool = False,
    ) -> None:
        """
        Answer through a response_url.

        Raises:
            SlackRefused: Code `expired_url` when its five uses or thirty minutes are over.
            SlackError: Slack refused or could not be reached.
        """
        named = self._names.message(message)
        await self._urls.send(response_url, named, replace=replace, in_channel=in_channel)


async def whisper(
    calls: PacedCalls,
    workspace_id: str,
    channel_id: str,
    user_id: str,
    message: Message,
    *,
    thread_ts: str | None = None,
) -> None:
    """Call chat.postEphemeral, in the thread where there is one; raises SlackError."""
    method = "chat.postEphemeral"
    log_findings(message, method=method)
    body = body_of(message, channel=channel_id, user=user_id, thread_ts=thread_ts)
    # Unfurling is no argument of this method.
    body = {name: value for name, value in body.items() if not name.startswith("unfurl")}
    try:
        await calls.write(workspace_id, method, body)
    except SlackRefused as error:
        if thread_ts is None or error.code not in _NO_THREAD:
            raise
        await calls.write(workspace_id, method, {**body, "thread_ts": None})
