"""Answers that a process which died had begun, or may have begun: completed where they stand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from bot.chat.ports import Answer, Place, StartedCallback
from bot.render.message import Message
from bot.render.mrkdwn import EMPTY, Escaped
from bot.slack.answer_post import AnswerPost
from bot.slack.growing import joined
from bot.slack.live_answer import LiveAnswer

if TYPE_CHECKING:
    # The desk makes answers, and they use what all of them share.
    from bot.slack.answers import SlackAnswerDesk

log: Final = structlog.get_logger(__name__)


class ResumedAnswer:
    """An answer that a process which died had begun: completed in place."""

    def __init__(self, desk: SlackAnswerDesk, place: Place, ts: str) -> None:
        self._desk, self._place, self._ts = desk, place, ts
        self._shown = EMPTY
        self._status = False

    async def show_thinking(self, status: str, note: str = "") -> bool:  # noqa: ARG002 - the port's signature
        """Show a status line, where there is one; what was begun is seen in any case."""
        self._status = await self._desk.show_status(self._place, status)
        return True

    async def show_note(self, status: str, note: str) -> bool:  # noqa: ARG002 - the port's signature
        """Nothing: what was begun stands there."""
        return True

    async def withdraw(self) -> None:
        """Take away what was begun."""
        await AnswerPost(self._desk.calls, self._place).delete(self._ts)

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
        self._looking = asyncio.Lock()

    async def show_thinking(self, status: str, note: str = "") -> bool:
        return await (await self._answer()).show_thinking(status, note)

    async def show_note(self, status: str, note: str) -> bool:
        return await (await self._answer()).show_note(status, note)

    async def withdraw(self) -> None:
        await (await self._answer()).withdraw()

    async def add(self, piece: Escaped) -> None:
        await (await self._answer()).add(piece)

    async def finish(self, message: Message) -> str:
        return await (await self._answer(message)).finish(message)

    async def _answer(self, message: Message | None = None) -> Answer:
        async with self._looking:
            return await self._looked_for(message)

    async def _looked_for(self, message: Message | None) -> Answer:
        if self._found is None:
            post = AnswerPost(self._desk.calls, self._place)
            ts = await post.find_begun(self._since, message)
            if ts is None:
                self._found = LiveAnswer(self._desk, self._place, self._on_started)
            else:
                log.info("begun_answer_found", channel_id=self._place.channel_id)
                await self._on_started(ts)
                self._found = ResumedAnswer(self._desk, self._place, ts)
        return self._found
