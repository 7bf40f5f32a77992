"""That a question was seen shows within two seconds: in a status line, else in a note that becomes the answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress

import structlog

from bot.chat.ports import Answer
from bot.errors import SlackError

log = structlog.get_logger(__name__)

# Who ends an answer waits so long for a note that is being posted: cut off, it could stay behind.
_NOTE_PATIENCE_SECONDS = 5.0


@asynccontextmanager
async def seen(
    answer: Answer, shown: Awaitable[bool], words: str, after_seconds: float
) -> AsyncIterator[asyncio.Future[bool]]:
    """
    Post a note when no status line is to be had and the answer has not begun by then.

    Args:
        answer: On its way; its first piece makes the note needless, its end takes the note's place.
        shown: Whether people see a status line, as soon as that is known.
        words: Of the note.
        after_seconds: An answer that comes sooner needs no note.

    Yields:
        *shown* as a future, to be awaited before something is posted: a status line that came after
        the answer would stay there.
    """
    status = asyncio.ensure_future(shown)
    over = asyncio.Event()
    noting = asyncio.create_task(_note(answer, status, words, after_seconds, over))
    try:
        yield status
    finally:
        over.set()
        await asyncio.wait({noting}, timeout=_NOTE_PATIENCE_SECONDS)
        noting.cancel()
        await asyncio.gather(noting, status, return_exceptions=True)


async def show(answer: Answer, status: str) -> bool:
    """Show a status line and return whether people see it; when that fails, nothing is lost."""
    try:
        return await answer.show_thinking(status)
    except SlackError as error:
        # A status line is a courtesy; the answer itself will tell whether Slack is there.
        log.info("status_not_shown", code=error.code)
        return False


async def note(answer: Answer, words: str) -> None:
    """Post a line that becomes the answer; when that fails, the answer will tell."""
    try:
        await answer.show_note(words)
    except SlackError as error:
        log.info("note_not_shown", code=error.code)


async def _note(
    answer: Answer,
    status: asyncio.Future[bool],
    words: str,
    after_seconds: float,
    over: asyncio.Event,
) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(after_seconds):
            await over.wait()
    if not (over.is_set() or await status or over.is_set()):
        await note(answer, words)
