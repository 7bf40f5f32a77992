"""`plainwire explain`: make a text, an article or a term plain."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.options import (
    FormatOption,
    LanguageOption,
    LevelOption,
    OfflineOption,
    language_of,
    level_of,
)
from bot.cli.output import Format, print_json, run_async


def explain(
    what: Annotated[list[str], typer.Argument(metavar="TEXT|URL|FILE", show_default=False)],
    level: LevelOption = "newcomer",
    language: LanguageOption = "en",
    format_: FormatOption = Format.TEXT,
    offline: OfflineOption = False,
) -> None:
    """Explain a term, a text, a file or the article at an address."""
    from bot.app.explaining import Asked, explain_anything
    from bot.render.as_json import explanation_json
    from bot.render.text import explanation_text
    from bot.settings import load_settings

    asked = Asked(
        what=" ".join(what),
        level=level_of(level),
        language=language_of(language),
        offline=offline,
    )
    explanation = run_async(explain_anything(load_settings(), asked))
    if format_ is Format.JSON:
        print_json(explanation_json(explanation))
    else:
        typer.echo(explanation_text(explanation))
