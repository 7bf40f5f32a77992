"""
Who people are and which channels they belong to, as Slack says it.

People are kept for ten minutes, memberships for one: a preference changed by somebody who left a
minute ago does less harm than asking Slack at every press of a button. Without the optional scope
`users:read` nobody is known, and callers ask for what they need.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

from bot.chat.ports import Person
from bot.errors import SlackError
from bot.slack.calls import Json, SlackRefused
from bot.slack.client import SlackClients
from bot.slack.paced import PacedCalls
from bot.slack.pacing import Pacer
from bot.slack.search import next_cursor

PERSON_SECONDS: Final = 600.0
MEMBERS_SECONDS: Final = 60.0
# Nobody waits longer than this for a look at who somebody is.
PATIENCE_SECONDS: Final = 10.0
KEPT_PEOPLE: Final = 10_000
KEPT_CHANNELS: Final = 500
PAGE: Final = 200
MAX_PAGES: Final = 50
# To ask for each channel's members is fine for a few; for more, the person's channels are listed.
MAX_SINGLE_CHANNELS: Final = 3
T = TypeVar("T")
_UNKNOWN: Final = frozenset({"user_not_found", "user_not_visible", "users_not_found"})


class Kept(Generic[T]):
    """A bounded memory whose entries expire; the oldest go first."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._rows: dict[Any, tuple[float, T]] = {}

    def get(self, key: tuple[str, ...]) -> T | None:
        found = self._rows.get(key)
        if found is None or asyncio.get_running_loop().time() - found[0] >= self._seconds:
            return None
        return found[1]

    def put(self, key: tuple[str, ...], value: T) -> None:
        self._rows.pop(key, None)
        while len(self._rows) >= self._most:
            del self._rows[next(iter(self._rows))]
        self._rows[key] = (asyncio.get_running_loop().time(), value)

    def drop(self, key: tuple[str, ...]) -> None:
        self._rows.pop(key, None)


