"""The use case: explain a story once per key, by the model when there is one, else extractively."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.explain.attempt import Task, UnusableAnswer, task_of, write_with_model
from bot.explain.explanation import Explanation, ExplanationKey, Form, Level
from bot.explain.extractive import extractive
from bot.explain.glossary import Glossary
from bot.explain.ports import ExplanationStore
from bot.explain.prompt import PROMPT_VERSION
from bot.explain.review import cut_headline
from bot.explain.sentences import split_sentences
from bot.model.port import ContentFiltered, Model, ModelError, Refused
from bot.news.entry import Entry, Page
from bot.news.story import Story
from bot.news.topic import Topic

log = structlog.get_logger(__name__)

# The model was asked and would say the same again: no further call for this key for so long.
_HOPELESS_FOR = timedelta(hours=24)
_OWN_TEXT = "the text given"


class Explainer:
    """
    Makes explanations and keeps them.

    Args:
        model: None means that none is configured: everything is extractive.
        explanations: Where they are kept.
        glossary: Terms and their meanings.
        concurrency: Explanations made at once.
    """

    def __init__(
        self,
        model: Model | None,
        explanations: ExplanationStore,
        glossary: Glossary,
        *,
        concurrency: int = 4,
    ) -> None:
        self._model, self._store, self._glossary = model, explanations, glossary
        self._places = asyncio.Semaphore(concurrency)
        self._running: dict[ExplanationKey, asyncio.Task[Explanation]] = {}
        self._hopeless_until: dict[ExplanationKey, datetime] = {}

    async def explain(
        self,
        story: Story,
        pages: Mapping[str, Page],
        *,
        form: Form,
        level: Level,
        language: str,
        now: datetime,
        told_before: str | None = None,
        patience_seconds: float | None = None,
    ) -> Explanation:
        """
        Return the explanation of a story's current revision.

        A stored one by the model is returned at once. A stored extractive one is replaced when a
        model is there and answers now. Who asks for a key that is being made waits for that one.

        Args:
            story: What happened.
            pages: Articles by entry URL (or URL key), as far as they could be read.
            form: Digest or full.
            level: The reader's.
            language: Two-letter code wanted; without a model the text stays in the source's.
            now: Aware UTC.
            told_before: The headline of an earlier telling, on an update.
            patience_seconds: Longest time for all calls to the model together, when they are not
                under way already; None: each may take as long as the model allows.
        """
        key = key_of(story, form=form, level=level, language=language)
        running = self._running.get(key)
        if running is None:
            ends_at = _ends_at(patience_seconds)
            make = partial(task_of, story, pages, key, self._glossary, now, told_before, ends_at)
            running = asyncio.create_task(self._explain(key, now, make))
            self._running[key] = running
            running.add_done_callback(lambda done: self._forget(key, done))
        # One asker who goes away must not take the answer from the others.
        return await asyncio.shield(running)

    async def explain_text(
        self,
        text: str,
        *,
        form: Form,
        level: Level,
        language: str,
        now: datetime,
        title: str = "",
        url: str = "",
        source_name: str = "",
        text_language: str = "",
    ) -> Explanation:
        """
        Return an explanation of a text that is no story, such as a pasted one or a page.

        Nothing of it is stored: it belongs to whoever gave it.
        """

        def make() -> Task:
            story, pages = story_of_text(
                text, title=title, url=url, source_name=source_name, language=text_language, now=now
            )
            key = key_of(story, form=form, level=level, language=language)
            return task_of(story, pages, key, self._glossary, now, None)

        async with self._places:
            return await self._made(await asyncio.to_thread(make))

    async def aclose(self) -> None:
        """Stop what is being made; nobody waits for it any more."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _forget(self, key: ExplanationKey, done: asyncio.Task[Explanation]) -> None:
        self._running.pop(key, None)
        if not done.cancelled() and done.exception() is not None:
            # Raised to whoever waits; when nobody does any more, this line is all that is left.
            log.warning("explaining_failed", story_id=key.story_id)

    async def _explain(
        self, key: ExplanationKey, now: datetime, make: Callable[[], Task]
    ) -> Explanation:
        stored = await self._store.get(key)
        if stored is not None and (
            stored.written_by != "extractive" or not self._may_ask(key, now)
        ):
            return stored
        async with self._places:
            # Choosing among long sources: not on the event loop, like all that comes after it.
            made = await self._made(await asyncio.to_thread(make))
        if stored is not None and made.written_by == "extractive":
            return stored
        await self._store.save(made)
        return made

    def _may_ask(self, key: ExplanationKey, now: datetime) -> bool:
        until = self._hopeless_until.get(key)
        return self._model is not None and (until is None or now >= until)

    async def _made(self, task: Task) -> Explanation:
        if self._model is not None and self._may_ask(task.key, task.now):
            try:
                made = await write_with_model(self._model, task)
            except ModelError as error:
                self._note_failure(task, error)
            else:
                self._log(made)
                return made
        made = await asyncio.to_thread(
            extractive,
            task.story,
            task.chosen,
            key=task.key,
            sources=task.sources,
            glossary=task.glossary,
            now=task.now,
        )
        self._log(made)
        return made

    def _note_failure(self, task: Task, error: ModelError) -> None:
        if isinstance(error, (ContentFiltered, Refused, UnusableAnswer)):
            self._hopeless_until = {
                key: until for key, until in self._hopeless_until.items() if until > task.now
            }
            self._hopeless_until[task.key] = task.now + _HOPELESS_FOR
        log.warning(
            "explanation_without_model", story_id=task.story.id, reason=type(error).__name__
        )

    @staticmethod
    def _log(made: Explanation) -> None:
        log.info(
            "explanation_written",
            story_id=made.key.story_id,
            revision=made.key.revision,
            form=made.key.form.value,
            level=made.key.level.value,
            language=made.key.language,
            written_by=made.written_by,
            basis=made.basis,
            dropped_sentences=made.dropped_sentences,
        )


def _ends_at(patience_seconds: float | None) -> float | None:
    if patience_seconds is None:
        return None
    return asyncio.get_running_loop().time() + patience_seconds


def key_of(story: Story, *, form: Form, level: Level, language: str) -> ExplanationKey:
    """Return what a story's explanation is kept under; it stays where the story is seen."""
    return ExplanationKey(
        story_id=story.id,
        revision=story.revision,
        form=form,
        level=level,
        language=language,
        prompt_version=PROMPT_VERSION,
        scope=story.scope,
    )


def story_of_text(
    text: str, *, title: str, url: str, source_name: str, language: str, now: datetime
) -> tuple[Story, dict[str, Page]]:
    """Return a text as a story of one entry, with the text as its page."""
    first = next(iter(split_sentences(text, language or "en")), "")
    entry = Entry(
        id=f"text:{hashlib.sha256(text.encode()).hexdigest()[:16]}",
        feed_url="",
        outlet=source_name or _OWN_TEXT,
        outlet_name=source_name or _OWN_TEXT,
        title=title or cut_headline(" ".join(first.split())),
        url=url,
        url_key=url,
        text="",
        language=language,
        weight=0.5,
        seen_at=now,
    )
    story = Story(id=entry.id, entries=(entry,), topics=(Topic.GENERAL,), language=language)
    return story, {url: Page(source=url or source_name, title=title, text=text)}
