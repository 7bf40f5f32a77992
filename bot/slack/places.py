"""Conversations looked up for the settings of their digests; kept for ten minutes."""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.digest.spot import Spot
from bot.errors import SlackError
from bot.slack.calls import SlackRefused
from bot.slack.client import SlackClients
from bot.slack.directory import SlackChannel, SlackDirectory
from bot.slack.paced import PacedCalls
from bot.slack.pacing import Pacer
from bot.slack.people import Kept

KEPT_SECONDS: Final = 600.0
KEPT_PLACES: Final = 5_000
# Slack gives no more than fifteen messages to apps that are in no directory.
LOOKED_AT: Final = 15
_NAMELESS: Final = frozenset({"directmessage", "privategroup"})

log: Final = structlog.get_logger(__name__)


class SlackPlaces:
    """
    Implements `bot.digest.places.Places`.

    Args:
        clients: Tokens and sessions.
        directory: Looks channels up and joins them.
        pacer: The one of the process.
    """

    def __init__(self, clients: SlackClients, directory: SlackDirectory, pacer: Pacer) -> None:
        self._calls = PacedCalls(clients, pacer)
        self._directory = directory
        self._channels: Kept[SlackChannel] = Kept(KEPT_SECONDS, KEPT_PLACES)
        self._direct: Kept[frozenset[str]] = Kept(KEPT_SECONDS, KEPT_PLACES)

    async def spot(
        self, workspace_id: str, channel_id: str, *, user_id: str, name: str = ""
    ) -> Spot:
        """Return a conversation as the port says."""
        if channel_id.startswith("D"):
            writers = await self._writers(workspace_id, channel_id)
            whose = user_id if user_id in writers else min(writers, default="")
            return Spot(
                workspace_id=workspace_id,
                channel_id=channel_id,
                is_private=True,
                is_dm=True,
                dm_user_id=whose,
            )
        channel = await self._channel(workspace_id, channel_id)
        known = "" if name in _NAMELESS else name
        return Spot(
            workspace_id=workspace_id,
            channel_id=channel_id,
            name=channel.name or known,
            is_general=channel.is_general,
            is_private=channel.is_private,
        )

    async def join(self, spot: Spot) -> str:
        """Join a public channel as the port says."""
        if spot.is_dm:
            return ""
        try:
            channel = await self._directory.info(spot.workspace_id, spot.channel_id)
            await self._directory.ensure_member(spot.workspace_id, channel)
        except SlackError as error:
            log.info("channel_not_joined", channel_id=spot.channel_id, code=error.code)
            return "I am not in this channel yet: type `/invite @plainwire` here, or no digest can be posted."
        return ""

    def forget(self, workspace_id: str, channel_id: str) -> None:
        """Forget a channel whose name or nature changed."""
        self._channels.drop((workspace_id, channel_id))

    async def _channel(self, workspace_id: str, channel_id: str) -> SlackChannel:
        kept = self._channels.get((workspace_id, channel_id))
        if kept is None:
            kept = await self._directory.info(workspace_id, channel_id)
            self._channels.put((workspace_id, channel_id), kept)
        return kept

    async def _writers(self, workspace_id: str, channel_id: str) -> frozenset[str]:
        """
        Return who, besides bots, wrote in a direct message with us lately; what they wrote is not read.

        Its history can be read (`im:history`) when we are in it: commands work between two people,
        too. `conversations.info` and `conversations.members` would need one scope more.
        """
        kept = self._direct.get((workspace_id, channel_id))
        if kept is not None:
            return kept
        messages: Any = ()
        try:
            answer = await self._calls.read(
                workspace_id, "conversations.history", channel=channel_id, limit=LOOKED_AT
            )
            messages = answer.get("messages")
        except SlackRefused as error:
            if error.code == "channel_not_found":
                raise
            log.info("direct_message_not_checked", code=error.code)
        writers = frozenset(filter(None, map(_writer, messages or ())))
        self._direct.put((workspace_id, channel_id), writers)
        return writers


def _writer(message: Any) -> str:
    """Return who typed a message; "" for those of bots and of Slack itself."""
    if not isinstance(message, dict) or message.get("bot_id") or message.get("subtype"):
        return ""
    user = message.get("user")
    return user if isinstance(user, str) and user != "USLACKBOT" else ""
