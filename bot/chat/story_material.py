"""Stories, pages and texts made into the material of an answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.chat.answer_prompt import AnswerMode
from bot.chat.material import Context, Material
from bot.chat.which_story import ToldStory
from bot.explain.explanation import Source
from bot.explain.outgoing.named import shown_headline
from bot.explain.sources import (
    LEAD_CHARS,
    OTHER_CHARS,
    Document,
    basis,
    documents,
    named_sources,
    outgoing,
)
from bot.explain.write import story_of_text
from bot.news.entry import Page
from bot.news.story import Story

_PASTED = {"en": "the text you gave", "de": "der Text von dir"}
# Points at something said before: without knowing what, there is nothing to answer.
_POINTS = re.compile(
    r"\b(?:this|that|it|its|they|them|their|these|those|he|she|his|her|das|dies\w*|es|sie|ihr\w*|davon|dazu|daran)\b",
    re.IGNORECASE,
)
_MIN_OWN_WORDS = 3
# Of an entry's text, for finding the story that a message is about.
_MORE_CHARS = 1_000


def of_stories(
    stories: Sequence[Story], pages: Sequence[Mapping[str, Page]], context: Context
) -> Material:
    """Return one story with its documents, or several with the best document of each."""
    each = [documents(story, found) for story, found in zip(stories, pages, strict=True)]
    one = len(stories) == 1
    chosen = each[0] if one else tuple(found[0] for found in each)
    sources = tuple(
        source
        for story, found in zip(stories, pages, strict=True)
        for source in named_sources(story, found)[: None if one else 1]
    )
    return Material(
        mode=AnswerMode.SOURCES,
        context=context,
        documents=chosen,
        sources=sources,
        headline=shown_headline(stories[0], outgoing(chosen)) if one else "",
        story_id=stories[0].id if one else None,
        source_language=stories[0].language,
        summary_only=basis(chosen) == "summary",
    )


def of_text(
    text: str,
    context: Context,
    now: datetime,
    *,
    url: str = "",
    mode: AnswerMode = AnswerMode.EXPLAIN,
) -> Material:
    language = context.wishes.language
    name = _host(url) or _PASTED.get(language, _PASTED["en"])
    story, pages = story_of_text(text, title="", url=url, source_name=name, language="", now=now)
    chosen = documents(story, pages)
    return Material(
        mode=mode,
        context=context,
        documents=parts(chosen[0]),
        sources=named_sources(story, pages),
        headline=outgoing(chosen).first([story.headline]),
        source_text=text,
        source_url=url,
    )


def of_pages(pages: Sequence[Page], context: Context, now: datetime) -> Material:
    chosen: list[Document] = []
    sources: list[Source] = []
    for page in pages:
        url = page.canonical_url or page.source
        story, found = story_of_text(
            page.text, title=page.title, url=url, source_name=_host(url), language="", now=now
        )
        found = {url: Page(source=url, title=page.title, text=page.text, paywalled=page.paywalled)}
        chosen += parts(documents(story, found)[0])
        sources += named_sources(story, found)
    first = pages[0]
    return Material(
        mode=AnswerMode.SOURCES if context.ask.what else AnswerMode.EXPLAIN,
        context=context,
        documents=tuple(chosen),
        sources=tuple(sources),
        headline=outgoing(chosen).first([first.title]),
        summary_only=any(page.paywalled for page in pages),
        source_text=first.text,
        source_url=first.canonical_url or first.source,
    )


def parts(document: Document) -> tuple[Document, ...]:
    """
    Return a long text as several documents, so that a request carries all of it.

    A request gives the first document more room than the others (`sources.tagged`).
    """
    text = document.text
    found: list[Document] = []
    while text:
        room = OTHER_CHARS if found else LEAD_CHARS
        end = len(text) if len(text) <= room else text.rfind(" ", 0, room)
        end = end if end > 0 else room
        found.append(replace(document, text=text[:end]))
        text = text[end:].lstrip()
    return tuple(found) or (document,)


def told_story(number: int, story_id: str, revision: int, story: Story) -> ToldStory:
    names = tuple(dict.fromkeys(entry.outlet_name for entry in story.entries))
    more = " ".join(f"{entry.title} {entry.text[:_MORE_CHARS]}" for entry in story.entries)
    return ToldStory(
        number=number,
        story_id=story_id,
        revision=revision,
        headline=shown_headline(story),
        outlets=names,
        more=more,
    )


def listed(stories: Sequence[ToldStory]) -> str:
    return " · ".join(f"#{story.number} {story.headline}" for story in stories)


def points_at_something(question: str) -> bool:
    return bool(_POINTS.search(question)) or len(question.split()) < _MIN_OWN_WORDS


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
