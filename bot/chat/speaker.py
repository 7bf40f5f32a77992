"""The part of answering that uses the model: waiting in line, streaming, and what happens without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import structlog

from bot.chat.answer_prompt import AnswerMode
from bot.chat.compose_answer import (
    GLOSSARY_LANGUAGE,
    from_glossary,
    from_model,
    said,
    without_model,
)
from bot.chat.content import AnswerContent
from bot.chat.material import FromGlossary, Material, Say
from bot.chat.ports import Answer
from bot.chat.request import Request
from bot.chat.sayings import Saying, say
from bot.chat.speaking import Spoken, speak
from bot.chat.transitions import AnswerLimits, wait_seconds
from bot.chat.turnstile import Turnstile
from bot.clock import Clock
from bot.errors import SlackError
from bot.explain.glossary import Glossary
from bot.model.port import Model, ModelTimeout, RateLimited

log = structlog.get_logger(__name__)


class Stopwatch:
    """
    The instant now, and how much of the time for one answer is left.

    Args:
        begun: When the run began, aware UTC.
        clock: Tells how long it has taken.
        until: When the answer must have ended.
    """

    def __init__(self, begun: datetime, clock: Clock, until: datetime) -> None:
        self._begun, self._clock = begun, clock
        self._mark = clock.now()
        self._loop = asyncio.get_running_loop()
        # Steady: a clock that is set meanwhile changes nothing of this.
        self.ends_at = self._loop.time() + max(0.0, (until - begun).total_seconds())

    @property
    def now(self) -> datetime:
        return self._begun + (self._clock.now() - self._mark)

    @property
    def left(self) -> float:
        """Return how many seconds are left, at least 0."""
        return max(0.0, self.ends_at - self._loop.time())


class Speaker:
    """
    Answers from what was found.

    Args:
        model: None when none is configured.
        glossary: Explains terms.
        limits: How long things may take.
        turnstile: Who may use the model now.
    """

    def __init__(
        self, *, model: Model | None, glossary: Glossary, limits: AnswerLimits, turnstile: Turnstile
    ) -> None:
        self._model, self._glossary = model, glossary
        self._limits, self._turnstile = limits, turnstile

    async def content(
        self,
        request: Request,
        found: Material | FromGlossary | Say,
        answer: Answer,
        watch: Stopwatch,
    ) -> AnswerContent:
        """
        Return the whole answer; what of it the model says is shown on the way.

        Raises:
            SlackError: Nothing of the answer could be shown.
        """
        if isinstance(found, Say):
            return said(found, request)
        if isinstance(found, FromGlossary):
            if self._model is None or found.context.wishes.language == GLOSSARY_LANGUAGE:
                return from_glossary(found, request, has_model=self._model is not None)
            # In another language the model says it, with the glossary's words to go by.
            found = Material(mode=AnswerMode.GENERAL, context=found.context)
        if self._model is None:
            return await asyncio.to_thread(without_model, found, request, self._glossary, None)
        try:
            spoken = await self._spoken(self._model, found, request, answer, watch)
        except TimeoutError:
            # Its turn did not come in time.
            error = ModelTimeout("There was no place at the model in time.")
            return await asyncio.to_thread(without_model, found, request, self._glossary, error)
        if spoken.has_answer:
            return await asyncio.to_thread(
                from_model,
                spoken.held,
                found,
                request,
                self._glossary,
                interrupted=spoken.interrupted,
            )
        failed = spoken.error or (ModelTimeout("It took too long.") if spoken.timed_out else None)
        return await asyncio.to_thread(
            without_model, found, request, self._glossary, failed, spoken.held.dropped
        )

    async def _spoken(
        self, model: Model, found: Material, request: Request, answer: Answer, watch: Stopwatch
    ) -> Spoken:
        """
        Ask the model, a busy one again and again while there is time; between tries no place is held.

        Raises:
            TimeoutError: Its turn did not come in time.
        """
        language = found.context.wishes.language
        while True:
            spoken = await self._asked(model, found, request, answer, watch)
            if spoken.has_answer or not isinstance(spoken.error, RateLimited):
                return spoken
            seconds = wait_seconds(spoken.error.wait_seconds, self._limits)
            if seconds >= watch.left:
                return spoken
            await show(answer, Saying.BUSY, language, n=max(2, round(seconds)))
            await asyncio.sleep(seconds)

    async def _asked(
        self, model: Model, found: Material, request: Request, answer: Answer, watch: Stopwatch
    ) -> Spoken:
        language = found.context.wishes.language
        async with (
            self.turn(request, answer, language, watch),
            self._slow(answer, language) as heard,
        ):
            hard_stop = asyncio.get_running_loop().time() + self._limits.hard_stop
            return await speak(
                model,
                found,
                answer,
                self._glossary,
                workspace_id=request.workspace_id,
                ends_at=min(watch.ends_at, hard_stop),
                on_first=heard,
            )

    @asynccontextmanager
    async def turn(
        self, request: Request, answer: Answer, language: str, watch: Stopwatch
    ) -> AsyncIterator[None]:
        """
        Hold a place at the model; who waits for one is told.

        Raises:
            TimeoutError: There was none in time.
        """

        async def on_wait(before: int) -> None:
            await show(answer, Saying.WAITING if before else Saying.NEXT, language, n=before)

        if not watch.left:
            raise TimeoutError
        turn = self._turnstile.turn(request.workspace_id, request.source_key, on_wait)
        async with AsyncExitStack() as stack:
            async with asyncio.timeout_at(watch.ends_at):
                await stack.enter_async_context(turn)
            yield

    @asynccontextmanager
    async def _slow(self, answer: Answer, language: str) -> AsyncIterator[Callable[[], object]]:
        """Tell people when the model's first word takes long; yields what stops that."""

        async def tell() -> None:
            await asyncio.sleep(self._limits.slow)
            while True:
                await show(answer, Saying.SLOW, language)
                await asyncio.sleep(self._limits.say_again)

        telling = asyncio.create_task(tell())
        try:
            yield telling.cancel
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


async def show(answer: Answer, saying: Saying, language: str, **slots: object) -> bool:
    """Show a status line, or what stands for it, and return whether it is seen; no refusal is raised."""
    status, note = status_words(saying, language, **slots)
    try:
        return await answer.show_thinking(status, note)
    except SlackError as error:
        # A status line is a courtesy; the answer itself will tell whether Slack is there.
        log.info("status_not_shown", code=error.code)
        return False


def status_words(saying: Saying, language: str, **slots: object) -> tuple[str, str]:
    """Return a status line, and the same as a sentence for where it stands in a message."""
    status = say(saying, language, **slots)
    return status, say(Saying.ONE_MOMENT, language, status=status)
