"""
One streamed answer: few calls, first words at once, and never left open.

The first piece goes with the start; later ones gather until there are enough of them or enough
time has passed, each pause twice as long as the one before; what is left goes with the stop. So
200 words cost at most four calls however slowly they come.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from enum import Enum
from typing import Final

import structlog

from bot.chat.ports import Place
from bot.errors import SlackError
from bot.render.message import Block
from bot.slack.calls import Json, SlackBusy, SlackLost, SlackRefused
from bot.slack.paced import PATIENCE_SECONDS, PacedCalls
from bot.slack.search import ANSWER_TYPE

# Slack takes 12,000 characters of `markdown_text` a call; a whole answer stays under that too.
MAX_STREAM_CHARS: Final = 11_500
RETRY_SECONDS: Final = 3.0
# At the end of the process every open stream is closed; nobody waits long for that.
CLOSING_PATIENCE_SECONDS: Final = 3.0

log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTimes:
    """
    When a stream is appended to and closed.

    Attributes:
        append_chars: Gathered text that is sent without waiting.
        first_pause_seconds: Gathered text waits at most this long; then twice that, and so on.
        longest_seconds: Slack ends a stream after about 306 s with an error mark; ours ends before.
    """

    append_chars: int = 800
    first_pause_seconds: float = 3.0
    longest_seconds: float = 240.0


class Ending(Enum):
    """How a stream ended."""

    WHOLE = "whole"  # everything is shown, once
    INCOMPLETE = "incomplete"  # closed; the message must be completed by an update
    BY_USER = "by-user"  # a person pressed Stop and wants no more


class Stream:
    """
    A stream that runs.

    Args:
        calls: To Slack.
        place: Where it runs.
        ts: As the start returned it.
        shown_chars: How much was sent with the start.
        times: See `StreamTimes`.
    """

    def __init__(
        self, calls: PacedCalls, place: Place, ts: str, shown_chars: int, times: StreamTimes
    ) -> None:
        now = asyncio.get_running_loop().time()
        self.ts = ts
        self._calls, self._place, self._times = calls, place, times
        self._buffer = ""
        self._sent_chars = shown_chars
        self._pause_seconds = times.first_pause_seconds
        self._flush_at = now + self._pause_seconds
        self._end_at = now + times.longest_seconds
        # An ending that is known before the stop; None while everything goes well.
        self._ending: Ending | None = None
        self._open = True
        self._lock = asyncio.Lock()
        self._wake = asyncio.Event()
        self._keeper = asyncio.create_task(self._keep())

    @property
    def is_open(self) -> bool:
        return self._open

    def add(self, text: str) -> None:
        """Add text; it is sent from a task of the stream's own, so nobody waits for Slack here."""
        if self._sent_chars + len(self._buffer) + len(text) > MAX_STREAM_CHARS:
            self._ending = self._ending or Ending.INCOMPLETE
        if self._ending is not None:
            return
        self._buffer += text
        if len(self._buffer) >= self._times.append_chars:
            self._flush_at = min(self._flush_at, asyncio.get_running_loop().time())
        self._wake.set()

    async def stop(self, blocks: list[Block] | None) -> Ending:
        """
        End the stream with what is left and *blocks* at its bottom.

        Args:
            blocks: None when the message will be updated anyway: then nothing is added.

        Returns:
            What became of it; never raises SlackError. See `Ending`.
        """
        await self._end_keeper()
        async with self._lock:
            if blocks is None:
                self._ending = self._ending or Ending.INCOMPLETE
            if not self._open:
                return self._ending or Ending.INCOMPLETE
            whole = self._ending is None
            ending = await self._stopped({"blocks": blocks or None} if whole else None)
            # Only now: a stop that is cancelled half way leaves it to `close`.
            self._open = False
            return ending

    async def close(self) -> None:
        """Close the stream with what there is, quickly; the answer stays incomplete."""
        await self._end_keeper()
        async with self._lock:
            if self._open:
                self._ending = self._ending or Ending.INCOMPLETE
                await self._call_stop({}, CLOSING_PATIENCE_SECONDS)
                self._open = False

    async def _stopped(self, extra: Json | None) -> Ending:
        """Stop with the rest and *extra*, or bare for None."""
        if extra is not None:
            ending = await self._call_stop(extra | {"markdown_text": self._buffer or None})
            if ending is not None:
                return ending
        # Bare: whatever Slack had against the content, or did of it, the stream itself must end.
        return await self._call_stop({}) or Ending.INCOMPLETE

    async def _call_stop(
        self, extra: Json, patience_seconds: float = PATIENCE_SECONDS
    ) -> Ending | None:
        """Return the ending, or None when a bare stop should follow."""
        try:
            await self._write("chat.stopStream", {**extra, **self._label(extra)}, patience_seconds)
        except SlackRefused as error:
            if error.code == "stopped_by_user":
                return Ending.BY_USER
            log.warning("stream_stop_refused", code=error.code, reason=error.what)
            return Ending.INCOMPLETE if error.code == "message_not_in_streaming_state" else None
        except SlackError as error:
            log.warning("stream_stop_failed", code=error.code)
            return None
        return Ending.WHOLE if extra else Ending.INCOMPLETE

    def _label(self, extra: Json) -> Json:
        """Return the metadata that names our instance; a bare stop stays bare."""
        who = self._calls.clients.who_we_are()
        return (
            {"metadata": {"event_type": ANSWER_TYPE, "event_payload": who}} if extra and who else {}
        )

    async def _write(self, method: str, extra: Json, patience_seconds: float) -> None:
        place = self._place
        body = {"channel": place.channel_id, "ts": self.ts, **extra}
        await self._calls.write(place.workspace_id, method, body, patience_seconds=patience_seconds)

    # ---- the stream's own task ----------------------------------------------------------------

    async def _keep(self) -> None:
        """Send what has gathered when it is time, and close the stream before Slack does."""
        clock = asyncio.get_running_loop().time
        while self._open:
            due = min(self._end_at, self._flush_at) if self._buffer else self._end_at
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(0.0, due - clock())):
                    await self._wake.wait()
            async with self._lock:
                if clock() >= self._end_at:
                    await self._end_early()
                elif self._buffer and clock() >= self._flush_at:
                    await self._flush()

    async def _end_keeper(self) -> None:
        # Under the lock it sits in no call, so that nothing is cut off half sent.
        async with self._lock:
            self._keeper.cancel()
        await asyncio.wait({self._keeper})
        if not self._keeper.cancelled() and self._keeper.exception() is not None:
            log.error("stream_keeper_failed", exc_info=self._keeper.exception())
            self._ending = self._ending or Ending.INCOMPLETE

    async def _end_early(self) -> None:
        log.info("stream_closed_early", channel_id=self._place.channel_id)
        # `_stopped` adds what is buffered; after a lost append nothing is added.
        ending = await self._stopped({} if self._ending is None else None)
        self._ending = ending if ending is Ending.BY_USER else Ending.INCOMPLETE
        self._open = False

    async def _flush(self) -> None:
        text, self._buffer = self._buffer, ""
        clock = asyncio.get_running_loop().time
        try:
            await self._write("chat.appendStream", {"markdown_text": text}, 0.0)
        except SlackBusy as error:
            self._put_back(text, error.retry_after_seconds)
        except SlackLost:
            # Sent again it might stand there twice; the update at the end makes it right.
            self._ending = self._ending or Ending.INCOMPLETE
        except SlackRefused as error:
            self._refused(error)
        except SlackError:
            self._put_back(text, RETRY_SECONDS)
        else:
            self._sent_chars += len(text)
            self._pause_seconds *= 2
            self._flush_at = clock() + self._pause_seconds

    def _put_back(self, text: str, wait_seconds: float) -> None:
        self._buffer = text + self._buffer
        self._flush_at = asyncio.get_running_loop().time() + wait_seconds

    def _refused(self, error: SlackRefused) -> None:
        log.info("stream_append_refused", code=error.code)
        by_user = error.code == "stopped_by_user"
        self._ending = Ending.BY_USER if by_user else Ending.INCOMPLETE
        if by_user or error.code in {"message_not_in_streaming_state", "message_not_found"}:
            self._open = False
