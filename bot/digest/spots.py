"""
Use case: which conversation is meant, and may this person know of it?

Slack says itself where something was typed or pressed. An id that stands in a button or in a window's
metadata says only what somebody wrote there: it counts for those who are in that conversation. To
everybody else it is an id that nobody knows, and is answered in the same words.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final, Protocol

from bot.chat.ports import People
from bot.digest.places import Places
from bot.digest.ports import ChannelStore
from bot.digest.spot import Spot
from bot.errors import SlackError

_ID = re.compile(r"[CDG][A-Z0-9]{1,63}", re.ASCII)
# Slack's words for "no such conversation, or none that you can see".
_UNKNOWN: Final = frozenset(
    {
        "channel_not_found",
        "invalid_arguments",
        "method_not_supported_for_channel_type",
        "missing_scope",
    }
)


class Seals(Protocol):
    """Marks that nobody but us can make."""

    def seal(self, text: str) -> str:
        """Return a mark for a text, in ASCII."""
        ...

    def is_seal(self, mark: str, text: str) -> bool:
        """Return whether *mark* was made for *text*; False for whatever else it is."""
        ...


class Spots:
    """
    Finds conversations for people, in the workspace of the installation that heard of them.

    Args:
        places: Conversations as Slack knows them.
        people: Who is in them.
        channels: Whose digest a direct message has.
        seals: For direct messages in which nobody has said anything yet.
    """

    def __init__(
        self, *, places: Places, people: People, channels: ChannelStore, seals: Seals
    ) -> None:
        self._places, self._people = places, people
        self._channels, self._seals = channels, seals

    async def here(
        self, workspace_id: str, channel_id: str, user_id: str, *, name: str = ""
    ) -> Spot:
        """
        Return the conversation in which Slack says that somebody typed or pressed something.

        Args:
            workspace_id: Of the installation that the event is for.
            channel_id: Of the event itself.
            user_id: Who.
            name: As the event names it.

        Raises:
            SlackError: It is not theirs, we are not in it, or Slack could not be asked.
        """
        spot = await self._places.spot(workspace_id, channel_id, user_id=user_id, name=name)
        if spot.is_dm:
            return await self._direct(spot, user_id, vouched=True)
        if spot.is_private and not await self._is_member(spot, user_id):
            raise _not_found()
        return spot

    async def named(
        self, workspace_id: str, channel_id: str, user_id: str, *, seal: str = ""
    ) -> Spot:
        """
        Return the conversation that a button's value or a window's metadata names.

        Args:
            workspace_id: Of the installation that the event is for.
            channel_id: As it stands there.
            user_id: Who pressed or submitted.
            seal: What `seal_of` returned for a direct message, or "".

        Raises:
            SlackError: `channel_not_found` for whatever is not theirs; or Slack could not be asked.
        """
        if not _ID.fullmatch(channel_id):
            raise _not_found()
        try:
            spot = await self._places.spot(workspace_id, channel_id, user_id=user_id)
            if spot.is_dm:
                text = _sealed_text(workspace_id, channel_id, user_id)
                vouched = self._seals.is_seal(seal, text)
                return await self._direct(spot, user_id, vouched=vouched)
            is_member = await self._is_member(spot, user_id)
        except SlackError as error:
            if error.code in _UNKNOWN:
                raise _not_found() from error
            raise
        if not is_member:
            raise _not_found()
        return spot

    async def check_direct(self, workspace_id: str, channel_id: str, user_id: str) -> None:
        """
        Make sure that nobody acts in the direct message that has somebody else's own digest.

        Slack is asked only when it looks so.

        Raises:
            SlackError: It is somebody else's.
        """
        owner = await self._owner(workspace_id, channel_id)
        if owner not in {"", user_id}:
            await self.here(workspace_id, channel_id, user_id)

    def seal_of(self, workspace_id: str, channel_id: str, user_id: str) -> str:
        """Return what proves later that this direct message is this person's; "" for channels."""
        if not channel_id.startswith("D"):
            return ""
        return self._seals.seal(_sealed_text(workspace_id, channel_id, user_id))

    async def _direct(self, spot: Spot, user_id: str, *, vouched: bool) -> Spot:
        """Return a direct message with us as this person's own: who writes there, or set it up."""
        owner = spot.dm_user_id or await self._owner(spot.workspace_id, spot.channel_id)
        if owner != user_id and (owner or not vouched):
            raise _not_found()
        return replace(spot, dm_user_id=user_id)

    async def _owner(self, workspace_id: str, channel_id: str) -> str:
        channel = await self._channels.get(workspace_id, channel_id)
        return channel.set_up_by if channel is not None and channel.is_dm else ""

    async def _is_member(self, spot: Spot, user_id: str) -> bool:
        place = (spot.workspace_id, spot.channel_id)
        if await self._people.is_member(*place, user_id):
            return True
        # They may have joined a moment ago, which another process was told.
        return bool(await self._people.channels_of(spot.workspace_id, user_id, [spot.channel_id]))


def _sealed_text(workspace_id: str, channel_id: str, user_id: str) -> str:
    return f"direct message {workspace_id}/{channel_id}/{user_id}"


def _not_found() -> SlackError:
    return SlackError(
        "No conversation of theirs has that id.",
        code="channel_not_found",
        next_step="Open the settings in the conversation itself, with /digest.",
    )
