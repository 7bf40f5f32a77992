"""`plainwire copy-database`: move everything to another database."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import run_async, say

if TYPE_CHECKING:
    from storage.copy import CopiedTable

FromArgument = Annotated[
    str, typer.Argument(metavar="FROM", help="sqlite:///FILE or postgresql://…", show_default=False)
]
ToArgument = Annotated[
    str, typer.Argument(metavar="TO", help="An empty database.", show_default=False)
]


def copy_database(from_url: FromArgument, to_url: ToArgument) -> None:
    """Copy everything to an empty database, from SQLite to PostgreSQL or back; all or nothing."""
    copied = run_async(_copy(from_url, to_url))
    for table in copied:
        typer.echo(f"{table.name}: {table.rows}")
    typer.echo(f"Copied {sum(table.rows for table in copied)} rows; every checksum is the same.")


async def _copy(from_url: str, to_url: str) -> list[CopiedTable]:
    from bot.app.newsroom import load_cipher
    from bot.settings import load_settings
    from storage.copy import copy_database as copy

    # The key that encrypted the source: the one that is set, or the one beside the SQLite file.
    cipher = load_cipher(load_settings(DATABASE_URL=from_url))
    return await copy(from_url, to_url, cipher=cipher, progress=_show)


def _show(table: str, done: int, total: int) -> None:
    if done == total:
        say(f"copied {table} ({total})")
