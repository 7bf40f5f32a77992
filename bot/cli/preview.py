"""`plainwire preview`: the whole job without posting."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from bot.cli.options import (
    LanguageOption,
    LevelOption,
    OfflineOption,
    instant_of,
    language_of,
    level_of,
    stories_of,
    topics_of,
)
from bot.cli.output import print_json, run_async, say
from bot.digest.digest import Digest
from bot.digest.preference import EVERY_DAY, Preference

# More reasons than this are for programs: --format json has them all.
_SHOWN = 12


class PreviewFormat(StrEnum):
    """How to print the digest; blocks is what Slack would get."""

    TEXT = "text"
    JSON = "json"
    BLOCKS = "blocks"


def preview(
    feed: Annotated[
        list[str] | None,
        typer.Argument(metavar="FEED", help="The same as --feeds.", show_default=False),
    ] = None,
    feeds: Annotated[
        list[str] | None,
        typer.Option(
            "--feeds", help="Feed file, folder or URL; several may follow.", show_default=False
        ),
    ] = None,
    now: Annotated[
        str | None,
        typer.Option("--now", help="As of this time (ISO 8601).", show_default=False),
    ] = None,
    level: LevelOption = "newcomer",
    language: LanguageOption = "en",
    stories: Annotated[int, typer.Option("--stories", help="1 to 8.")] = 5,
    topics: Annotated[
        str | None,
        typer.Option(
            "--topics", help="Names, comma-separated; -NAME leaves one out.", show_default=False
        ),
    ] = None,
    format_: Annotated[
        PreviewFormat, typer.Option("--format", help="How to print the digest.")
    ] = PreviewFormat.TEXT,
    offline: OfflineOption = False,
) -> None:
    """Make today's digest and print it; nothing is posted or kept.

    Without feeds, those of `plainwire feeds list` are read.
    """
    from bot.app.preview import Wanted

    wanted = Wanted(
        preference=Preference(
            on=True,
            days=EVERY_DAY,
            topics=topics_of(topics),
            level=level_of(level),
            stories=stories_of(stories),
            language=language_of(language),
        ),
        sources=(*(feeds or ()), *(feed or ())),
        as_of=instant_of(now) if now else None,
        offline=offline,
    )
    run_async(_preview(wanted, format_))


async def _preview(wanted: object, format_: PreviewFormat) -> None:
    from bot.app.preview import Wanted, make_preview
    from bot.cli.progress import feed_progress
    from bot.render.digest_message import render_digest
    from bot.settings import load_settings

    assert isinstance(wanted, Wanted)
    with feed_progress(shown=format_ is PreviewFormat.TEXT) as progress:
        digest = await make_preview(load_settings(), wanted, progress)
    message = render_digest(digest)
    if format_ is PreviewFormat.TEXT:
        _print_text(digest)
    elif format_ is PreviewFormat.JSON:
        from bot.render.as_json import digest_json

        print_json(digest_json(digest, message))
    else:
        print_json({"text": message.text, "blocks": list(message.blocks)})


def _print_text(digest: Digest) -> None:
    from bot.render.clean import one_line
    from bot.render.text import digest_text

    typer.echo(digest_text(digest))
    if digest.not_included:
        say(f"\nNot included ({len(digest.not_included)}):")
    for left_out in digest.not_included[:_SHOWN]:
        say(f"  {one_line(left_out.headline)} - {left_out.reason}")
    if len(digest.not_included) > _SHOWN:
        say("  … (all of them with --format json)")
    for problem in digest.problems:
        say(f"Problem: {one_line(problem.source)}: {one_line(problem.error)}")
