"""`plainwire page`: what the bot would read behind an address."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.cli.options import FormatOption
from bot.cli.output import Format, print_json, run_async
from bot.news.entry import Page


def page(
    sources: Annotated[list[str], typer.Argument(metavar="FILE_OR_URL...", show_default=False)],
    format_: FormatOption = Format.TEXT,
) -> None:
    """Show what would be read at these addresses or in these files."""
    pages = run_async(_pages(sources))
    if format_ is Format.JSON:
        print_json([_as_json(one) for one in pages])
    else:
        typer.echo("\n\n".join(_as_text(one) for one in pages))
    if pages and all(not one.text for one in pages):
        raise SystemExit(1)


async def _pages(sources: list[str]) -> list[Page]:
    from bot.app.readers import open_readers
    from bot.settings import load_settings

    async with open_readers(load_settings()) as readers:
        return [await readers.pages.read_source(source) for source in sources]


def _as_json(one: Page) -> dict[str, Any]:
    return {
        "source": one.source,
        "title": one.title,
        "text": one.text,
        "author": one.author,
        "published_at": one.published_at.isoformat() if one.published_at else None,
        "canonical_url": one.canonical_url,
        "problems": list(one.problems),
    }


def _as_text(one: Page) -> str:
    from bot.render.clean import one_line

    head = [
        one_line(one.title) or "(no title)",
        one_line(one.source),
        *([f"by {one_line(one.author)}"] if one.author else []),
        *([f"{one.published_at:%Y-%m-%d}"] if one.published_at else []),
        *(f"Problem: {one_line(problem)}" for problem in one.problems),
    ]
    body = [one_line(paragraph) for paragraph in one.text.split("\n\n")]
    return "\n".join(head) + ("\n\n" + "\n\n".join(body) if one.text else "")
