"""`plainwire manifest` and `plainwire migrate`: two small commands for setting up."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.output import run_async, say


def manifest(
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
    http: Annotated[
        str,
        typer.Option(
            "--http",
            metavar="URL",
            help="For HTTP mode: where Slack reaches the bot, such as https://bot.example.org.",
        ),
    ] = "",
    prefix: Annotated[
        str,
        typer.Option(
            "--prefix",
            metavar="NAME",
            help="Begin every command with it: acme makes /acme-explain.",
        ),
    ] = "",
) -> None:
    """Print the Slack app manifest, to create the app from."""
    from bot import manifest as source

    if not http and not prefix:
        typer.echo(source.as_json() if as_json else source.as_yaml(), nl=False)
        return
    values = source.variant(http=http, prefix=prefix)
    typer.echo(source.as_json(values) if as_json else source.variant_as_yaml(values), nl=False)
    if prefix:
        say(
            f"Set PLAINWIRE_COMMAND_PREFIX={prefix} too, so that help and digests name the commands so."
        )


def migrate(
    finish: Annotated[
        bool,
        typer.Option(
            "--finish",
            help="Also make the changes that processes of the previous release would not survive; "
            "once none runs any more.",
        ),
    ] = False,
) -> None:
    """Create the database or bring it up to date (`run` does this by itself)."""
    from bot.settings import load_settings
    from storage.migrations import HEAD

    before, files = run_async(_migrate(load_settings().database_url, finish=finish))
    for name in files:
        typer.echo(f"procrastinate's tables: {name}")
    if before == HEAD:
        typer.echo(f"The database is up to date (revision {HEAD}).")
    else:
        typer.echo(f"The database was at {before or 'nothing'}, and is now at revision {HEAD}.")


async def _migrate(url: str, *, finish: bool) -> tuple[str, list[str]]:
    from storage.engine import database_url, make_engine, sqlite_path
    from storage.jobs import has_engine, prepare_jobs
    from storage.migrate import migrate as bring_up_to_date

    before = await bring_up_to_date(url)
    if sqlite_path(url) is not None or not has_engine():
        return before, []
    engine = make_engine(database_url(url))
    try:
        return before, await prepare_jobs(engine, finish=finish)
    finally:
        await engine.dispose()
