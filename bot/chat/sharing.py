"""Use case: a private answer is shared with its channel, once, and people can ask on under it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import datetime

from bot.chat.answering import Answering
from bot.chat.ports import AnswerDesk, Place, Whispers
from bot.chat.sayings import Saying, say
from bot.digest.ports import ChannelStore
from bot.errors import SlackError

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
        channels: For the language to speak in.
    """

    def __init__(
        self,
        answering: Answering,
        desk: AnswerDesk,
        whispers: Whispers,
        channels: ChannelStore,
    ) -> None:
        self._answering, self._desk, self._whispers = answering, desk, whispers
        self._channels = channels
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
        saying = await self._share(
            Place(
                workspace_id=workspace_id,
                channel_id=channel_id,
                user_id=user_id,
                request_key=f"{source_key}:shared",
            ),
            source_key,
            response_url,
            now,
        )
        channel = await self._channels.get(workspace_id, channel_id)
        return say(saying, channel.preference.language if channel is not None else "en")

    async def _share(
        self, place: Place, source_key: str, response_url: str, now: datetime
    ) -> Saying:
        where = (place.workspace_id, place.channel_id, source_key)
        async with self._one_at_a_time:
            if source_key in self._shared:
                return Saying.SHARED_ALREADY
            message = await self._answering.shared(*where)
            if message is None:
                return Saying.ANSWER_GONE
            try:
                ts = await self._desk.begin(place, _nothing).finish(message)
            except SlackError as error:
                if error.code not in _NOT_THERE or not response_url:
                    raise
                await self._whispers.respond(response_url, message, in_channel=True)
                self._note(source_key)
                # There we can still answer through the response_url, but hear no replies.
                return Saying.SHARED_UNHEARD
            self._note(source_key)
        await self._answering.remember_shared(*where, ts, now)
        return Saying.SHARED

    def _note(self, source_key: str) -> None:
        self._shared[source_key] = None
        while len(self._shared) > _KEPT:
            self._shared.popitem(last=False)
