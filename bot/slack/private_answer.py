"""An answer for one person: a note while it is made, then the answer in the note's place."""

from __future__ import annotations

from typing import Final

import structlog

from bot.chat.ports import Place
from bot.errors import SlackError
from bot.render.blocks import SECTION_CHARS, section
from bot.render.message import Message
from bot.render.mrkdwn import Escaped, escape
from bot.slack.answer_post import AnswerPost
from bot.slack.calls import SlackLost, SlackUnreachable
from bot.slack.paced import PacedCalls
from bot.slack.response_urls import ResponseUrls
from bot.slack.whispers import whisper

# The answer itself, and one more try of it, must always be left.
KEPT_USES: Final = 2

log: Final = structlog.get_logger(__name__)


class PrivateAnswer:
    """
    An answer through a response_url: two of its five uses, however long it is.

    Where that is used up or expired: chat.postEphemeral, and where that cannot be, a direct message.
    """

    def __init__(self, calls: PacedCalls, response_urls: ResponseUrls, place: Place) -> None:
        self._calls, self._urls, self._place = calls, response_urls, place
        self._url = place.response_url or ""
        self._noted = False

    async def show_thinking(self, status: str) -> None:
        """Show a private note once; it costs one use, so there is no second one."""
        place = self._place
        # Where the note could not be replaced it would stay there for good.
        if self._noted or not place.replace_original or self._urls.left(self._url) <= KEPT_USES:
            return
        line = escape(status)
        if not line:
            return
        self._noted = True
        note = Message(text=str(line), blocks=(section(line.cut(SECTION_CHARS)),))
        try:
            await self._urls.send(self._url, note, replace=True, thread_ts=place.thread_ts)
        except SlackError as error:
            log.info("private_note_not_shown", code=error.code)

    async def add(self, piece: Escaped) -> None:
        """Nothing: a private answer is shown whole, five uses are too few for pieces."""

    async def finish(self, message: Message) -> str:
        """
        Show the answer and return "".

        Raises:
            SlackError: No way led to the person.
        """
        place = self._place
        try:
            await self._send(message)
        except SlackError as error:
            log.info("response_url_failed", code=error.code)
            await self._otherwise(message, place)
        return ""

    async def _send(self, message: Message) -> None:
        place = self._place
        replace = place.replace_original
        try:
            await self._urls.send(self._url, message, replace=replace, thread_ts=place.thread_ts)
        except (SlackLost, SlackUnreachable):
            # In place it can be repeated; a new note might stand there twice, which is better
            # than an answer that nobody sees.
            await self._urls.send(self._url, message, replace=replace, thread_ts=place.thread_ts)

    async def _otherwise(self, message: Message, place: Place) -> None:
        try:
            await whisper(
                self._calls,
                place.workspace_id,
                place.channel_id,
                place.user_id,
                message,
                thread_ts=place.thread_ts,
            )
        except SlackError as error:
            log.info("whisper_failed", code=error.code)
            direct = Place(
                workspace_id=place.workspace_id,
                channel_id=place.user_id,
                user_id=place.user_id,
                request_key=place.request_key,
            )
            await AnswerPost(self._calls, direct).post(message)
