"""The glossary to browse and search, and the page of one term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.explain.glossary import GlossaryEntry
from bot.render import blocks, ids, inputs
from bot.render.clean import shorten
from bot.render.inputs import View
from bot.render.message import Block
from bot.render.mrkdwn import Escaped, bold, escape, italic, join, trusted
from bot.render.notice import with_code

ENTRIES_PER_PAGE: Final = 8
MAX_RELATED: Final = 5
TERM_CHARS: Final = 80
LINE_CHARS: Final = 600
_LINE = trusted("\n")
_DASH = trusted(" – ")


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryPage:
    """
    One page of what was found.

    Attributes:
        entries: On this page; page: from 0; pages, total: of everything found.
        query: As typed; "" for the whole glossary.
    """

    entries: tuple[GlossaryEntry, ...]
    page: int
    pages: int
    total: int
    query: str = ""


def glossary_page(found: Sequence[GlossaryEntry], page: int, query: str = "") -> GlossaryPage:
    """Return one page of what `Glossary.search(query)` found; a page beyond the last is the last."""
    pages = max(1, -(-len(found) // ENTRIES_PER_PAGE))
    page = min(max(page, 0), pages - 1)
    start = page * ENTRIES_PER_PAGE
    return GlossaryPage(
        entries=tuple(found[start : start + ENTRIES_PER_PAGE]),
        page=page,
        pages=pages,
        total=len(found),
        query=query,
    )


def glossary_blocks(page: GlossaryPage) -> Iterator[Block]:
    """Yield the search field, the entries and the buttons to turn the page; for the App Home."""
    search = inputs.text_line(
        ids.HOME_SEARCH, page.query, placeholder=escape("A word, such as RAG or token")
    )
    yield inputs.field(
        # Another id for another query, or Slack would keep what was typed before.
        ids.home_block(f"search|{ids.feed_key(page.query)}"),
        escape("Search the glossary"),
        search,
        optional=True,
        dispatch=True,
    )
    yield blocks.context(with_code(_found(page)))
    for entry in page.entries:
        more = blocks.button(
            escape("Open"), action_id=ids.HOME_TERM, value=ids.term_value(entry.term)
        )
        yield blocks.section(_short(entry), more)
    if row := _turning(page):
        yield blocks.actions(row, block_id=ids.home_block("glossary"))


def term_view(entry: GlossaryEntry, related: Sequence[str] = ()) -> View:
    """Return the page of one term; *related* are terms of the glossary that its texts use."""
    found = [blocks.header(escape(entry.term))]
    if entry.aliases:
        found.append(blocks.context(escape(f"Also: {', '.join(entry.aliases)}")))
    found += [
        blocks.section(_lines(entry.meaning, entry.comparison)),
        blocks.section(
            italic("For practitioners:") + trusted(" ") + escape(entry.practitioner).cut(LINE_CHARS)
        ),
    ]
    found += _related(related)
    return inputs.modal(escape("Glossary"), found, callback_id=ids.TERM_VIEW, close=escape("Close"))


def unknown_term_view(term: str) -> View:
    """Return what stands there when a term has left the glossary since the button was drawn."""
    said = escape(f"“{shorten(term, TERM_CHARS)}” is not in the glossary any more; search for it.")
    return inputs.modal(
        escape("Glossary"),
        [blocks.section(said)],
        callback_id=ids.TERM_VIEW,
        close=escape("Close"),
    )


def _related(related: Sequence[str]) -> Iterator[Block]:
    row = [
        blocks.button(
            escape(term), action_id=ids.related_action(number), value=ids.term_value(term)
        )
        for number, term in enumerate(dict.fromkeys(related[:MAX_RELATED]))
    ]
    if row:
        yield blocks.context(escape("Words in it:"))
        yield blocks.actions(row, block_id="related")


def _short(entry: GlossaryEntry) -> Escaped:
    return bold(shorten(entry.term, TERM_CHARS)) + _DASH + escape(entry.meaning).cut(LINE_CHARS)


def _lines(*texts: str) -> Escaped:
    return join(_LINE, [escape(text).cut(LINE_CHARS) for text in texts])


def _found(page: GlossaryPage) -> str:
    if not page.total:
        asked = shorten(page.query, TERM_CHARS)
        return f"Nothing found for “{asked}”; `/explain` and the word asks about any word."
    words = "1 term" if page.total == 1 else f"{page.total} terms"
    found = f"{words} found for “{shorten(page.query, TERM_CHARS)}”" if page.query else words
    return f"{found} · page {page.page + 1} of {page.pages}" if page.pages > 1 else found


def _turning(page: GlossaryPage) -> list[blocks.Element]:
    row = []
    if page.page > 0:
        value = ids.page_value(page.page - 1, page.query)
        row.append(blocks.button(escape("Back"), action_id=ids.HOME_PAGE_BACK, value=value))
    if page.page + 1 < page.pages:
        value = ids.page_value(page.page + 1, page.query)
        row.append(blocks.button(escape("More"), action_id=ids.HOME_PAGE_ON, value=value))
    return row
