"""The part of answering that uses the model: waiting in line, streaming, and what happens without it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

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
from bot.chat.seen import note, show
from bot.chat.speaking import Spoken, speak
from bot.chat.transitions import AnswerLimits, may_wait, wait_seconds
from bot.chat.turnstile import Turnstile
from bot.clock import Clock
from bot.explain.glossary import Glossary
from bot.model.port import Model, ModelTimeout, RateLimited


class ModelBusy(Exception):
    """Control flow between here and `Answering`: to be tried again in so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class Stopwatch:
    """
    The instant now, from the instant a run began and the time it has taken; and what is left.

    Args:
        begun: When the run began.
        clock: Goes on.
        ends_at: When the whole answer must be there.
    """

    def __init__(self, begun: datetime, clock: Clock, ends_at: datetime) -> None:
        self._begun, self._clock, self._ends_at = begun, clock, ends_at
        self._mark = clock.now()

    @property
    def now(self) -> datetime:
        return self._begun + (self._clock.now() - self._mark)

    @property
    def left_seconds(self) -> float:
        return max(0.0, (self._ends_at - self.now).total_seconds())


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
            self.turn(request, answer, language, watch) as in_turn,
            self._slow(answer, language) as heard,
        ):
            if not in_turn:
                return without_model(found, request, self._glossary, _TOO_LONG)
            spoken = await speak(
                self._model,
                found,
                answer,
                self._glossary,
                workspace_id=request.workspace_id,
                hard_stop_seconds=min(self._limits.hard_stop, watch.left_seconds),
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
                await self._say_busy(answer, found.context.wishes.language, seconds)
                raise ModelBusy(seconds)
        error = spoken.error or (_TOO_LONG if spoken.timed_out else None)
        return await asyncio.to_thread(
            without_model, found, request, self._glossary, error, spoken.held.dropped
        )

    @staticmethod
    async def _say_busy(answer: Answer, language: str, seconds: float) -> None:
        busy = say(Saying.BUSY, language, n=round(seconds))
        if not await show(answer, busy):
            await note(answer, busy)

    @asynccontextmanager
    async def turn(
        self, request: Request, answer: Answer, language: str, watch: Stopwatch
    ) -> AsyncIterator[bool]:
        """Hold a place at the model; who waits for one is told. False: none came free in time."""

        async def on_wait(before: int) -> None:
            saying = Saying.WAITING if before else Saying.NEXT
            await show(answer, say(saying, language, n=before))

        turn = self._turnstile.turn(request.workspace_id, request.source_key, on_wait)
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(watch.left_seconds):
                    await stack.enter_async_context(turn)
            except TimeoutError:
                in_turn = False
            else:
                in_turn = True
            yield in_turn

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


_TOO_LONG = ModelTimeout("The answer took too long.")
