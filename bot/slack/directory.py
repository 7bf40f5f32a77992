"""Channels and people as Slack knows them: names to ids, joining, time zones."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from bot.slack.calls import Json, SlackRefused, ask
from bot.slack.client import SlackClients
from bot.slack.search import next_cursor

_ID = re.compile(r"[CGD][A-Z0-9]{7,}")
_LINK = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
CHANNELS_PAGE: Final = 200
MAX_PAGES: Final = 100
_INVITE: Final = "Type /invite @plainwire in that channel, then try again."


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackChannel:
    """
    A conversation as Slack describes it.

    Attributes:
        name: Without "#".
        is_general: The workspace's default channel, where nothing is posted unasked.
        is_shared: Shared with other workspaces (Slack Connect).
    """

    id: str
    name: str
    is_private: bool = False
    is_member: bool = False
    is_archived: bool = False
    is_general: bool = False
    is_shared: bool = False


class SlackDirectory:
    """Looks up channels and people; every error is a SlackError with its next step."""

    def __init__(self, clients: SlackClients) -> None:
        self._clients = clients

    async def resolve(self, workspace_id: str, text: str) -> SlackChannel:
        """
        Return the channel that people mean by "#ai-news", "ai-news", `<#C…|…>` or its id.

        Raises:
            SlackError: Not found, or Slack could not be asked.
        """
        wanted = text.strip()
        linked = _LINK.fullmatch(wanted)
        channel_id = linked.group(1) if linked else wanted
        if _ID.fullmatch(channel_id):
            return await self.info(workspace_id, channel_id)
        name = wanted.lstrip("#").lower()
        async for channel in self.channels(workspace_id):
            if channel.name.lower() == name:
                return channel
        raise SlackRefused(
            f"No channel #{name} that Plainwire can see.",
            code="channel_not_found",
            next_step=f"Check the name; if it is private: {_INVITE}",
        )

    async def info(self, workspace_id: str, channel_id: str) -> SlackChannel:
        """
        Return one channel.

        Raises:
            SlackError: Not found or not visible, or Slack could not be asked.
        """
        client, _ = await self._clients.for_workspace(workspace_id)
        answer = await ask(client, "conversations.info", channel=channel_id)
        return _channel(answer.get("channel", {}))

    async def channels(self, workspace_id: str) -> AsyncIterator[SlackChannel]:
        """Yield every channel that is not archived: public ones, and private ones we are in."""
        client, installation = await self._clients.for_workspace(workspace_id)
        private = not installation.scopes or "groups:read" in installation.scopes
        types = "public_channel,private_channel" if private else "public_channel"
        cursor: str | None = None
        for _ in range(MAX_PAGES):
            answer = await ask(
                client,
                "conversations.list",
                types=types,
                exclude_archived=True,
                limit=CHANNELS_PAGE,
                cursor=cursor,
            )
            for found in answer.get("channels", []):
                yield _channel(found)
            cursor = next_cursor(answer)
            if not cursor:
                return

    async def ensure_member(self, workspace_id: str, channel: SlackChannel) -> SlackChannel:
        """
        Return the channel with us in it: a public one is joined.

        Raises:
            SlackError: It is private, archived or joining is not permitted; says what to do.
        """
        if channel.is_member:
            return channel
        if channel.is_private:
            raise SlackRefused(
                f"#{channel.name} is private and Plainwire is not in it.",
                code="not_in_channel",
                next_step=_INVITE,
            )
        return await self.join(workspace_id, channel.id)

    async def join(self, workspace_id: str, channel_id: str) -> SlackChannel:
        """
        Join a public channel; joining one we are in does no harm.

        Raises:
            SlackError: Without the optional channels:join scope the next step is an invitation.
        """
        client, _ = await self._clients.for_workspace(workspace_id)
        try:
            answer = await ask(client, "conversations.join", channel=channel_id)
        except SlackRefused as error:
            if error.code in {"missing_scope", "method_not_supported_for_channel_type"}:
                what = "Plainwire may not join channels by itself."
                raise SlackRefused(what, code=error.code, next_step=_INVITE) from error
            raise
        return _channel({**answer.get("channel", {}), "is_member": True})

    async def zone_of(self, workspace_id: str, user_id: str) -> str | None:
        """Return a person's IANA time zone, or None when Slack does not tell (users:read)."""
        client, _ = await self._clients.for_workspace(workspace_id)
        try:
            answer = await ask(client, "users.info", user=user_id)
        except SlackRefused:
            return None
        zone = answer.get("user", {}).get("tz")
        return str(zone) if zone else None


def _channel(found: Json) -> SlackChannel:
    return SlackChannel(
        id=str(found.get("id", "")),
        name=str(found.get("name") or found.get("user") or ""),
        is_private=_any(found, "is_private", "is_group", "is_mpim", "is_im"),
        is_member=_any(found, "is_member", "is_im"),
        is_archived=_any(found, "is_archived"),
        is_general=_any(found, "is_general"),
        is_shared=_any(found, "is_ext_shared", "is_org_shared", "is_shared"),
    )


def _any(found: dict[str, Any], *names: str) -> bool:
    return any(bool(found.get(name)) for name in names)
