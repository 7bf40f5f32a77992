"""
An answer that everybody in the thread sees while it is written.

    stream ──refused, unknown, too many──> post and update ──refused──> one post
    a note (where no status line was seen) ──> updated into the answer
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import structlog

from bot.chat.ports import Place, StartedCallback
from bot.errors import SlackError
from bot.explain.outgoing.addresses import leads_somewhere
from bot.render.message import Message
from bot.render.mrkdwn import Escaped, escape
from bot.slack.answer_post import AnswerPost, begins_with
from bot.slack.calls import Json, SlackBusy, SlackLost, SlackRefused
from bot.slack.growing import GrowingPost
from bot.slack.markdown import as_markdown
from bot.slack.stream import Ending, Stream
from bot.slack.tail import tail_of

if TYPE_CHECKING:
    # The desk makes answers, and they use what all of them share.
    from bot.slack.answers import SlackAnswerDesk

log: Final = structlog.get_logger(__name__)


class LiveAnswer:
    """An answer everybody in the thread sees while it is written."""

    def __init__(self, desk: SlackAnswerDesk, place: Place, on_started: StartedCallback) -> None:
        self._desk, self._place, self._on_started = desk, place, on_started
        self._post = AnswerPost(desk.calls, place)
        self._pieces: list[Escaped] = []
        self._ending_with_space = True
        self._crowded = False
        self._stream: Stream | None = None
        self._growing: GrowingPost | None = None
        # A note on its way to Slack must have ended before anything replaces it.
        self._noting = asyncio.Lock()

    async def show_thinking(self, status: str, note: str = "") -> bool:
        """Show a status line in a thread, or a note where one stands already; elsewhere nothing."""
        if self._growing is not None and self._growing.stands:
            return await self.show_note(status, note or status)
        return await self._desk.show_status(self._place, status)

    async def show_note(self, status: str, note: str) -> bool:  # noqa: ARG002 - the port's signature
        """Show a note in a message that becomes the answer; False when it may go through later."""
        async with self._noting:
            if self._pieces or not note.strip():
                return True
            self._growing = self._growing or self._new_growing()
            return await self._growing.show(escape(note))

    async def withdraw(self) -> None:
        """Take a note away again."""
        async with self._noting:
            if self._growing is not None:
                await self._growing.withdraw()

    async def add(self, piece: Escaped) -> None:
        """Show a piece: the first at once, later ones gathered."""
        async with self._noting:
            await self._add(piece)

    async def _add(self, piece: Escaped) -> None:
        first = not self._pieces
        self._pieces.append(piece)
        if self._stream is not None:
            self._stream.add(self._seamless(piece))
        elif self._growing is not None:
            await self._growing.add(piece)
        elif first:
            await self._begin(piece)

    async def finish(self, message: Message) -> str:
        """
        End the answer with its complete form and return its ts.

        Raises:
            SlackError: Nothing of it could be shown.
        """
        async with self._noting:
            if self._stream is not None:
                return await self._finish_stream(self._stream, message)
            if self._growing is not None:
                return await self._growing.finish(message)
            return await self._post.post(message)

    async def abandon(self) -> None:
        """Close what is open without an end; for a writer that gives up."""
        if self._stream is not None:
            self._desk.open_streams.discard(self._stream)
            await self._stream.close()

    # ---- beginning ----------------------------------------------------------------------------

    async def _begin(self, piece: Escaped) -> None:
        ts = await self._start_stream(self._seamless(piece)) if self._may_stream() else None
        if ts is None:
            self._growing = self._new_growing()
            await self._growing.add(piece)
            return
        stream = Stream(
            self._desk.calls, self._place, ts, len(str(piece)), self._desk.settings.times
        )
        self._stream = stream
        self._desk.keep_open(stream)
        try:
            await self._on_started(ts)
        except BaseException:
            # Without a record nobody would close it after a crash; the error goes on.
            await self.abandon()
            raise

    def _may_stream(self) -> bool:
        return (
            self._desk.settings.streaming
            and bool(self._place.thread_ts)
            and self._desk.learned.can(self._place.workspace_id, "stream")
        )

    async def _start_stream(self, text: str) -> str | None:
        """Return the stream's ts, or None to show the answer another way."""
        place, since = self._place, time.time()
        body: Json = {
            "channel": place.channel_id,
            "thread_ts": place.thread_ts,
            "markdown_text": text,
            "recipient_user_id": place.user_id,
            "recipient_team_id": place.workspace_id,
        }
        try:
            answer = await self._desk.calls.write(
                place.workspace_id, "chat.startStream", body, patience_seconds=0.0
            )
        except SlackLost as error:
            log.warning("stream_start_lost", channel_id=place.channel_id, code=error.code)
            return await self._post.find(since, lambda message: begins_with(message, text))
        except SlackRefused as error:
            self._desk.learned.note(place.workspace_id, "stream", error.code)
            log.info("stream_refused", channel_id=place.channel_id, code=error.code)
            return None
        except SlackError as error:
            # Too many starts a minute, or no connection: this answer goes another way.
            self._crowded = isinstance(error, SlackBusy)
            log.info("stream_not_started", channel_id=place.channel_id, code=error.code)
            return None
        ts = answer.get("ts")
        return ts if isinstance(ts, str) and ts else None

    def _new_growing(self) -> GrowingPost:
        return GrowingPost(
            self._post,
            self._desk.learned,
            self._place.workspace_id,
            self._on_started,
            update_every_seconds=self._desk.settings.update_every_seconds,
            crowded=self._crowded,
        )

    def _seamless(self, piece: Escaped) -> str:
        """Return a piece as Markdown, with a space before it where its neighbour has none."""
        text = as_markdown(piece)
        if not text:
            return ""
        if not self._ending_with_space and not text[0].isspace():
            text = f" {text}"
        self._ending_with_space = text[-1].isspace()
        return text

    # ---- ending -------------------------------------------------------------------------------

    async def _finish_stream(self, stream: Stream, message: Message) -> str:
        # A stream has no `verbatim`: only blocks keep "Character.ai" from becoming a link.
        linkable = any(leads_somewhere(str(piece)) for piece in self._pieces)
        tail = None if linkable else tail_of(message, [str(piece) for piece in self._pieces])
        try:
            ending = await stream.stop(tail)
        finally:
            # A stop that was cut off stays in the set, and `SlackAnswerDesk.close` ends it.
            if not stream.is_open:
                self._desk.open_streams.discard(stream)
        if ending is Ending.INCOMPLETE:
            return await self._post.complete(stream.ts, message)
        return stream.ts
