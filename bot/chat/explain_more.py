"""*Explain more*: the full explained article, once per story in a digest's thread."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from bot.chat.ask import Ask, AskKind
from bot.chat.gather import Gatherer
from bot.chat.material import Wishes
from bot.chat.ports import Answer, AnswerRenderer, FullExplainer, Whispers
from bot.chat.remember import Remembering, key_of
from bot.chat.request import Request
from bot.chat.sayings import Saying, say
from bot.chat.thread import ThreadMemory
from bot.chat.turns import explained_at, new_memory
from bot.chat.understand import wishes_of
from bot.errors import SlackError
from bot.explain.explanation import Explanation, Form
from bot.explain.extractive import NothingToShow
from bot.explain.outgoing.named import shown_headline
from bot.news.ports import StoryStore
from bot.news.story import Story
from bot.render.message import Message


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
    ) -> None:
        self._gatherer, self._stories = gatherer, stories
        self._explainer, self._renderer = explainer, renderer
        self._whispers, self._remembering = whispers, remembering

    async def post(self, request: Request, answer: Answer, now: datetime) -> str:
        """
        Return the ts of the explanation, posted now or earlier; "" when the story is gone.

        Raises:
            SlackError: It could not be posted.
        """
        preference = await self._gatherer.preference_of(request)
        wishes = wishes_of(request, Ask(kind=AskKind.EMPTY), preference)
        asked = request.details.get("story", "")
        story = await self._stories.get(asked, request.scope)
        if story is None:
            gone = self._renderer.notice([say(Saying.STORY_GONE, wishes.language)])
            await self._whisper(request, gone)
            return ""
        # Two people who click at once get one explanation: the second waits, and is pointed to it.
        async with self._remembering.alone(key_of(request)):
            memory = await self._gatherer.memory_of(request, now)
            # It may have been explained under an id that it had before.
            ts = explained_at(memory, story.id) or explained_at(memory, asked)
            if ts is not None and ts != request.answer_ts:
                await self._point(request, story, ts, wishes)
                return ts
            return await self._explain(request, answer, story, memory, wishes, now)

    async def _explain(
        self,
        request: Request,
        answer: Answer,
        story: Story,
        memory: ThreadMemory | None,
        wishes: Wishes,
        now: datetime,
    ) -> str:
        # A courtesy: posting will tell whether Slack is there.
        with suppress(SlackError):
            await answer.show_thinking(say(Saying.THINKING, wishes.language))
        try:
            explanation = await self._explainer.explain(
                story, level=wishes.level, language=wishes.language, now=now, form=Form.FULL
            )
        except NothingToShow:
            nothing = self._renderer.notice([say(Saying.NOTHING_HOLDS, wishes.language)])
            return await answer.finish(nothing)
        ts = await answer.finish(self._renderer.explanation(explanation, request.source_key))
        kept = memory or new_memory(key_of(request, ts), now)
        await self._remembering.explained(kept, story.id, ts, _plain(explanation), now)
        return ts

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
