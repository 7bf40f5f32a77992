"""One model call, streamed through the checks into an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, cast

import structlog

from bot.chat.answer_prompt import AnswerMode, answer_request
from bot.chat.checks import GeneralCheck, SourcedCheck
from bot.chat.held import Holder, Passed
from bot.chat.material import Material, outgoing_for
from bot.chat.ports import Answer
from bot.chat.sayings import Saying, say
from bot.chat.turns import turns_for_request
from bot.explain.glossary import Glossary
from bot.explain.sources import grounds
from bot.model.port import Model, ModelError, ModelRequest, Turn
from bot.render.mrkdwn import escape, trusted

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Spoken:
    """
    What came of a model call.

    Attributes:
        held: What passed and how much did not.
        error: Why the stream broke off; None when it ended by itself or ran out of time.
        timed_out: It was stopped because it took too long.
    """

    held: Holder
    error: ModelError | None = None
    timed_out: bool = False

    @property
    def has_answer(self) -> bool:
        return bool(self.held.passed) or self.held.outside or self.held.not_in_sources

    @property
    def interrupted(self) -> bool:
        return self.timed_out or self.error is not None


def request_of(material: Material, glossary: Glossary, workspace_id: str) -> ModelRequest:
    """Return the model request for what was found; all of its context is in it."""
    context = material.context
    text = "\n".join([context.question, *(document.text for document in material.documents)])
    question = "\n".join(filter(None, (context.question, context.extra)))
    return answer_request(
        question,
        material.documents,
        _turns(material),
        level=context.wishes.level,
        language=context.wishes.language,
        mode=material.mode,
        length=context.wishes.length,
        glossary_hits=[found.entry for found in glossary.find_in(text)],
        workspace_id=workspace_id,
    )


async def speak(
    model: Model,
    material: Material,
    answer: Answer,
    glossary: Glossary,
    *,
    workspace_id: str,
    ends_at: float,
    on_first: Callable[[], object],
) -> Spoken:
    """
    Stream one answer, sentence by checked sentence.

    Model errors are returned, not raised: what was shown before them is part of the answer.

    Args:
        model: Streams.
        material: What to answer from.
        answer: Where sentences go.
        glossary: For terms and checks.
        workspace_id: Whose budget it counts against.
        ends_at: The answer ends then with what there is; by the event loop's clock, in seconds.
        on_first: Called when the model begins to speak (and again with each piece).

    Raises:
        SlackError: Nothing of the answer could be shown.
    """
    # Reading long sources holds a processor for tens of milliseconds: beside the model's first word.
    making = asyncio.create_task(asyncio.to_thread(holder_for, material, glossary))
    held: Holder | None = None
    error: ModelError | None = None
    timed_out = False
    try:
        request = await asyncio.to_thread(request_of, material, glossary, workspace_id)
        stream = model.stream(request.within(ends_at - asyncio.get_running_loop().time()))
        # Every Model's stream is a generator; closing it ends the connection at once.
        async with aclosing(cast("AsyncGenerator[str]", stream)) as pieces:
            while (piece := await _next(pieces, ends_at)) is not None:
                on_first()
                held = held or await making
                passed = await _beside(partial(held.feed, piece))
                await _add(held, passed, answer, material)
                if held.outside:
                    break
    except ModelError as caught:
        error = caught
        log.warning("answer_broke_off", outcome=type(caught).__name__)
    except TimeoutError:
        timed_out = True
    finally:
        held = held or await making
    broken = error is not None or timed_out
    passed = await _beside(partial(held.close, broken=broken))
    await _add(held, passed, answer, material)
    return Spoken(held, error, timed_out)


async def _beside(compute: Callable[[], T]) -> T:
    """
    Return what *compute* returns; in a thread, as checking a sentence may mean reading long sources.

    The thread has ended when this ends, cancelled or not: a holder is for one at a time.
    """
    work = asyncio.create_task(asyncio.to_thread(compute))
    try:
        return await asyncio.shield(work)
    finally:
        if not work.done():
            await asyncio.wait([work])


def holder_for(material: Material, glossary: Glossary) -> Holder:
    """Return the holder with the rule for this kind of answer."""
    context = material.context
    asked = [context.question, *(turn.text for turn in _turns(material) if turn.role == "user")]
    language = context.wishes.language
    if material.mode is AnswerMode.GENERAL:
        general = GeneralCheck(asked, glossary, language=language)
        return Holder(general, language, outgoing_for(material))
    check = SourcedCheck(
        grounds(material.documents),
        asked,
        glossary,
        language=language,
        source_language=material.source_language,
        # Several stories at once: what changed in one says nothing of the others.
        updates=material.documents[0].updates if material.story_id and material.documents else (),
    )
    return Holder(check, language, outgoing_for(material))


async def _next(pieces: AsyncGenerator[str], ends_at: float) -> str | None:
    """
    Return the next piece, or None at the end; raises TimeoutError when there is none in time.

    Only the model is cut off: a call to Slack that is cut off may have begun a message all the same.
    """
    async with asyncio.timeout_at(ends_at):
        return await anext(pieces, None)


async def _add(held: Holder, passed: Sequence[Passed], answer: Answer, material: Material) -> None:
    first = bool(passed) and held.passed[0] is passed[0]
    if first and held.not_in_sources and material.mode is not AnswerMode.GENERAL:
        own = say(Saying.NOT_IN_SOURCES, material.context.wishes.language)
        await answer.add(escape(own) + trusted(" "))
    for sentence in passed:
        await answer.add(sentence.escaped)


def _turns(material: Material) -> tuple[Turn, ...]:
    context = material.context
    if context.earlier:
        return context.earlier
    return turns_for_request(context.memory, story_id=material.story_id)
