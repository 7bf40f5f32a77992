"""Use case: a private answer is shared with its channel, once, and people can ask on under it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from bot.chat.answering import Answering
from bot.chat.ports import AnswerDesk, Place, Whispers
from bot.chat.sayings import Saying, say
from bot.chat.whose_answer import AnswerLookup, Presser
from bot.digest.ports import ChannelStore
from bot.errors import SlackError

_NOT_THERE = frozenset({"not_in_channel", "channel_not_found"})


async def _nothing(answer_ts: str) -> None:
    """What is posted whole needs no note of where it began."""


class Sharing:
    """
    Posts private answers publicly.

    Args:
        answering: Knows the answers.
        answers: Tells whose they are.
        desk: Posts them.
        whispers: The way where we are no member.
        channels: For the language to speak in.
    """

    def __init__(
        self,
        answering: Answering,
        answers: AnswerLookup,
        desk: AnswerDesk,
        whispers: Whispers,
        channels: ChannelStore,
    ) -> None:
        self._answering, self._answers = answering, answers
        self._desk, self._whispers, self._channels = desk, whispers, channels
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
        Post the private answer to a request for everybody, and return the sentence for who pressed.

        Nobody but its asker may, in the conversation that it was asked in.

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
        presser = Presser(
            workspace_id=place.workspace_id, channel_id=place.channel_id, user_id=place.user_id
        )
        async with self._one_at_a_time:
            asked = await self._answers.own(source_key, presser)
            if asked is None:
                return Saying.ANSWER_GONE
            if await self._answers.is_shared(asked):
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
                await self._answers.note_shared(asked)
                # There we can still answer through the response_url, but hear no replies.
                return Saying.SHARED_UNHEARD
            await self._answers.note_shared(asked)
        await self._answering.remember_shared(*where, ts, now)
        return Saying.SHARED
