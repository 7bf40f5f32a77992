"""The week's recap at the end of a week's last digest: one line per story, drawn for each surface."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.digest.digest import RecapLine
from bot.render import blocks
from bot.render.clean import shorten
from bot.render.message import Block
from bot.render.mrkdwn import Escaped, escape, italic, join, link, trusted
from bot.render.words import Words

MAX_LINES = 10
# "Node.js", but not "2.1".
_DOTTED = re.compile(r"\w\.[^\W\d_]")
MAX_HEADLINE_CHARS = 110
# It shares the message with up to eight stories.
RECAP_CHARS = 1_600
# Two addresses of usual length fit on a line with their headline; a longer one is left out.
MAX_LINE_CHARS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class RecapEntry:
    """One line, still raw: what was told, where, and when ("Tuesday 3 March, 2 updates")."""

    headline: str
    url: str
    when: str


def recap_entries(recap: Sequence[RecapLine], words: Words) -> tuple[RecapEntry, ...]:
    """Return the lines in the order given, at most ten."""
    return tuple(
        RecapEntry(
            headline=shorten(line.headline, MAX_HEADLINE_CHARS) or shorten(line.source, 60) or "—",
            url=line.url,
            when=", ".join(_when(line, words)),
        )
        for line in recap[:MAX_LINES]
    )


def recap_blocks(entries: Sequence[RecapEntry], words: Words) -> Iterator[Block]:
    """Yield the section of the recap, with its divider; nothing without entries."""
    if not entries:
        return
    text = italic(words.recap)
    for entry in entries:
        longer = join(trusted("\n"), (text, _line(entry)))
        if len(longer) > RECAP_CHARS:
            break
        text = longer
    yield blocks.section(text)
    yield blocks.divider()


def recap_texts(entries: Sequence[RecapEntry]) -> Iterator[str]:
    """Yield the lines as plain text, still to be escaped or cleaned."""
    yield from (f"• {entry.headline} – {entry.when}" for entry in entries)


def _when(line: RecapLine, words: Words) -> Iterator[str]:
    yield words.long_date(line.last_on)
    if line.updates > 0:
        yield words.updates(line.updates)


def _linked(entry: RecapEntry) -> Escaped:
    """Return the headline as a link; beside one when a name in it ("Node.js") looks like an address."""
    if not _DOTTED.search(entry.headline):
        return link(entry.url, entry.headline)
    return escape(entry.headline) + trusted(" (") + link(entry.url) + trusted(")")


def _line(entry: RecapEntry) -> Escaped:
    said = trusted("• ") + _linked(entry)
    if len(said) > MAX_LINE_CHARS or not entry.url:
        said = trusted("• ") + escape(entry.headline)
    return said + trusted(" – ") + escape(entry.when)
