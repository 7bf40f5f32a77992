"""The material of a story: its documents, best first, within a budget. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.english_dates import MONTHS, WEEKDAYS
from bot.explain.explanation import Basis, Source
from bot.explain.outgoing.check import Outgoing
from bot.explain.outgoing.named import shown_name
from bot.explain.superseded import standing, updates_of, without_superseded
from bot.explain.update import Update
from bot.news.entry import Entry, Page
from bot.news.story import Story

MAX_DOCUMENTS = 4
LEAD_CHARS = 6_000
OTHER_CHARS = 2_500
# What the checks and the extractive explainer read of one document.
_READ_CHARS = 12_000
_FEED_CHARS = 1_500
# About a first sentence.
_OPENING_CHARS = 100
_SUBJECT_WORDS = 2
_MAX_SOURCES = 8

# Azure looks for attacks in text tagged so (its documented form for document embedding).
_OPEN, _CLOSE = '""" <documents>', '</documents> """'
_TAG = re.compile(r"<\s*(?:/\s*)?documents\b[^>]*>?", re.IGNORECASE)
# Invisible characters that only serve to hide text from people or to break words apart.
_HIDDEN = re.compile(
    r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
_BREAK = "\n\n---\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """
    What one publisher wrote.

    Attributes:
        text: The page's text when we could read it, else what the feed said.
        full: `text` is the article and not a teaser.
        updates: What the story's later reports changed; a text made from this one agrees with them.
    """

    entry: Entry
    title: str
    text: str
    full: bool
    paywalled: bool = False
    updates: tuple[Update, ...] = ()

    @property
    def head(self) -> str:
        """Return the lines above the text, as the model sees them and the checks allow them."""
        lines = [f"Source: {self.entry.outlet_name}"]
        if self.title:  # an earlier report's may no longer hold
            lines.append(f"Title: {self.title}")
        if self.entry.published_at is not None:
            lines.append(f"Published: {said_date(self.entry.published_at)}")
        return "\n".join(lines)


def documents(story: Story, pages: Mapping[str, Page]) -> tuple[Document, ...]:
    """
    Return what was written about a story: the lead first, then the longest of other outlets.

    On an update, sentences that its later reports supersede are left out: whatever is made from the
    documents, with a model or without, tells the story as it is now.

    Args:
        story: Its entries are looked at.
        pages: By entry URL (or URL key); an entry without one rests on its feed's text.
    """
    updates = updates_of(story, pages)
    lead = story.lead
    found = {entry.id: _document(entry, pages) for entry in story.entries}
    others = sorted(
        (found[entry.id] for entry in story.entries if entry.id != lead.id),
        # What brought the latest revision must be among them.
        key=lambda document: (document.entry.id != _newest(story), -len(document.text)),
    )
    seen = {lead.outlet}
    chosen = [found[lead.id]]
    for document in others:
        if document.entry.outlet not in seen or document.entry.id == _newest(story):
            chosen.append(document)
            seen.add(document.entry.outlet)
    now = standing(updates, story.language)
    return tuple(
        _current(document, updates, now, story.language) for document in chosen[:MAX_DOCUMENTS]
    )


def _current(
    document: Document, updates: tuple[Update, ...], now: tuple[Update, ...], language: str
) -> Document:
    """Return a document without what the story's later reports have changed."""
    if not updates:
        return document
    return replace(
        document,
        title=without_superseded(document.entry, document.title, updates, language),
        text=without_superseded(document.entry, document.text, updates, language),
        updates=now,
    )


def _newest(story: Story) -> str:
    return story.revisions[-1].entry_id if story.revisions else ""


def _document(entry: Entry, pages: Mapping[str, Page]) -> Document:
    page = pages.get(entry.url) or pages.get(entry.url_key)
    own = clean(entry.text)
    article = clean(page.text) if page is not None else ""
    paywalled = page is not None and page.paywalled
    full = bool(article) and not paywalled and len(article) >= len(own)
    text = _together(entry, own, article) if full or len(article) > len(own) else own
    return Document(
        entry=entry,
        title=clean(entry.title),
        text=text[:_READ_CHARS],
        full=full,
        paywalled=paywalled,
    )


