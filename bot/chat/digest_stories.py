"""Answering from a digest: the one whose thread it is, or the channel's latest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.chat.answer_prompt import AnswerMode
from bot.chat.content import DigestRef
from bot.chat.digest_question import DigestQuestion, names_only_a_story
from bot.chat.material import Context, Found, Material, Say
from bot.chat.ports import DeliveryLookup, StoryTexts
from bot.chat.remember import key_of
from bot.chat.request import Request
from bot.chat.sayings import Saying
from bot.chat.story_material import listed, of_stories, points_at_something, told_story
from bot.chat.thread import ThreadKey, ThreadMemory
from bot.chat.turns import new_memory
from bot.chat.which_story import (
    About,
    AboutDigest,
    AboutStory,
    AskWhich,
    NoSuchStory,
    ToldStory,
    by_words,
    which_story,
)
from bot.digest.delivery import Delivery, DeliveryState
from bot.news.ports import StoryStore
from bot.news.scope import Scope
from bot.news.story import Story

# Digests of two weeks, skipped ones counted too.
_LOOKED_AT = 14

Told = list[tuple[ToldStory, Story]]


@dataclass(frozen=True, slots=True)
class _Latest:
    """A digest with its stories, and which of them a question is about."""

    delivery: Delivery
    told: Told
    about: About


class DigestStories:
    """
    Finds the stories of a digest that a question is about.

    Args:
        deliveries: Our own memory of what was posted where.
        stories: The news.
        texts: Articles behind stories.
    """

    def __init__(
        self, *, deliveries: DeliveryLookup, stories: StoryStore, texts: StoryTexts
    ) -> None:
        self._deliveries, self._stories, self._texts = deliveries, stories, texts

    async def told_in(self, key: ThreadKey) -> tuple[tuple[int, str, int], ...]:
        """Return (number, story id, revision) of the digest that a thread hangs under; () for others."""
        delivery = await self._deliveries.by_ts(key.workspace_id, key.channel_id, key.thread_ts)
        return _numbered(delivery) if delivery is not None else ()

    async def of_thread(
        self, request: Request, memory: ThreadMemory, context: Context, now: datetime
    ) -> Found:
        """Answer from the digest that a thread's memory names."""
        told = await self._told(memory.stories, request.scope)
        if not told:
            return Say(saying=Saying.STORY_GONE, wishes=context.wishes)
        about = which_story(
            request.text,
            [one for one, _ in told],
            memory,
            reply_to_ts=request.details.get("reply_to", ""),
        )
        return await self._found(about, told, _resumed(context, request), now)

    async def of_latest(
        self, request: Request, asked: DigestQuestion, context: Context, now: datetime
    ) -> Found:
        """Answer from the channel's newest digest, or from an earlier one that has the story asked for."""
        latest = await self._latest(request, asked)
        if latest is None:
            # No channel is named in a direct message: who asks need not be a member of it.
            direct = request.channel_id.startswith("D")
            saying = Saying.NO_OWN_DIGEST if direct else Saying.NO_DIGEST
            return Say(saying=saying, wishes=context.wishes)
        delivery = latest.delivery
        context = replace(context, memory=_memory(request, delivery, context.memory, now))
        about = latest.about
        if isinstance(about, AskWhich) and not asked.names_number:
            about = AboutDigest()
        found = await self._found(about, latest.told, _resumed(context, request), now)
        if isinstance(found, Material):
            assert delivery.ts is not None  # `_latest` looks at posted ones alone
            channel_id = delivery.key.channel_id
            found = replace(
                found, digest=DigestRef(channel_id=channel_id, ts=delivery.ts, on=delivery.key.on)
            )
        return found

    async def of_story(
        self, story_id: str, viewer: Scope, context: Context, now: datetime
    ) -> Found:
        """Answer from one story that a button named, if it may be shown to *viewer*."""
        story = await self._stories.get(story_id, viewer)
        if story is None:
            return Say(saying=Saying.STORY_GONE, wishes=context.wishes)
        return await self._material([story], context, now)

    async def _latest(self, request: Request, asked: DigestQuestion) -> _Latest | None:
        rows = await self._deliveries.recent_of(
            request.workspace_id, request.channel_id, _LOOKED_AT
        )
        first: _Latest | None = None
        for row in rows:
            posted = row.state is DeliveryState.SENT and row.ts and row.stories
            if not posted or not asked.since <= row.key.on <= asked.until:
                continue
            told = await self._told(_numbered(row), request.scope)
            if not told:
                continue
            stories = [one for one, _ in told]
            if asked.names_number:
                return _Latest(row, told, which_story(request.text, stories))
            named = by_words(asked.rest, stories)
            if isinstance(named, AboutStory):
                return _Latest(row, told, named)
            first = first or _Latest(row, told, which_story(asked.rest, stories))
        return first

    async def _told(self, numbered: Sequence[tuple[int, str, int]], viewer: Scope) -> Told:
        found = [await self._stories.get(story_id, viewer) for _, story_id, _ in numbered]
        return [
            (told_story(number, story_id, revision, story), story)
            for (number, story_id, revision), story in zip(numbered, found, strict=True)
            if story is not None
        ]

    async def _found(self, about: About, told: Told, context: Context, now: datetime) -> Found:
        wishes, memory = context.wishes, context.memory
        match about:
            case AboutStory(number=number):
                story = next(story for one, story in told if one.number == number)
                return await self._material([story], context, now)
            case NoSuchStory(number=number):
                slots: dict[str, object] = {"n": number, "list": listed([one for one, _ in told])}
                return Say(saying=Saying.NO_SUCH_STORY, wishes=wishes, slots=slots, memory=memory)
            case AskWhich(numbers=numbers) if points_at_something(context.question):
                choice = [one for one, _ in told if one.number in numbers]
                slots = {"list": listed(choice)}
                return Say(saying=Saying.WHICH_STORY, wishes=wishes, slots=slots, memory=memory)
            case AskWhich() | AboutDigest():
                return await self._material([story for _, story in told], context, now)

    async def _material(
        self, stories: Sequence[Story], context: Context, now: datetime
    ) -> Material:
        """One story with its documents; several with the best document of each."""
        pages = [await self._texts.of(story, now) for story in stories]
        material = of_stories(stories, pages, context)
        return material if context.question else replace(material, mode=AnswerMode.EXPLAIN)


def _numbered(delivery: Delivery) -> tuple[tuple[int, str, int], ...]:
    return tuple((n, story, revision) for n, (story, revision) in enumerate(delivery.stories, 1))


def _memory(
    request: Request, delivery: Delivery, memory: ThreadMemory | None, now: datetime
) -> ThreadMemory | None:
    """Return the memory of the thread that this answer begins or goes on with: now it has a digest."""
    if request.thread_ts is None:
        return memory
    return replace(memory or new_memory(key_of(request), now), stories=_numbered(delivery))


def _resumed(context: Context, request: Request) -> Context:
    """
    Return what a bare number asks for: the question before it, when we asked which story it means.

    Without one, the story is to be explained.
    """
    if not names_only_a_story(request.text):
        return context
    turns = context.memory.turns if context.memory else ()
    if turns and turns[-1].role == "user" and not turns[-1].story_id:
        assert context.memory is not None
        memory = replace(context.memory, turns=turns[:-1])
        return replace(context, question=turns[-1].text, memory=memory)
    return replace(context, question="")
