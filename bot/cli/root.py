"""The command table."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli import (
    channels,
    copy_database,
    deliver,
    demo,
    doctor,
    explain,
    feeds,
    keys,
    manifest,
    page,
    preview,
    run_bot,
    sandbox,
    status,
)

app = typer.Typer(
    name="plainwire",
    help="AI news, explained, in Slack: a daily digest in plain words, with every term explained.",
    epilog="Settings come from the environment and .env (docs/configuration.md). Start with: plainwire demo",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("plainwire"))
        raise typer.Exit


@app.callback()
def root(
    _version_wanted: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """AI news, explained, in Slack: a daily digest in plain words, with every term explained."""


app.command("demo", short_help="See it work: a local Slack workspace and two days of news.")(
    demo.demo
)
app.command("run", short_help="Connect to Slack and post digests at their times.")(run_bot.run_bot)
app.command("status", short_help="Show channels, next digests, unfinished work, feeds and cost.")(
    status.status
)
app.command("deliver", short_help="Post one channel's digest now; never a second one.")(
    deliver.deliver
)
app.command("redo", short_help="Start a digest again that was skipped or given up.")(deliver.redo)
app.command("doctor", short_help="Check that everything is in place; says what to do if not.")(
    doctor.doctor
)
app.command("preview", short_help="Make today's digest and print it; nothing is posted.")(
    preview.preview
)
app.command("explain", short_help="Explain a term, a text, a file or an article.")(explain.explain)
app.add_typer(channels.app, name="channels")
app.add_typer(feeds.app, name="feeds")
app.add_typer(
    keys.app, name="keys", short_help="Change the encryption key; give up what a lost one hid."
)
app.command("page", short_help="Show what would be read at an address or in a file.")(page.page)
app.command("sandbox", short_help="Run a local Slack workspace to point a bot at.")(sandbox.sandbox)
app.command("manifest")(manifest.manifest)
app.command("copy-database", short_help="Move everything to another database.")(
    copy_database.copy_database
)
app.command("migrate", short_help="Create the database or bring it up to date.")(manifest.migrate)


def run() -> None:
    """Run the command line; whatever is left of an error becomes a sentence."""
    from bot.cli.output import fail
    from bot.errors import PlainwireError
    from bot.logs import configure_logs

    configure_logs("warning")
    try:
        app(prog_name="plainwire")
    except PlainwireError as error:
        fail(error)