def _together(entry: Entry, own: str, article: str) -> str:
    """
    Return the article, after the feed's own words when it does not begin with its subject.

    News begins with who did what; a feature may come to it late, and its feed sums it up.
    """
    opening = " ".join(article.split())[:_OPENING_CHARS]
    subject = long_words(entry.title) & long_words(opening)
    known = " ".join(own.split())[:_OPENING_CHARS] in " ".join(article.split())
    if known or len(subject) >= _SUBJECT_WORDS:
        return article
    return f"{own[:_FEED_CHARS]}\n\n{article}"


def long_words(text: str) -> set[str]:
    """Return the words of more than three letters, folded."""
    return {word for word in re.findall(r"[^\W_]+", text.casefold()) if len(word) > 3}  # noqa: PLR2004 - letters


def basis(chosen: Sequence[Document]) -> Basis:
    """Return "full text" when at least one article could be read."""
    return "full text" if any(document.full for document in chosen) else "summary"


def named_sources(story: Story, pages: Mapping[str, Page]) -> tuple[Source, ...]:
    """Return every outlet once, the lead first, paywalled ones too."""
    ordered = sorted(story.entries, key=lambda entry: (entry.id != story.lead.id, -entry.weight))
    sources: dict[str, Source] = {}
    for entry in ordered:
        page = pages.get(entry.url) or pages.get(entry.url_key)
        paywalled = page is not None and page.paywalled
        name = shown_name(
            clean(entry.outlet_name) or entry.outlet, entry.outlet, entry.feed_url, entry.url
        )
        source = Source(name=name, url=entry.url, paywalled=paywalled)
        sources.setdefault(entry.outlet, source)
    return tuple(sources.values())[:_MAX_SOURCES]


def tagged(chosen: Sequence[Document]) -> str:
    """Return the documents as the model gets them: JSON-escaped inside Azure's document tags."""
    parts = [
        f"{untagged(document.head)}\n\n{untagged(document.text)[: _chars(index)]}"
        for index, document in enumerate(chosen)
    ]
    escaped = json.dumps(_BREAK.join(parts), ensure_ascii=False)[1:-1]
    return f"{_OPEN}\n{escaped}\n{_CLOSE}"


def grounds(chosen: Sequence[Document]) -> tuple[str, ...]:
    """Return the texts that an explanation may draw on, head lines (outlet, title, date) included."""
    return tuple(f"{document.head}\n\n{document.text}" for document in chosen)


def outgoing(
    chosen: Sequence[Document], more: Sequence[str] = (), hosts: Sequence[str] = ()
) -> Outgoing:
    """
    Return the check for what is posted about documents.

    Args:
        chosen: Their hosts, and the names in them, may be named.
        more: Other texts that names may come from, such as what a person asked.
        hosts: Other hosts that may be named.
    """
    own = [
        address
        for document in chosen
        for address in (document.entry.url, document.entry.feed_url, document.entry.outlet)
    ]
    return Outgoing([*grounds(chosen), *more], [*own, *hosts])


def teasers(chosen: Sequence[Document]) -> tuple[Document, ...]:
    """Return the documents cut down to title and feed summary, for a second try past a filter."""
    return tuple(replace(document, text=_teaser(document), full=False) for document in chosen)


def _teaser(document: Document) -> str:
    text, language = clean(document.entry.text)[:600], document.entry.language
    return without_superseded(document.entry, text, document.updates, language)


def clean(text: str) -> str:
    """Return *text* without hidden characters and markup."""
    text = _HIDDEN.sub("", text)
    return re.sub(r"<[^<>\n]{0,400}>", " ", text).strip()


def said_date(at: datetime) -> str:
    """Return "Friday, 27 February 2026", in English whatever the machine's locale."""
    return f"{WEEKDAYS[at.weekday()]}, {at.day} {MONTHS[at.month - 1]} {at.year}"


def _chars(index: int) -> int:
    return LEAD_CHARS if index == 0 else OTHER_CHARS


def untagged(text: str) -> str:
    """Return *text* without tags like those that documents are put in."""
    # Taking a tag out can make a new one of what stood around it; beside these marks none can form.
    return _TAG.sub("‹›", _TAG.sub("", text))
