"""*Explain more*: the full explained article, once per story in a digest's thread."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bot.chat.ask import Ask, AskKind
from bot.chat.gather import Gatherer
from bot.chat.material import Wishes
from bot.chat.ports import Answer, AnswerRenderer, FullExplainer, Whispers
from bot.chat.remember import Remembering, key_of
from bot.chat.request import Request
from bot.chat.sayings import Saying, say
from bot.chat.speaker import Stopwatch, show
from bot.chat.turns import explained_at, new_memory
from bot.chat.understand import wishes_of
from bot.explain.explanation import Explanation, Form
from bot.explain.extractive import NothingToShow
from bot.explain.outgoing.named import shown_headline
from bot.news.ports import StoryStore
from bot.news.story import Story
from bot.render.message import Message


class Turn(Protocol):
    """Waits for a place at the model; `Speaker.turn` is it."""

    def __call__(
        self, request: Request, answer: Answer, language: str, watch: Stopwatch
    ) -> AbstractAsyncContextManager[None]: ...


class ExplainMore:
    """
    Posts a story's full form into the thread, or points to it when it is there.

    Args:
        gatherer: Knows threads and preferences.
        stories: The news.
        explainer: Writes the full form, extractive when there is no model.
        renderer: Makes messages.
        whispers: For what only the person who clicked is told.
        remembering: Notes where it stands.
        has_model: An explanation without it is not all that could be had.
    """

    def __init__(
        self,
        *,
        gatherer: Gatherer,
        stories: StoryStore,
        explainer: FullExplainer,
        renderer: AnswerRenderer,
        whispers: Whispers,
        remembering: Remembering,
        has_model: bool,
    ) -> None:
        self._gatherer, self._stories = gatherer, stories
        self._explainer, self._renderer = explainer, renderer
        self._whispers, self._remembering = whispers, remembering
        self._has_model = has_model

    async def post(self, request: Request, answer: Answer, watch: Stopwatch, turn: Turn) -> str:
        """
        Return the ts of the explanation, posted now or earlier; "" when the story is gone.

        Args:
            request: The click.
            answer: Where the explanation goes.
            watch: When it must stand there; by then it comes without the model.
            turn: Waits for a place at the model.

        Raises:
            SlackError: It could not be posted.
        """
        now = watch.now
        preference = await self._gatherer.preference_of(request)
        wishes = wishes_of(request, Ask(kind=AskKind.EMPTY), preference)
        asked = request.details.get("story", "")
        story = await self._stories.get(asked, request.scope)
        if story is None:
            gone = self._renderer.notice([say(Saying.STORY_GONE, wishes.language)])
            await answer.withdraw()
            await self._whisper(request, gone)
            return ""
        if explained_at(await self._gatherer.memory_of(request, now), story.id) is None:
            await show(answer, Saying.THINKING, wishes.language)
        # Two people who click at once get one explanation: the second waits, and is pointed to it.
        async with self._remembering.alone(key_of(request)):
            memory = await self._gatherer.memory_of(request, now)
            # It may have been explained under an id that it had before.
            ts = explained_at(memory, story.id) or explained_at(memory, asked)
            if ts is not None and ts != request.answer_ts:
                await answer.withdraw()
                await self._point(request, story, ts, wishes)
                return ts
            try:
                made = await self._made(request, answer, story, wishes, watch, turn)
            except NothingToShow:
                nothing = self._renderer.notice([say(Saying.NOTHING_HOLDS, wishes.language)])
                return await answer.finish(nothing)
            missed = self._has_model and made.written_by == "extractive"
            message = self._renderer.explanation(made, request.source_key, model_missed=missed)
            ts = await answer.finish(message)
            kept = memory or new_memory(key_of(request, ts), now)
            await self._remembering.explained(kept, story.id, ts, _plain(made), now)
            return ts

    async def _made(
        self,
        request: Request,
        answer: Answer,
        story: Story,
        wishes: Wishes,
        watch: Stopwatch,
        turn: Turn,
    ) -> Explanation:
        """Return the explanation, without the model when the time is over."""
        level, language = wishes.level, wishes.language
        try:
            async with turn(request, answer, language, watch), asyncio.timeout_at(watch.ends_at):
                return await self._explainer.explain(
                    story,
                    level=level,
                    language=language,
                    now=watch.now,
                    form=Form.FULL,
                    patience_seconds=watch.left,
                )
        except TimeoutError:
            return await self._explainer.extract(
                story, level=level, language=language, now=watch.now, form=Form.FULL
            )

    async def _point(self, request: Request, story: Story, ts: str, wishes: Wishes) -> None:
        message = self._renderer.already_explained(
            request.channel_id, ts, shown_headline(story), wishes.language
        )
        await self._whisper(request, message)

    async def _whisper(self, request: Request, message: Message) -> None:
        if request.response_url is not None:
            await self._whispers.respond(request.response_url.get_secret_value(), message)
            return
        await self._whispers.whisper(
            request.workspace_id,
            request.channel_id,
            request.user_id,
            message,
            thread_ts=request.thread_ts,
        )


def _plain(explanation: Explanation) -> str:
    parts = [explanation.headline, explanation.in_short, *explanation.paragraphs]
    return "\n\n".join(filter(None, [*parts, explanation.why_it_matters or ""]))
