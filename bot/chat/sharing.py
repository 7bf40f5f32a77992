"""Use case: a private answer is shared with its channel, once, and people can ask on under it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import datetime

from bot.chat.answering import Answering
from bot.chat.ports import AnswerDesk, Place, Whispers
from bot.errors import SlackError

_SHARED = "Shared to the channel; reply there to ask more."
_ALREADY = "This answer is shared already."
_GONE = (
    "I no longer have that answer, because answers are kept for a few days only; please ask again."
)
# Where the bot is no member it can still answer through the response_url, but not hear replies.
_SHARED_UNHEARD = (
    "Shared to the channel. I am not a member there, so I do not hear replies; type "
    "`/invite @plainwire` to change that."
)
_NOT_THERE = frozenset({"not_in_channel", "channel_not_found"})
_KEPT = 5_000


async def _nothing(answer_ts: str) -> None:
    """What is posted whole needs no note of where it began."""


class Sharing:
    """
    Posts private answers publicly.

    Args:
        answering: Knows the answers.
        desk: Posts them.
        whispers: The way where we are no member.
    """

    def __init__(self, answering: Answering, desk: AnswerDesk, whispers: Whispers) -> None:
        self._answering, self._desk, self._whispers = answering, desk, whispers
        self._shared: OrderedDict[str, None] = OrderedDict()
        self._one_at_a_time = asyncio.Lock()

    async def share(
        self,
        *,
        workspace_id: str,
        channel_id: str,
        user_id: str,
        source_key: str,
        response_url: str,
        now: datetime,
    ) -> str:
        """
        Post the answer to a request for everybody, and return the sentence for who pressed.

        Raises:
            SlackError: It could not be posted.
        """
        async with self._one_at_a_time:
            if source_key in self._shared:
                return _ALREADY
            message = await self._answering.shared(workspace_id, channel_id, source_key)
            if message is None:
                return _GONE
            place = Place(
                workspace_id=workspace_id,
                channel_id=channel_id,
                user_id=user_id,
                request_key=f"{source_key}:shared",
            )
            try:
                ts = await self._desk.begin(place, _nothing).finish(message)
            except SlackError as error:
                if error.code not in _NOT_THERE or not response_url:
                    raise
                await self._whispers.respond(response_url, message, in_channel=True)
                self._note(source_key)
                return _SHARED_UNHEARD
            self._note(source_key)
        await self._answering.remember_shared(workspace_id, channel_id, source_key, ts, now)
        return _SHARED

    def _note(self, source_key: str) -> None:
        self._shared[source_key] = None
        while len(self._shared) > _KEPT:
            self._shared.popitem(last=False)
