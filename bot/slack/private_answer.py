"""An answer for one person: a note while it is made, then the answer in the note's place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from bot.chat.ports import Place, StartedCallback
from bot.errors import SlackError
from bot.render.blocks import SECTION_CHARS, section
from bot.render.message import Message
from bot.render.mrkdwn import Escaped, escape
from bot.slack.answer_post import AnswerPost
from bot.slack.calls import SlackLost, SlackUnreachable
from bot.slack.growing import FIRST_PATIENCE_SECONDS
from bot.slack.whispers import whisper

if TYPE_CHECKING:
    # The desk makes answers, and they use what all of them share.
    from bot.slack.answers import SlackAnswerDesk

# The answer itself, and one more try of it, must always be left.
KEPT_USES: Final = 2

log: Final = structlog.get_logger(__name__)


class PrivateAnswer:
    """
    An answer through a response_url: two of its five uses, however long it is.

    Where that is used up or expired: chat.postEphemeral, and where that cannot be, a direct message.
    Neither an ephemeral message nor the public message that a button belongs to can be replaced:
    who waits for an answer of that kind sees a status line in the thread, or else gets a direct
    message that becomes the answer.
    """

    def __init__(self, desk: SlackAnswerDesk, place: Place, on_started: StartedCallback) -> None:
        self._desk, self._place, self._on_started = desk, place, on_started
        self._calls, self._urls = desk.calls, desk.response_urls
        self._url = place.response_url or ""
        self._noted = self._has_status = False
        direct_channel_id, _, self._direct_ts = (place.answer_ts or "").rpartition(":")
        self._direct = AnswerPost(desk.calls, _direct(place, direct_channel_id))
        # A note on its way must have arrived before the answer replaces it.
        self._noting = asyncio.Lock()

    async def show_thinking(self, status: str, note: str = "") -> bool:
        """Show a private note once; it costs one use, so there is no second one."""
        # Where the note could not be replaced it would stay there for good.
        if not self._place.replace_original or self._direct_ts:
            return bool(self._direct_ts)
        async with self._noting:
            return self._noted or await self._note(note or status)

    async def show_note(self, status: str, note: str) -> bool:
        """Try once more, or show it elsewhere; False when it may go through later."""
        place = self._place
        if place.replace_original:
            return await self.show_thinking(status, note)
        async with self._noting:
            self._has_status = await self._desk.show_status(place, status)
            if not self._has_status and not self._direct_ts:
                await self._tell_directly(note)
        return True

    async def withdraw(self) -> None:
        """Nothing: there is always an answer to replace the note."""

    async def _note(self, note: str) -> bool:
        line = escape(note)
        if not line or self._urls.left(self._url) <= KEPT_USES:
            return False
        message = Message(text=str(line), blocks=(section(line.cut(SECTION_CHARS)),))
        try:
            await self._urls.send(self._url, message, replace=True, thread_ts=self._place.thread_ts)
        except SlackError as error:
            log.info("private_note_not_shown", code=error.code)
            return False
        self._noted = True
        return True

    async def _tell_directly(self, note: str) -> None:
        line = escape(note)
        message = Message(text=str(line), blocks=(section(line.cut(SECTION_CHARS)),))
        try:
            ts = await self._direct.begin(message, patience_seconds=FIRST_PATIENCE_SECONDS)
        except SlackError as error:
            log.info("private_note_not_shown", code=error.code)
            return
        self._direct_ts = ts
        # Both, for a process that may have to complete it: the place names the channel alone.
        await self._on_started(f"{self._direct.channel_id}:{ts}")

    async def add(self, piece: Escaped) -> None:
        """Nothing: a private answer is shown whole, five uses are too few for pieces."""

    async def finish(self, message: Message) -> str:
        """
        Show the answer and return "".

        Raises:
            SlackError: No way led to the person.
        """
        async with self._noting:
            if self._direct_ts:
                await self._direct.complete(self._direct_ts, message)
                return ""
            try:
                await self._send(message)
            except SlackError as error:
                log.info("response_url_failed", code=error.code)
                await self._otherwise(message, self._place)
            if self._has_status:
                # What only one person sees is no post: Slack would leave the line for two minutes.
                await self._desk.show_status(self._place, "")
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
            await self._direct.post(message)


def _direct(place: Place, channel_id: str) -> Place:
    """Return the person's direct messages: by their id, or by that of the conversation."""
    return Place(
        workspace_id=place.workspace_id,
        channel_id=channel_id or place.user_id,
        user_id=place.user_id,
        request_key=place.request_key,
    )
