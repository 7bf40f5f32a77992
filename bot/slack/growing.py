"""An answer where streaming is not to be had: one post that grows by updates, or one post."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from bot.chat.ports import StartedCallback
from bot.errors import SlackError
from bot.render.blocks import SECTION_CHARS, section
from bot.render.message import Message
from bot.render.mrkdwn import EMPTY, Escaped, trusted
from bot.slack.answer_post import AnswerPost, fit
from bot.slack.calls import SlackBusy, SlackRefused
from bot.slack.learned import Learned

UPDATE_EVERY_SECONDS: Final = 3.0
# A first post that is not possible this soon is left to the end: the writer must not be held up.
FIRST_PATIENCE_SECONDS: Final = 0.5
# Calls that show progress leave this many to those that end an answer (chat.update has 50 a minute).
KEPT_UPDATES: Final = 5
FALLBACK_CHARS: Final = 3_800

log: Final = structlog.get_logger(__name__)


class GrowingPost:
    """
    Posts the first piece at once, then updates at most every three seconds.

    Args:
        post: The answer's messages.
        learned: What the workspace cannot do.
        workspace_id: Whose.
        on_started: Told the ts of the first post.
        update_every_seconds: Least time between two updates.
        crowded: Many answers at once: a first post is put off as long, so that an answer that is
            written by then needs one call instead of two. The status line shows meanwhile.
    """

    def __init__(
        self,
        post: AnswerPost,
        learned: Learned,
        workspace_id: str,
        on_started: StartedCallback,
        *,
        update_every_seconds: float = UPDATE_EVERY_SECONDS,
        crowded: bool = False,
    ) -> None:
        self._post, self._learned, self._workspace_id = post, learned, workspace_id
        self._on_started = on_started
        self._every = update_every_seconds
        self._text = EMPTY
        self._ts: str | None = None
        now = asyncio.get_running_loop().time()
        self._next_at = now + update_every_seconds if crowded else now

    @property
    def stands(self) -> bool:
        """Return whether a message of it is there."""
        return self._ts is not None

    async def show(self, note: Escaped) -> bool:
        """
        Post a note that stands there until the first piece comes, or change the one that does.

        Returns:
            False when it may go through a little later.
        """
        if self._ts is not None:
            if self._post.room_for_updates() > KEPT_UPDATES:
                await self._update(self._ts, note)
            return True
        if self._post.is_unheard:
            # It may stand there; a second one is certainly wrong.
            return True
        try:
            self._ts = await self._post.begin(
                _so_far(note), patience_seconds=FIRST_PATIENCE_SECONDS
            )
        except SlackBusy as error:
            log.info("note_not_shown", code=error.code)
            return False
        except SlackError as error:
            log.info("note_not_shown", code=error.code)
            return True
        self._next_at = asyncio.get_running_loop().time()
        await self._on_started(self._ts)
        return True

    async def withdraw(self) -> None:
        """Take away what stands there."""
        ts = self._ts or await self._post.settled()
        if ts is not None:
            await self._post.delete(ts)

    async def add(self, piece: Escaped) -> None:
        """Show a piece now, soon, or at the end; never raises SlackError."""
        self._text = joined(self._text, piece)
        early = asyncio.get_running_loop().time() < self._next_at
        if early or not self._learned.can(self._workspace_id, "update"):
            return
        if self._ts is None:
            # A note that may stand there is looked for once more, at the end.
            if not self._post.is_unheard:
                await self._start(self._text)
        elif self._post.room_for_updates() > KEPT_UPDATES:
            await self._grow(self._ts)

    async def finish(self, message: Message) -> str:
        """Make it the whole message and return its ts; raises SlackError when nothing was posted."""
        ts = self._ts or await self._post.settled()
        if ts is not None:
            return await self._post.complete(ts, message)
        ts = await self._post.post(message)
        # A call that was slow rather than lost may have posted the note only now.
        if late := await self._post.settled(besides=ts):
            await self._post.delete(late)
        return ts

    async def _start(self, text: Escaped) -> None:
        try:
            self._ts = await self._post.post(_so_far(text), patience_seconds=FIRST_PATIENCE_SECONDS)
        except SlackError as error:
            # Not fatal: the next piece, or the end of the answer, tries again.
            log.info("answer_not_begun", code=error.code)
            return
        self._next_at = asyncio.get_running_loop().time() + self._every
        await self._on_started(self._ts)

    async def _grow(self, ts: str) -> None:
        self._next_at = asyncio.get_running_loop().time() + self._every
        await self._update(ts, self._text)

    async def _update(self, ts: str, text: Escaped) -> None:
        if not self._learned.can(self._workspace_id, "update"):
            return
        try:
            await self._post.update(ts, _so_far(text), patience_seconds=0.0)
        except SlackRefused as error:
            self._learned.note(self._workspace_id, "update", error.code)
            log.info("answer_not_updated", code=error.code)
        except SlackError as error:
            # Busy or lost: the next update holds the same text and more.
            log.info("answer_not_updated", code=error.code)


def joined(text: Escaped, piece: Escaped) -> Escaped:
    """Return both with a space between them, unless there is one at their seam."""
    left, right = str(text), str(piece)
    if not left or not right or left[-1].isspace() or right[0].isspace():
        return text + piece
    return text + trusted(" ") + piece


def _so_far(text: Escaped) -> Message:
    return Message(
        text=fit(str(text).strip(), FALLBACK_CHARS),
        blocks=(section(text.cut(SECTION_CHARS)),),
    )
