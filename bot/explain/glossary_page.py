"""
The glossary as a page of the documentation.

    python -m bot.explain.glossary_page docs/glossary.md

rewrites what follows the mark in that file; what stands before it is written by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bot.explain.glossary import Glossary, GlossaryEntry

MARK = (
    "<!-- From here on made from bot/explain/glossary.toml; see bot/explain/glossary_page.py. -->"
)


def updated_page(page: str, glossary: Glossary) -> str:
    """Return *page* with all that follows the mark replaced by the entries of *glossary*."""
    by_hand, _, _ = page.partition(MARK)
    return f"{by_hand}{MARK}\n\n" + "\n".join(_lines(glossary.entries))


def _lines(entries: tuple[GlossaryEntry, ...]) -> Iterator[str]:
    letter = ""
    for entry in entries:
        if (first := entry.term[0].upper()) != letter:
            letter = first
            yield f"### {letter}\n"
        yield _paragraph(entry)


def _paragraph(entry: GlossaryEntry) -> str:
    aliases = f" ({', '.join(entry.aliases)})" if entry.aliases else ""
    return (
        f"**{entry.term}**{aliases}  \n{entry.meaning}  \n"
        f"{entry.comparison}  \n*For practitioners:* {entry.practitioner}\n"
    )


def main(path: str) -> None:
    page = Path(path)
    page.write_text(updated_page(page.read_text("utf-8"), Glossary.load()), "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
