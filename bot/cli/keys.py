"""`plainwire keys`: change the encryption key, and give up what a lost one encrypted."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import run_async, say, wrong_use

if TYPE_CHECKING:
    from bot.settings import Settings
    from storage.cipher import Cipher
    from storage.database import Database
    from storage.key_fit import KeyFit

app = typer.Typer(help="Change the encryption key; give up what a lost one encrypted.")


@app.command("reencrypt", short_help="Encrypt all anew with the first key.")
def reencrypt() -> None:
    """Encrypt all anew with the first key of PLAINWIRE_ENCRYPTION_KEY; then the others can go."""
    typer.echo(f"Encrypted with the first key: {run_async(_reencrypt())} rows.")


async def _reencrypt() -> int:
    from bot.app.newsroom import open_database
    from bot.settings import load_settings

    async with await open_database(load_settings(), thorough=True) as database:
        return await database.reencrypt()


@app.command("forget-unreadable", short_help="Give up what cannot be decrypted any more.")
def forget_unreadable(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give up what the keys at hand cannot decrypt; channels and their settings stay. The bot is stopped."""
    fit = run_async(_fit())
    if not fit.misfits:
        typer.echo("Everything that is encrypted can be read; there is nothing to give up.")
        return
    say(f"Cannot be read, and would be given up: {fit.words()} (out of {fit.tried} encrypted).")
    say("Channels and their settings stay. With the old key all of it could still be read.")
    if not yes:
        if not sys.stdin.isatty():
            wrong_use("Nothing was given up.", "To give it up without being asked, add --yes.")
        typer.confirm("Give it up for good?", abort=True, err=True)
    run_async(_forget())
    typer.echo(f"Given up: {fit.words()}.")
    typer.echo(
        "Next: plainwire run. Workspaces that installed the app themselves install it once more; "
        "their channels then go on."
    )


async def _fit() -> KeyFit:
    from bot.app.newsroom import load_cipher
    from bot.settings import load_settings
    from storage.cipher import Cipher, NoKey, generate_key

    settings = load_settings()
    try:
        cipher = load_cipher(settings)
    except NoKey:
        # Nothing is made before somebody said yes; a key that was never used reads nothing, either.
        cipher = Cipher([generate_key()])
    async with _opened(settings, cipher) as database:
        return await database.key_fit()


async def _forget() -> None:
    from bot.app.keys import give_up, set_unusable_key_aside
    from bot.app.newsroom import load_cipher
    from bot.clock import SystemClock
    from bot.settings import load_settings

    settings = load_settings()
    if settings.encryption_key is None and settings.sqlite_path is not None:
        aside = set_unusable_key_aside(settings.key_path)
        if aside is not None:
            say(f"The unusable key file is kept as {aside}.")
    async with _opened(settings, load_cipher(settings, anew=True)) as database:
        await give_up(settings, database, SystemClock().now())


@asynccontextmanager
async def _opened(settings: Settings, cipher: Cipher) -> AsyncIterator[Database]:
    """Open the database while nobody runs on it."""
    from storage.database import Database
    from storage.lock import RunnerLock

    path = settings.sqlite_path
    with RunnerLock(path) if path is not None else nullcontext():
        async with await Database.open(settings.database_url, cipher=cipher) as database:
            yield database
