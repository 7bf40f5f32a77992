"""The encryption key and the database that needs it: whether they fit, and giving up what does not."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from bot.digest.desk import ChannelDesk
from bot.digest.lifecycle import Lifecycle
from bot.errors import CipherError
from bot.settings import Settings
from storage.cipher import NoKey, load_or_create_key, two_ways_out
from storage.database import Database
from storage.key_fit import holds_secrets

# Of each table, from both ends: a wrong key shows there, and a short command need not try it on all.
_SOME_ROWS = 50


def require_key_file(settings: Settings) -> None:
    """
    Check that a SQLite database which holds something encrypted has its key file. Blocks.

    A new key would hide that the old one is lost: what it encrypted would never be read again.

    Raises:
        NoKey: It is lost; with the two ways out.
    """
    path, key_path = settings.sqlite_path, settings.key_path
    # A link to nowhere or a folder that nobody may enter is told by who opens the file.
    if path is None or os.path.lexists(key_path) or not holds_secrets(path):
        return
    raise NoKey(
        f"The encryption key is lost: there is no file {key_path}, and the database {path} holds "
        "texts that were encrypted with it.",
        next_step=two_ways_out(f"as {key_path} or in PLAINWIRE_ENCRYPTION_KEY"),
    )


async def require_fitting_key(settings: Settings, database: Database, *, thorough: bool) -> None:
    """
    Check that what is stored can be read with the keys at hand.

    Raises:
        CipherError: Says how much of it cannot, and the two ways out.
    """
    fit = await database.key_fit(at_most=None if thorough else _SOME_ROWS)
    if not fit.misfits:
        return
    if not thorough:
        fit = await database.key_fit()
    how_many = "none" if fit.misfits == fit.tried else f"only {fit.tried - fit.misfits}"
    stored = f"{fit.tried} encrypted texts" if fit.tried > 1 else "the only encrypted text"
    share = f"{how_many} of {stored}" if fit.tried > 1 else stored
    verb = "can" if fit.tried > 1 else "cannot"
    raise CipherError(
        f"The encryption key does not fit the database: {share} {verb} be read with it (lost: "
        f"{fit.words()}).",
        next_step=two_ways_out(_where(settings, partly=fit.misfits < fit.tried)),
    )


def _where(settings: Settings, *, partly: bool) -> str:
    """Return where the old key goes; where the one at hand is needed too, beside it."""
    if partly:
        return (
            "beside the one at hand: PLAINWIRE_ENCRYPTION_KEY takes both, with a comma between them, "
            "the newest first"
        )
    if settings.encryption_key is not None:
        return "in PLAINWIRE_ENCRYPTION_KEY"
    return f"as {settings.key_path} or in PLAINWIRE_ENCRYPTION_KEY"


async def give_up(settings: Settings, database: Database, now: datetime) -> None:
    """
    Forget what cannot be read; the channels of workspaces whose token goes stop until one is back.

    Args:
        settings: Say whether the only token is theirs.
        database: Opened with the key that is to be used from now on.
        now: Aware.
    """
    if settings.slack_bot_token is not None and not settings.has_oauth:
        # The token is at hand. To stop and go on would leave out the digests that are due by now.
        await database.forget_unreadable()
        return
    lifecycle = Lifecycle(
        channels=database.channels,
        desk=ChannelDesk(database.channels, database.deliveries),
        data=database.channel_data,
        installations=database.installations,
    )
    for workspace_id in await database.unreadable_workspaces():
        await lifecycle.token_revoked(workspace_id, now)
    await database.forget_unreadable()


def set_unusable_key_aside(path: Path) -> Path | None:
    """Rename a key file that holds no key, so that a new one can be made; return its new name. Blocks."""
    if not path.exists():
        return None
    try:
        load_or_create_key(path)
    except NoKey:
        aside = path.with_name(f"{path.name}.unusable")
        path.replace(aside)
        return aside
    return None
