"""One explanation by the model: ask, check, repair once, mend. At most two calls, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.explain.draft import Draft, draft_of
from bot.explain.explanation import Explanation, ExplanationKey, Source
from bot.explain.extractive import Extract, pick
from bot.explain.glossary import Glossary
from bot.explain.grounding import Grounds
from bot.explain.language import is_in
from bot.explain.outgoing.check import Outgoing
from bot.explain.prompt import explain_request, repair_request
from bot.explain.readability import word_count
from bot.explain.review import Review, mend, review
from bot.explain.sources import (
    Document,
    basis,
    documents,
    grounds,
    named_sources,
    outgoing,
    teasers,
)
from bot.explain.wire import WireInvalid, parse
from bot.model.port import ContentFiltered, Model, ModelError, ModelRequest, Truncated
from bot.news.entry import Page
from bot.news.story import Story

log = structlog.get_logger(__name__)


class UnusableAnswer(ModelError):
    """After the repair, nothing of the model's answer could be shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """
    Everything one explanation is made of.

    Attributes:
        chosen: The story's documents, best first; sources: as named to readers.
        told_before: The headline of an earlier telling, on an update.
        now: Aware UTC.
        ends_at: When all calls together must have ended, by the event loop's clock in seconds;
            None: each may take as long as the model allows.
    """

    story: Story
    key: ExplanationKey
    chosen: tuple[Document, ...]
    sources: tuple[Source, ...]
    glossary: Glossary
    now: datetime
    told_before: str | None = None
    ends_at: float | None = None

    @property
    def is_update(self) -> bool:
        return self.key.revision > 1

    @property
    def across_languages(self) -> bool:
        return self.story.language[:2] not in {"", self.key.language[:2]}


def task_of(
    story: Story,
    pages: Mapping[str, Page],
    key: ExplanationKey,
    glossary: Glossary,
    now: datetime,
    told_before: str | None,
    ends_at: float | None = None,
) -> Task:
    return Task(
        story=story,
        key=key,
        chosen=documents(story, pages),
        sources=named_sources(story, pages),
        glossary=glossary,
        now=now,
        told_before=told_before,
        ends_at=ends_at,
    )


async def write_with_model(model: Model, task: Task) -> Explanation:
    """
    Return an explanation of which every sentence passed the checks.

    Raises:
        ModelError: The model gave nothing that can be shown.
    """
    # Reading long sources holds a processor for tens of milliseconds: not on the event loop.
    request = await asyncio.to_thread(_request, task, task.chosen)
    may_repair = True
    try:
        answer = await model.complete(_in_time(request, task))
    except ContentFiltered:
        # News about violence or attacks trips filters; title and summary are often let through.
        task = replace(task, chosen=teasers(task.chosen))
        may_repair = False
        request = await asyncio.to_thread(_request, task, task.chosen)
        answer = await model.complete(_in_time(request, task))
    except Truncated:
        may_repair = False
        longer = replace(request, max_output_tokens=2 * request.max_output_tokens)
        answer = await model.complete(_in_time(longer, task))
    judged = await asyncio.to_thread(judge, answer.text, task)
    if may_repair and (judged is None or judged.faults):
        judged = await _repaired(model, request, answer.text, judged, task)
    if judged is None:
        raise UnusableAnswer("The model's answer does not have the agreed form.")
    return await asyncio.to_thread(_finished, judged, task)


def judge(answer: str, task: Task) -> Review | None:
    """Return what the checks find in an answer; None when it is not JSON of the schema."""
    try:
        wire = parse(answer)
    except WireInvalid:
        return None
    draft = draft_of(wire, task.key.language, is_update=task.is_update)
    return review(
        draft,
        _grounds(task, draft),
        _outgoing(task),
        form=task.key.form,
        level=task.key.level,
        language=task.key.language,
        source_words=sum(word_count(document.text) for document in task.chosen),
    )


def _request(task: Task, chosen: Sequence[Document]) -> ModelRequest:
    text = "\n".join(f"{document.title}\n{document.text}" for document in chosen)
    return explain_request(
        chosen,
        form=task.key.form,
        level=task.key.level,
        language=task.key.language,
        is_update=task.is_update,
        told_before=task.told_before,
        found=task.glossary.find_in(text),
        workspace_id=task.key.scope.workspace,
    )


def _in_time(request: ModelRequest, task: Task) -> ModelRequest:
    """Return the request with what is left of the time for all calls together."""
    if task.ends_at is None:
        return request
    return request.within(task.ends_at - asyncio.get_running_loop().time())


def _grounds(task: Task, draft: Draft) -> Grounds:
    used = task.glossary.find_in(draft.text)
    return Grounds(
        grounds(task.chosen),
        [name for term in used for name in term.entry.names],
        language=task.key.language,
        source_language=task.story.language,
        said=[task.told_before] if task.told_before else [],
        updates=task.chosen[0].updates,
    )


def _outgoing(task: Task) -> Outgoing:
    return outgoing(task.chosen, [task.told_before] if task.told_before else [])


async def _repaired(
    model: Model, request: ModelRequest, answer: str, first: Review | None, task: Task
) -> Review | None:
    """Ask once more with what was found; the better of both counts, and a failed call costs nothing."""
    reasons = first.reasons if first else ("The answer is not JSON of the given schema.",)
    try:
        again = repair_request(request, answer, reasons)
        reply = await model.complete(_in_time(again, task))
    except ModelError as error:
        if first is None:
            raise
        log.info("repair_failed", story_id=task.story.id, outcome=type(error).__name__)
        return first
    second = await asyncio.to_thread(judge, reply.text, task)
    tries = [found for found in (second, first) if found is not None]
    return min(tries, key=lambda found: (found.hard, len(found.faults)), default=None)


def _finished(judged: Review, task: Task) -> Explanation:
    allowed = _outgoing(task)
    extract = pick(task.story, task.chosen, task.key.form, allowed)
    in_short = "" if task.across_languages else extract.in_short
    draft, dropped = mend(
        judged,
        _grounds(task, judged.draft),
        allowed,
        form=task.key.form,
        headline=extract.headline,
        in_short=in_short,
    )
    draft = _with_opening(draft)
    if not draft.paragraphs or not draft.in_short or not is_in(draft.text, task.key.language):
        raise UnusableAnswer("After the checks too little of the model's answer was left.")
    return _explanation(draft, dropped, extract, task)


def _with_opening(draft: Draft) -> Draft:
    """Move the first sentence of the core up when nothing else can open the explanation."""
    if draft.in_short or not draft.paragraphs:
        return draft
    first, *rest = draft.paragraphs
    left = (first[1:], *rest) if first[1:] else tuple(rest)
    return replace(draft, in_short=first[:1], paragraphs=left)


def _explanation(draft: Draft, dropped: int, extract: Extract, task: Task) -> Explanation:
    new = " ".join(draft.what_is_new) or (None if task.across_languages else extract.what_is_new)
    return Explanation(
        key=task.key,
        headline=draft.headline,
        means_for_reader=" ".join(draft.means_for_reader),
        in_short=" ".join(draft.in_short),
        paragraphs=tuple(" ".join(lines) for lines in draft.paragraphs),
        terms=draft.terms,
        why_it_matters=" ".join(draft.why_it_matters) or None,
        what_is_new=new if task.is_update else None,
        topics=task.story.topics,
        sources=task.sources,
        basis=basis(task.chosen),
        written_by="azure",
        written_at=task.now,
        dropped_sentences=dropped,
    )
