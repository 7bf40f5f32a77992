"""`plainwire sandbox`: the local Slack workspace alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.output import run_async


def sandbox(
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8787,
    host: Annotated[
        str, typer.Option("--host", help="Loopback unless you know why.")
    ] = "127.0.0.1",
    app_manifest: Annotated[
        Path | None,
        typer.Option(
            "--manifest",
            exists=True,
            dir_okay=False,
            help="Another bot's manifest (YAML or JSON). Default: Plainwire's.",
            show_default=False,
        ),
    ] = None,
    rate_limits: Annotated[
        bool, typer.Option("--rate-limits/--no-rate-limits", help="Answer 429 as Slack does.")
    ] = True,
) -> None:
    """Run a local Slack workspace; any Slack bot can be pointed at it."""
    from bot.manifest import manifest_path
    from bot.sandbox import serve

    run_async(
        serve(
            host,
            port,
            manifest=app_manifest or manifest_path(),
            rate_limits="slack" if rate_limits else "off",
            say=typer.echo,
        ),
        serves=True,
    )
