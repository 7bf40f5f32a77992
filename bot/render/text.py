"""
The same digest for a terminal: plain text, or lines with marks that a command line may colour.

Terminal escapes and control characters from outside are gone (`clean.one_line`), so a feed can
neither recolour the screen nor set its title nor write to the clipboard.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.digest.digest import Digest
from bot.explain.explanation import ExplainedTerm, Explanation
from bot.render.clean import one_line
from bot.render.emphasis import Span, term_spans
from bot.render.frame import Sentence
from bot.render.links import safe_url
from bot.render.outline import (
    MAX_SOURCES,
    DigestOutline,
    Labelled,
    NamedSource,
    StoryOutline,
    explanation_outline,
    outline,
)
from bot.render.recap import recap_texts
from bot.render.words import Words, words_for

LineStyle = Literal["title", "dim", "headline", "text", "blank"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """
    One paragraph for a terminal, clean and unwrapped.

    Attributes:
        bold: Spans of `text` that hold a term at its first use.
        label_chars: How many characters at the start are a label such as "In short:".
    """

    style: LineStyle
    text: str = ""
    bold: tuple[Span, ...] = ()
    label_chars: int = 0


BLANK = Line(style="blank")


def digest_text(digest: Digest, width: int = 80) -> str:
    """Return the digest as plain text, wrapped at *width* columns, ending with a line break."""
    return _wrapped(digest_lines(digest), width)


def explanation_text(explanation: Explanation, width: int = 80) -> str:
    """Return one explanation as plain text, wrapped at *width* columns."""
    return _wrapped(explanation_lines(explanation), width)


def digest_lines(digest: Digest) -> tuple[Line, ...]:
    """Return the digest as lines to colour; every text is clean of terminal escapes."""
    return tuple(_digest(outline(digest)))


def explanation_lines(explanation: Explanation) -> tuple[Line, ...]:
    """Return one explanation as lines to colour."""
    words = words_for(explanation.key.language)
    return tuple(_story(explanation_outline(explanation), words))


def _digest(drawn: DigestOutline) -> Iterator[Line]:
    yield Line(style="title", text=drawn.title)
    if drawn.counts:
        yield Line(style="dim", text=drawn.counts)
    for sentence in (*drawn.opening, *drawn.notices):
        yield Line(style="text", text=_plain(sentence))
    if drawn.empty:
        yield BLANK
        yield Line(style="text", text=_plain(drawn.empty))
    for story in drawn.stories:
        yield BLANK
        yield from _story(story, drawn.words)
    if drawn.recap:
        yield BLANK
        yield Line(style="text", text=drawn.words.recap, label_chars=len(drawn.words.recap))
        yield from (Line(style="text", text=one_line(line)) for line in recap_texts(drawn.recap))
    yield BLANK
    for sentence in drawn.footer:
        yield Line(style="dim", text=_plain(sentence))


def _story(story: StoryOutline, words: Words) -> Iterator[Line]:
    used: set[str] = set()
    number = f"{story.number}. " if story.number else ""
    yield Line(style="headline", text=one_line(number + story.headline))
    if story.new:
        yield _labelled(story.new, story.terms, used)
    if story.means_for_reader:
        yield Line(style="text", text=story.means_for_reader)
    for part in (story.in_short, *story.paragraphs):
        if part.text:
            yield _labelled(part, story.terms, used)
    if story.glossary:
        yield Line(style="text", text=words.words_in_it, label_chars=len(words.words_in_it))
        for term in story.glossary:
            yield _glossary_entry(term)
    if story.why_it_matters:
        yield _labelled(story.why_it_matters, story.terms, used)
    yield Line(style="dim", text=_small_print(story, words))


def _labelled(part: Labelled, terms: tuple[str, ...], used: set[str]) -> Line:
    text = one_line(part.text)
    start = len(part.label) + 1 if part.label else 0
    spans = tuple((a + start, b + start) for a, b in term_spans(text, terms, used))
    whole = f"{part.label} {text}" if part.label else text
    return Line(style="text", text=whole, bold=spans, label_chars=len(part.label))


def _glossary_entry(term: ExplainedTerm) -> Line:
    name, told = one_line(term.term), f"{one_line(term.meaning)} {one_line(term.comparison)}"
    start = len("• ")
    text = f"• {name} – {told.strip()}"
    return Line(style="text", text=text, bold=((start, start + len(name)),) if name else ())


def _small_print(story: StoryOutline, words: Words) -> str:
    named = ", ".join(_source(source) for source in story.sources[:MAX_SOURCES])
    more = len(story.sources) - MAX_SOURCES
    if more > 0:
        named = f"{named} {words.and_more(more)}"
    if story.remarks:
        named = f"{named} ({'; '.join(story.remarks)})"
    return " — ".join(part for part in (" · ".join(story.topics), named.strip()) if part)


def _source(source: NamedSource) -> str:
    address = safe_url(source.url)
    parts = (source.name, f"({source.remark})" if source.remark else "", address or "")
    return " ".join(part for part in parts if part)


def _plain(sentence: Sentence) -> str:
    return one_line("".join(run.text for run in sentence))


def _wrapped(lines: tuple[Line, ...], width: int) -> str:
    return "".join(_wrap(line, max(width, 20)) + "\n" for line in lines)


def _wrap(line: Line, width: int) -> str:
    # Addresses stay whole, so that a terminal can open them.
    return textwrap.fill(line.text, width, break_long_words=False, break_on_hyphens=False)
