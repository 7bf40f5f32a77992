"""
Answers on their way into Slack: the desk that chooses how each is shown.

    nothing is there yet        live_answer.py     in a stream, else in a message that grows
    begun by a dead process     begun_answer.py    completed where it stands
    private                     private_answer.py  by the response_url, then postEphemeral
    no status line was seen     a note that becomes the answer, in any of them

What a workspace refuses for good is remembered for some minutes. Every answer ends somewhere: a
stream is stopped whatever happens, and a message begun by a process that died is completed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Final

from bot.chat.ports import Answer, Place, StartedCallback
from bot.errors import SlackError
from bot.slack.begun_answer import PerhapsBegun, ResumedAnswer
from bot.slack.calls import SlackRefused
from bot.slack.client import SlackClients
from bot.slack.growing import UPDATE_EVERY_SECONDS
from bot.slack.learned import Learned
from bot.slack.live_answer import LiveAnswer
from bot.slack.paced import PacedCalls
from bot.slack.pacing import Pacer
from bot.slack.private_answer import PrivateAnswer
from bot.slack.response_urls import ResponseUrls
from bot.slack.stream import Stream, StreamTimes

# A status line that comes later than this is overtaken by the answer.
STATUS_PATIENCE_SECONDS: Final = 0.5


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
            return PrivateAnswer(self, place, on_started)
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
