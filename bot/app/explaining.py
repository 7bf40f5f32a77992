"""`plainwire explain`: whatever a person names, made plain, in a throw-away database."""

from __future__ import annotations

import asyncio
import difflib
from dataclasses import dataclass
from pathlib import Path

from bot.app.newsroom import Newsroom, open_newsroom
from bot.clock import SystemClock
from bot.errors import JobFailed, UsageError
from bot.explain.explanation import (
    ExplainedTerm,
    Explanation,
    ExplanationKey,
    Form,
    Level,
    Source,
)
from bot.explain.glossary import Glossary, GlossaryEntry
from bot.news.entry import Page
from bot.news.urlkey import outlet_of
from bot.settings import Settings
from storage.cipher import Cipher, generate_key
from storage.database import Database

# Longer than this is no text that somebody typed or a file that somebody saved to be explained.
MAX_TEXT_CHARS = 100_000
# As many words as a term has at the most; anything longer is a text.
_TERM_WORDS = 4
_HTML = {".html", ".htm", ".xhtml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What a person wants explained.

    Attributes:
        what: A term, a text, a file's path, or an http(s) address.
        offline: No model, and no address is read.
    """

    what: str
    level: Level
    language: str
    offline: bool = False


async def explain_anything(settings: Settings, asked: Asked) -> Explanation:
    """
    Return the full form for a term, a text, a file or an article.

    Raises:
        UsageError: Nothing was given, or an address with `--offline`.
        JobFailed: The file or article cannot be read.
    """
    what = asked.what.strip()
    if not what:
        raise UsageError(
            "There is nothing to explain.", next_step='Try: plainwire explain "open weights"'
        )
    async with (
        Database.temporary(Cipher([generate_key()])) as database,
        open_newsroom(settings, database, SystemClock(), offline=asked.offline) as newsroom,
    ):
        entry = newsroom.glossary.look_up(what)
        if entry is not None:
            return of_term(entry, asked, newsroom)
        page = await _page(newsroom, what, offline=asked.offline)
        return await _of_page(newsroom, page, asked)


async def _page(newsroom: Newsroom, what: str, *, offline: bool) -> Page:
    if what.startswith(("http://", "https://")):
        if offline:
            raise UsageError("An address cannot be read with --offline.")
        return _readable(await newsroom.readers.pages.read(what))
    path = Path(what)
    if len(what) < 1_000 and "\n" not in what and await asyncio.to_thread(path.is_file):  # noqa: PLR2004 - paths are short
        if path.suffix.lower() in _HTML:
            return _readable(await newsroom.readers.pages.read_file(path))
        text = await asyncio.to_thread(path.read_text, "utf-8", "replace")
        return Page(source=path.name, title="", text=text[:MAX_TEXT_CHARS])
    if newsroom.model is None and len(what.split()) <= _TERM_WORDS:
        raise _unknown_term(newsroom.glossary, what)
    return Page(source="", text=what[:MAX_TEXT_CHARS])


def _unknown_term(glossary: Glossary, what: str) -> JobFailed:
    similar = [entry.term for entry in glossary.search(what)][:3]
    names = {name for entry in glossary.entries for name in entry.names}
    similar = similar or difflib.get_close_matches(what.casefold(), names, n=3)
    hint = f"Did you mean: {', '.join(similar)}? " if similar else ""
    return JobFailed(
        f"“{what}” is not in the glossary, and there is no model to ask.",
        next_step=f"{hint}Configure a model, or give a whole text, a file or an address.",
    )


def _readable(page: Page) -> Page:
    if page.text:
        return page
    raise JobFailed(
        f"Nothing could be read at {page.source}: {' '.join(page.problems) or 'it has no text'}",
        next_step="Paste the text itself, or save the page and name the file.",
    )


async def _of_page(newsroom: Newsroom, page: Page, asked: Asked) -> Explanation:
    address = page.canonical_url or page.source
    is_address = address.startswith(("http://", "https://"))
    return await newsroom.writer.explain_text(
        page.text,
        form=Form.FULL,
        level=asked.level,
        language=asked.language,
        now=newsroom.clock.now(),
        title=page.title,
        url=address if is_address else "",
        source_name=outlet_of(address) if is_address else page.source,
    )


def of_term(entry: GlossaryEntry, asked: Asked, newsroom: Newsroom) -> Explanation:
    """Return a glossary entry in the shape of an explanation; no model call is needed for it."""
    expert = asked.level is not Level.NEWCOMER
    return Explanation(
        key=ExplanationKey(
            story_id=f"term:{entry.term}",
            revision=1,
            form=Form.FULL,
            level=asked.level,
            language="en",
            prompt_version="glossary",
        ),
        headline=entry.term,
        means_for_reader="",
        in_short=entry.meaning,
        paragraphs=(entry.practitioner,) if expert else (entry.comparison,),
        terms=(ExplainedTerm(term=entry.term, meaning=entry.meaning, comparison=entry.comparison),),
        why_it_matters=None,
        what_is_new=None,
        topics=(),
        sources=(Source(name="Plainwire's glossary", url=""),),
        basis="full text",
        written_by="extractive",
        written_at=newsroom.clock.now(),
    )
