"""Where an answer comes from: the thread's story, a link, a text, the glossary, or general knowledge."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

from bot.chat.answer_prompt import AnswerMode
from bot.chat.ask import AskKind
from bot.chat.digest_question import digest_question, names_only_a_story
from bot.chat.digest_stories import DigestStories
from bot.chat.kept_answer import kept_content, kept_key
from bot.chat.material import Context, Found, FromGlossary, Material, Say
from bot.chat.ports import DeliveryLookup, RequestStore, StoryTexts, ThreadStore
from bot.chat.remember import key_of
from bot.chat.request import Request, RequestKind
from bot.chat.sayings import Saying
from bot.chat.story_material import of_pages, of_text
from bot.chat.thread import ThreadMemory
from bot.chat.turns import new_memory
from bot.chat.understand import context_of, is_long_text, rephrased
from bot.chat.unreadable import is_video, why_unreadable
from bot.chat.whose_answer import AnswerLookup, presser_of
from bot.digest.ports import ChannelStore
from bot.digest.preference import Preference
from bot.digest.schedule import date_of
from bot.explain.glossary import Glossary
from bot.news.ports import PageReader, StoryStore

MAX_PAGES = 2
# Presses in a row; nobody makes more, and a ring of rows must end.
_MAX_REPHRASED = 20
_HELPFUL = {
    AskKind.EMPTY: Saying.EMPTY,
    AskKind.HELP: Saying.HELP,
    AskKind.NONSENSE: Saying.NONSENSE,
    AskKind.TOO_LONG: Saying.TOO_LONG,
}


class Gatherer:
    """
    Finds what a request is about and reads it.

    Args:
        requests: For the earlier request behind a button.
        threads: Our memory.
        deliveries: Leads from a digest's message to its stories.
        channels: For level and language.
        stories: The news.
        texts: Articles behind stories.
        pages: Reads links; None when pages are not to be read.
        glossary: Answers terms at once.
    """

    def __init__(
        self,
        *,
        requests: RequestStore,
        threads: ThreadStore,
        deliveries: DeliveryLookup,
        channels: ChannelStore,
        stories: StoryStore,
        texts: StoryTexts,
        pages: PageReader | None,
        glossary: Glossary,
    ) -> None:
        self._threads, self._answers = threads, AnswerLookup(requests, threads)
        self._channels, self._pages, self._glossary = channels, pages, glossary
        self._digests = DigestStories(deliveries=deliveries, stories=stories, texts=texts)

    async def gather(self, request: Request, now: datetime) -> Found:
        """Return what to answer from, or the sentence to say instead."""
        if request.kind is RequestKind.REPHRASE and "request" in request.details:
            return await self._again(request, now)
        memory, preference = await asyncio.gather(
            self.memory_of(request, now), self.preference_of(request)
        )
        return await self._found(request, context_of(request, preference, memory), now)

    async def memory_of(self, request: Request, now: datetime) -> ThreadMemory | None:
        """Return the thread's memory; a digest's thread has one from the start."""
        if request.thread_ts is None:
            return None
        key = key_of(request)
        memory = await self._threads.get(key, now)
        if memory is not None and (memory.stories or memory.source_text):
            return memory
        told = await self._digests.told_in(key)
        if not told:
            return memory
        if memory is None:
            return new_memory(key, now, stories=told)
        return replace(memory, stories=told)

    async def preference_of(self, request: Request) -> Preference:
        channel = await self._channels.get(request.workspace_id, request.channel_id)
        return channel.preference if channel is not None else Preference()

    async def _again(self, request: Request, now: datetime) -> Found:
        """An earlier answer, simpler, longer, or by the model."""
        earlier = await self._pressed_under(request)
        asked = await self._first_asked(earlier) if earlier is not None else None
        preference = await self.preference_of(request)
        if earlier is None or asked is None:
            return Say(
                saying=Saying.ANSWER_GONE, wishes=context_of(request, preference, None).wishes
            )
        memory = await self.memory_of(asked, now)
        context = context_of(asked, preference, memory)
        said = await self._said(earlier, memory)
        return await self._found(asked, rephrased(context, request, preference, said), now)

    async def _pressed_under(self, request: Request) -> Request | None:
        """Return the request under whose answer a button was pressed, if its presser sees that."""
        return await self._answers.usable(request.details.get("request", ""), presser_of(request))

    async def _first_asked(self, request: Request) -> Request | None:
        """
        Return the request that a row of presses on *Simpler*, *More detail*, … began with.

        Each press is looked at: what was refused then is not answered a press later.
        """
        for _ in range(_MAX_REPHRASED):
            if request.kind is not RequestKind.REPHRASE:
                return request
            earlier = await self._pressed_under(request)
            if earlier is None:
                return None
            request = earlier
        return request

    async def _said(self, earlier: Request, memory: ThreadMemory | None) -> str:
        kept = kept_content(
            await self._threads.get(
                kept_key(earlier.workspace_id, earlier.channel_id, earlier.source_key)
            )
        )
        if kept is not None:
            return kept.text
        turns = memory.turns if memory else ()
        return next(
            (turn.text for turn in turns if turn.ts == earlier.answer_ts and not turn.user_id), ""
        )

    async def _found(self, request: Request, context: Context, now: datetime) -> Found:
        story_id = request.details.get("story")
        if story_id:
            return await self._digests.of_story(story_id, request.scope, context, now)
        ask = context.ask
        if ask.kind in _HELPFUL and not self._is_number(request, context):
            return Say(saying=_HELPFUL[ask.kind], wishes=context.wishes)
        if ask.kind is AskKind.LINK:
            return await self._of_links(context, now)
        entry = self._glossary.look_up(ask.what) if ask.kind is AskKind.TERM else None
        if entry is not None and not context.from_model:
            return FromGlossary(entry=entry, context=context)
        if ask.kind is AskKind.TEXT and (request.kind is RequestKind.EXPLAIN or is_long_text(ask)):
            return of_text(ask.what, context, now)
        return await self._of_thread(request, context, now)

    async def _of_thread(self, request: Request, context: Context, now: datetime) -> Found:
        memory = context.memory
        if memory is not None and memory.stories:
            return await self._digests.of_thread(request, memory, context, now)
        if memory is not None and memory.source_text:
            return of_text(
                memory.source_text, context, now, url=memory.source_url, mode=AnswerMode.SOURCES
            )
        preference = await self.preference_of(request)
        asked = digest_question(request.text, date_of(preference, now))
        if asked is not None:
            return await self._digests.of_latest(request, asked, context, now)
        return Material(mode=AnswerMode.GENERAL, context=context)

    @staticmethod
    def _is_number(request: Request, context: Context) -> bool:
        """Return whether a text without words names a story: "#2" does, "2" only under a digest."""
        in_digest = context.memory is not None and bool(context.memory.stories)
        return names_only_a_story(request.text) and (in_digest or "#" in request.text)

    async def _of_links(self, context: Context, now: datetime) -> Found:
        urls = context.ask.links[:MAX_PAGES]
        if all(is_video(url) for url in urls):
            return Say(saying=Saying.PAGE_VIDEO, wishes=context.wishes)
        if self._pages is None:
            return Say(saying=Saying.PAGE_UNREACHABLE, wishes=context.wishes)
        pages = await asyncio.gather(*(self._pages.read(url) for url in urls))
        readable = [page for page in pages if why_unreadable(page) is None]
        if not readable:
            why = why_unreadable(pages[0]) or Saying.PAGE_EMPTY
            return Say(saying=why, wishes=context.wishes)
        return of_pages(readable, context, now)