class SlackPeople:
    """
    Implements `bot.chat.ports.People`.

    Args:
        clients: Tokens, sessions and granted scopes.
        pacer: The one of the process.
    """

    def __init__(self, clients: SlackClients, pacer: Pacer) -> None:
        self._clients = clients
        self._calls = PacedCalls(clients, pacer)
        self._people: Kept[Person] = Kept(PERSON_SECONDS, KEPT_PEOPLE)
        self._members: Kept[frozenset[str]] = Kept(MEMBERS_SECONDS, KEPT_CHANNELS)

    async def get(self, workspace_id: str, user_id: str) -> Person | None:
        """
        Return a person, at most ten minutes old, or None when Slack does not tell.

        Raises:
            SlackError: Slack could not be asked.
        """
        kept = self._people.get((workspace_id, user_id))
        if kept is not None:
            return kept
        if not await self._granted(workspace_id, "users:read"):
            return None
        try:
            answer = await self._read(workspace_id, "users.info", user=user_id)
        except SlackRefused as error:
            if error.code == "missing_scope" or error.code in _UNKNOWN:
                return None
            raise
        user = answer.get("user")
        person = _person(workspace_id, user_id, user if isinstance(user, dict) else {})
        self._people.put((workspace_id, user_id), person)
        return person

    async def is_member(self, workspace_id: str, channel_id: str, user_id: str) -> bool:
        """
        Return whether a person belongs to a channel, at most a minute ago.

        Raises:
            SlackError: Slack could not be asked; a channel it does not show has no members.
        """
        return user_id in await self._members_of(workspace_id, channel_id)

    async def channels_of(self, workspace_id: str, user_id: str, among: Sequence[str]) -> list[str]:
        """
        Return which of *among* the person belongs to, in that order, asked of Slack now.

        Raises:
            SlackError: Slack could not be asked: then nothing may be shown.
        """
        wanted = list(dict.fromkeys(among))
        if len(wanted) <= MAX_SINGLE_CHANNELS:
            for channel_id in wanted:
                self._members.drop((workspace_id, channel_id))
            theirs = await self._one_by_one(workspace_id, user_id, wanted)
        else:
            theirs = await self._listed_or_asked(workspace_id, user_id, wanted)
        return [channel_id for channel_id in wanted if channel_id in theirs]

    def forget_channel(self, workspace_id: str, channel_id: str) -> None:
        """Forget who is in a channel: somebody came or went."""
        self._members.drop((workspace_id, channel_id))

    async def _listed_or_asked(
        self, workspace_id: str, user_id: str, wanted: Sequence[str]
    ) -> set[str]:
        listed = await self._listed(workspace_id, user_id)
        if listed is not None:
            return listed
        return await self._one_by_one(workspace_id, user_id, wanted)

    async def _one_by_one(
        self, workspace_id: str, user_id: str, channel_ids: Sequence[str]
    ) -> set[str]:
        return {
            channel_id
            for channel_id in channel_ids
            if await self.is_member(workspace_id, channel_id, user_id)
        }

    async def _listed(self, workspace_id: str, user_id: str) -> set[str] | None:
        """Return all channels of a person that we may see, or None when they cannot be listed."""
        private = await self._granted(workspace_id, "groups:read")
        types = "public_channel,private_channel" if private else "public_channel"
        found: set[str] = set()
        cursor: str | None = None
        try:
            for _ in range(MAX_PAGES):
                answer = await self._read(
                    workspace_id,
                    "users.conversations",
                    user=user_id,
                    types=types,
                    limit=PAGE,
                    cursor=cursor,
                )
                found |= {str(channel.get("id")) for channel in answer.get("channels", [])}
                cursor = next_cursor(answer)
                if not cursor:
                    return found
        except SlackRefused:
            # A scope is missing, or Slack does not list others' channels: ask channel by channel.
            return None
        return None

    async def _members_of(self, workspace_id: str, channel_id: str) -> frozenset[str]:
        kept = self._members.get((workspace_id, channel_id))
        if kept is not None:
            return kept
        found: set[str] = set()
        cursor: str | None = None
        try:
            for _ in range(MAX_PAGES):
                answer = await self._read(
                    workspace_id,
                    "conversations.members",
                    channel=channel_id,
                    limit=PAGE,
                    cursor=cursor,
                )
                found |= {str(user) for user in answer.get("members", [])}
                cursor = next_cursor(answer)
                if not cursor:
                    break
        except SlackRefused as error:
            if error.code != "channel_not_found":
                raise
        members = frozenset(found)
        self._members.put((workspace_id, channel_id), members)
        return members

    async def _granted(self, workspace_id: str, scope: str) -> bool:
        try:
            _, installation = await self._clients.for_workspace(workspace_id)
        except SlackError:
            return False
        # Installations from older rows name no scopes; then Slack's own answer decides.
        return not installation.scopes or scope in installation.scopes

    async def _read(self, workspace_id: str, method: str, **arguments: Any) -> Json:
        return await self._calls.read(
            workspace_id, method, patience_seconds=PATIENCE_SECONDS, **arguments
        )


def _person(workspace_id: str, user_id: str, user: Json) -> Person:
    profile = user.get("profile")
    profile = profile if isinstance(profile, dict) else {}
    shown = profile.get("display_name") or user.get("real_name") or user.get("name")
    return Person(
        user_id=user_id,
        name=str(shown or ""),
        zone=str(user.get("tz") or ""),
        is_admin=bool(user.get("is_admin") or user.get("is_owner")),
        is_guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        is_stranger=_is_stranger(workspace_id, user),
        is_bot=bool(user.get("is_bot") or user_id == "USLACKBOT"),
    )


def _is_stranger(workspace_id: str, user: Json) -> bool:
    """Of another organisation: another team, unless both are of one Enterprise Grid."""
    if user.get("is_stranger"):
        return True
    enterprise = user.get("enterprise_user")
    teams = enterprise.get("teams") if isinstance(enterprise, dict) else None
    own = {user.get("team_id") or workspace_id, *(teams if isinstance(teams, list) else ())}
    return workspace_id not in own
