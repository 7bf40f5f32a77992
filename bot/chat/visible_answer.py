"""
An answer of which people see a sign soon, wherever it goes.

The sign is a status line, or what stands for one in a private place. Where nobody saw it in time, a
note is posted, and the answer takes the note's place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

import structlog

from bot.chat.ports import Answer
from bot.errors import PlainwireError, SlackError
from bot.render.message import Message
from bot.render.mrkdwn import Escaped

# A status line that is still on its way is not waited for longer than this.
STATUS_SECONDS = 1.0
# Slack limits posts to one a second in a channel: a note may get its turn a little later.
NOTE_TRIES = 5
NOTE_AGAIN_SECONDS = 2.0
Words = tuple[str, str]
"""A status line, and the same as a sentence that can stand alone."""

log = structlog.get_logger(__name__)


class VisibleAnswer:
    """
    Implements `Answer` around another one.

    What is under way to Slack is never cut off by whoever stops waiting: a post whose outcome nobody
    heard would be left beside the answer.

    Args:
        answer: Where everything goes.
        first_words: Of the note, looked up only when it is needed.
        note_in_seconds: When it is posted, unless a sign was seen or the answer has begun.
        signed: The outcome of a sign that was given before; None when there was none.
    """

    def __init__(
        self,
        answer: Answer,
        first_words: Callable[[], Awaitable[Words]],
        *,
        note_in_seconds: float,
        signed: asyncio.Future[bool] | None = None,
    ) -> None:
        self._answer, self._first_words = answer, first_words
        self._signed = signed
        self._words: Words | None = None
        self._seen = self._begun = False
        self._signs: set[asyncio.Task[bool]] = set()
        # Set while nothing of the note is under way.
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._note = asyncio.create_task(self._note_in_time(note_in_seconds))

    @property
    def is_signed(self) -> bool:
        """Return whether a sign was given before, or is on its way."""
        return self._signed is not None

    def beside(self, sign: Coroutine[object, object, bool]) -> None:
        """Give a sign while something else is done; what goes wrong with it is raised at the end."""
        self._signs.add(asyncio.create_task(sign))

    async def show_thinking(self, status: str, note: str = "") -> bool:
        """Show a sign; a refusal is no error, and a slow one holds nobody up: both lead to a note."""
        if self._begun:
            return True
        self._words = (status, note or status)
        showing = asyncio.create_task(self._show(*self._words))
        self._signs.add(showing)
        done, _ = await asyncio.wait({showing}, timeout=STATUS_SECONDS)
        return showing.result() if done else False

    async def show_note(self, status: str, note: str) -> bool:
        return await self._answer.show_note(status, note)

    async def add(self, piece: Escaped) -> None:
        await self._settle()
        await self._answer.add(piece)

    async def finish(self, message: Message) -> str:
        await self._settle()
        return await self._answer.finish(message)

    async def withdraw(self) -> None:
        await self._settle()
        await self._answer.withdraw()

    async def close(self) -> None:
        """Stop showing signs; for the end of a run, however it came about."""
        tasks = {self._note, *self._signs}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # ---- signs --------------------------------------------------------------------------------

    async def _show(self, status: str, note: str) -> bool:
        try:
            shown = await self._answer.show_thinking(status, note)
        except SlackError as error:
            # A status line is a courtesy; the answer itself will tell whether Slack is there.
            log.info("status_not_shown", code=error.code)
            shown = False
        self._seen = self._seen or shown
        return shown

    async def _note_in_time(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        for _ in range(NOTE_TRIES):
            if self._was_seen():
                return
            self._at_rest.clear()
            try:
                if await self._posted():
                    return
            finally:
                self._at_rest.set()
            await asyncio.sleep(NOTE_AGAIN_SECONDS)

    def _was_seen(self) -> bool:
        signed = self._signed
        return self._seen or (signed is not None and signed.done() and signed.result())

    async def _posted(self) -> bool:
        try:
            words = self._words or await self._first_words()
            return await self._answer.show_note(*words)
        except PlainwireError as error:
            log.info("note_not_shown", error=type(error).__name__)
            return False

    async def _settle(self) -> None:
        """Let what is under way end, before anything of the answer itself is shown."""
        if self._begun:
            return
        self._begun = True
        await self._at_rest.wait()
        self._note.cancel()
        await asyncio.wait({self._note})
        if not self._note.cancelled():
            self._note.result()
        done, _ = (
            await asyncio.wait(self._signs, timeout=STATUS_SECONDS) if self._signs else ((), ())
        )
        for sign in done:
            sign.result()
