"""`plainwire manifest` and `plainwire migrate`: two small commands for setting up."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.output import run_async


def manifest(
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of YAML.")] = False,
) -> None:
    """Print the Slack app manifest, to create the app from."""
    from bot.manifest import as_json as manifest_json
    from bot.manifest import as_yaml

    typer.echo(manifest_json() if as_json else as_yaml(), nl=False)


def migrate() -> None:
    """Create the database or bring it up to date (`run` does this by itself)."""
    from bot.settings import load_settings
    from storage.migrate import migrate as bring_up_to_date
    from storage.migrations import HEAD

    settings = load_settings()
    before = run_async(bring_up_to_date(settings.database_url))
    if before == HEAD:
        typer.echo(f"The database is up to date (revision {HEAD}).")
    else:
        typer.echo(f"The database was at {before or 'nothing'}, and is now at revision {HEAD}.")
