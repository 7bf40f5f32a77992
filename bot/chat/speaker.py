"""The part of answering that uses the model: waiting in line, streaming, and what happens without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
from bot.chat.transitions import AnswerLimits, may_wait, wait_seconds
from bot.chat.turnstile import Turnstile
from bot.clock import Clock
from bot.errors import SlackError
from bot.explain.glossary import Glossary
from bot.model.port import Model, ModelError, RateLimited

log = structlog.get_logger(__name__)


class ModelBusy(Exception):
    """Control flow between here and `Answering`: to be tried again in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Stopwatch:
    """The instant now, from the instant a run began and the time it has taken."""

    def __init__(self, begun: datetime, clock: Clock) -> None:
        self._begun, self._clock = begun, clock
        self._mark = clock.now()

    @property
    def now(self) -> datetime:
        return self._begun + (self._clock.now() - self._mark)


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
            ModelBusy: To be tried again; people were told.
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
        language = found.context.wishes.language
        async with (
            self.turn(request, answer, language),
            self._slow(answer, language) as heard,
        ):
            spoken = await speak(
                self._model,
                found,
                answer,
                self._glossary,
                workspace_id=request.workspace_id,
                hard_stop_seconds=self._limits.hard_stop,
                on_first=heard,
            )
        return await self._after(spoken, found, request, answer, watch)

    async def _after(
        self, spoken: Spoken, found: Material, request: Request, answer: Answer, watch: Stopwatch
    ) -> AnswerContent:
        if spoken.has_answer:
            return await asyncio.to_thread(
                from_model,
                spoken.held,
                found,
                request,
                self._glossary,
                interrupted=spoken.interrupted,
            )
        if isinstance(spoken.error, RateLimited):
            seconds = wait_seconds(spoken.error.wait_seconds, self._limits)
            if may_wait(request, watch.now, seconds, self._limits):
                busy = say(Saying.BUSY, found.context.wishes.language, n=round(seconds))
                await show(answer, busy)
                raise ModelBusy(seconds)
        error = spoken.error or (ModelError("It took too long.") if spoken.timed_out else None)
        return await asyncio.to_thread(
            without_model, found, request, self._glossary, error, spoken.held.dropped
        )

    @asynccontextmanager
    async def turn(self, request: Request, answer: Answer, language: str) -> AsyncIterator[None]:
        """Hold a place at the model; who waits for one is told."""

        async def on_wait(before: int) -> None:
            saying = Saying.WAITING if before else Saying.NEXT
            await show(answer, say(saying, language, n=before))

        async with self._turnstile.turn(request.workspace_id, request.source_key, on_wait):
            yield

    @asynccontextmanager
    async def _slow(self, answer: Answer, language: str) -> AsyncIterator[Callable[[], object]]:
        """Tell people when the model's first word takes long; yields what stops that."""

        async def tell() -> None:
            await asyncio.sleep(self._limits.slow)
            await show(answer, say(Saying.SLOW, language))

        telling = asyncio.create_task(tell())
        try:
            yield telling.cancel
        finally:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)


async def show(answer: Answer, status: str) -> None:
    """Show a status line; when that fails, nothing is lost."""
    try:
        await answer.show_thinking(status)
    except SlackError as error:
        # A status line is a courtesy; the answer itself will tell whether Slack is there.
        log.info("status_not_shown", code=error.code)
