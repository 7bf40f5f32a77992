"""
Answers on their way into Slack.

    stream ──refused, unknown, too many──> post and update ──refused──> one post
    private: a note by the response_url, then the answer in its place ──used up──> postEphemeral

What a workspace refuses for good is remembered for some minutes. Every answer ends somewhere: a
stream is stopped whatever happens, and a message begun by a process that died is completed.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.chat.ports import Answer, Place, StartedCallback
from bot.errors import SlackError
from bot.render.message import Message
from bot.render.mrkdwn import EMPTY, Escaped, escape
from bot.slack.answer_post import AnswerPost, begins_with
from bot.slack.calls import Json, SlackBusy, SlackLost, SlackRefused
from bot.slack.client import SlackClients
from bot.slack.growing import UPDATE_EVERY_SECONDS, GrowingPost, joined
from bot.slack.learned import Learned
from bot.slack.markdown import as_markdown
from bot.slack.paced import PacedCalls
from bot.slack.pacing import Pacer
from bot.slack.private_answer import PrivateAnswer
from bot.slack.response_urls import ResponseUrls
from bot.slack.stream import Ending, Stream, StreamTimes
from bot.slack.tail import tail_of

# A status line that comes later than this is overtaken by the answer.
STATUS_PATIENCE_SECONDS: Final = 0.5

log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSettings:
    """
    How answers are shown.

    Attributes:
        streaming: Off: post and update always.
        times: Of streams.
        update_every_seconds: Least time between two updates of a posted answer.
    """

    streaming: bool = True
    times: StreamTimes = field(default_factory=StreamTimes)
    update_every_seconds: float = UPDATE_EVERY_SECONDS


class SlackAnswerDesk:
    """
    Implements `bot.chat.ports.AnswerDesk`.

    Args:
        clients: Tokens and sessions.
        pacer: The one of the process.
        response_urls: Shared with `SlackWhispers`, so that uses are counted together.
        settings: See `DeskSettings`.
    """

    def __init__(
        self,
        clients: SlackClients,
        pacer: Pacer,
        response_urls: ResponseUrls | None = None,
        settings: DeskSettings | None = None,
    ) -> None:
        self.calls = PacedCalls(clients, pacer)
        self.learned = Learned()
        self.settings = settings or DeskSettings()
        self.response_urls = response_urls or ResponseUrls(clients)
        self.open_streams: set[Stream] = set()

    def begin(self, place: Place, on_started: StartedCallback) -> Answer:
        """Return the answer for a place; nothing is sent yet."""
        if place.response_url:
            return PrivateAnswer(self.calls, self.response_urls, place)
        if place.answer_ts:
            return ResumedAnswer(self, place, place.answer_ts)
        if place.begun_since:
            return PerhapsBegun(self, place, on_started, place.begun_since.timestamp())
        return LiveAnswer(self, place, on_started)

    def keep_open(self, stream: Stream) -> None:
        """Remember a stream for `close`; those that ended without their writer are forgotten."""
        self.open_streams = {known for known in self.open_streams if known.is_open} | {stream}

    async def close(self) -> None:
        """Stop every stream that is still open; the ledger completes their answers later."""
        streams, self.open_streams = self.open_streams, set()
        await asyncio.gather(*(stream.close() for stream in streams))

    async def show_status(self, place: Place, status: str) -> bool:
        """
        Show (or with "" clear) the status line of a thread; never raises SlackError.

        Slack clears it with the next post there, or after two minutes.
        """
        if not place.thread_ts or not self.learned.can(place.workspace_id, "status"):
            return False
        body = {"channel_id": place.channel_id, "thread_ts": place.thread_ts, "status": status}
        method = "assistant.threads.setStatus"
        try:
            await self.calls.write(
                place.workspace_id, method, body, patience_seconds=STATUS_PATIENCE_SECONDS
            )
        except SlackRefused as error:
            self.learned.note(place.workspace_id, "status", error.code)
            return False
        except SlackError:
            # Only a courtesy: not worth a wait.
            return False
        return True


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

    async def show_thinking(self, status: str) -> None:
        """Show a status line in a thread; elsewhere a message that becomes the answer."""
        if self._place.thread_ts:
            await self._desk.show_status(self._place, status)
        elif self._growing is None and status.strip():
            self._growing = self._new_growing()
            await self._growing.show(escape(status))

    async def add(self, piece: Escaped) -> None:
        """Show a piece: the first at once, later ones gathered."""
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
        tail = tail_of(message, [str(piece) for piece in self._pieces])
        try:
            ending = await stream.stop(tail)
        finally:
            # A stop that was cut off stays in the set, and `SlackAnswerDesk.close` ends it.
            if not stream.is_open:
                self._desk.open_streams.discard(stream)
        if ending is Ending.INCOMPLETE:
            return await self._post.complete(stream.ts, message)
        return stream.ts


class ResumedAnswer:
    """An answer that a process which died had begun: completed in place."""

    def __init__(self, desk: SlackAnswerDesk, place: Place, ts: str) -> None:
        self._desk, self._place, self._ts = desk, place, ts
        self._shown = EMPTY
        self._status = False

    async def show_thinking(self, status: str) -> None:
        """Show a status line, where there is one."""
        self._status = await self._desk.show_status(self._place, status)

    async def add(self, piece: Escaped) -> None:
        """Keep the piece: what stands there already is some of the answer, the end brings all."""
        self._shown = joined(self._shown, piece)

    async def finish(self, message: Message) -> str:
        """Stop the stream if it is still open, and put the whole answer in its place."""
        post = AnswerPost(self._desk.calls, self._place)
        await post.end_stream(self._ts)
        ts = await post.complete(self._ts, message)
        if self._status:
            # An update is no post: Slack would leave the line for two minutes.
            await self._desk.show_status(self._place, "")
        return ts


class PerhapsBegun:
    """
    An answer of which a process that died may have begun something, without a record of it.

    The place is read once, in this case alone: what is found is completed, else it begins anew.

    Args:
        since: UTC epoch seconds; when it was asked.
    """

    def __init__(
        self, desk: SlackAnswerDesk, place: Place, on_started: StartedCallback, since: float
    ) -> None:
        self._desk, self._place, self._on_started, self._since = desk, place, on_started, since
        self._found: Answer | None = None

    async def show_thinking(self, status: str) -> None:
        await (await self._answer()).show_thinking(status)

    async def add(self, piece: Escaped) -> None:
        await (await self._answer()).add(piece)

    async def finish(self, message: Message) -> str:
        return await (await self._answer()).finish(message)

    async def _answer(self) -> Answer:
        if self._found is None:
            ts = await AnswerPost(self._desk.calls, self._place).find_begun(self._since)
            if ts is None:
                self._found = LiveAnswer(self._desk, self._place, self._on_started)
            else:
                log.info("begun_answer_found", channel_id=self._place.channel_id)
                await self._on_started(ts)
                self._found = ResumedAnswer(self._desk, self._place, ts)
        return self._found
