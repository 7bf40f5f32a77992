"""`plainwire run`: the bot in the form that its database allows, in the role that it was given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from bot.app.bot import Bot, open_bot
from bot.app.form import Form, one_process
from bot.app.newsroom import open_database, open_newsroom
from bot.app.slack_side import require_tokens
from bot.clock import Clock
from bot.errors import UsageError
from bot.settings import Settings
from bot.slack.pacing import Pacer
from bot.work.role import Role
from storage.database import Database
from storage.jobs import require_engine
from storage.lock import RunnerLock


def check_role(settings: Settings, role: Role) -> None:
    """
    Check what can be checked before anything is opened.

    Raises:
        UsageError: The role needs a database server, or the engine is not installed.
        SettingsError: A token is missing.
    """
    if settings.is_cluster:
        require_engine()
    elif role is not Role.ALL:
        raise UsageError(
            f"The role {role.value} needs PostgreSQL: an SQLite file has one process, which does "
            "everything.",
            next_step="Leave --role away, or set DATABASE_URL to postgresql://USER:PASSWORD@HOST/NAME "
            "(docs/operations.md).",
        )
    require_tokens(settings, listens=role.listens)


@asynccontextmanager
async def running_bot(
    settings: Settings, role: Role, clock: Clock, *, take_over: bool = False
) -> AsyncIterator[Bot]:
    """
    Open everything that the role needs, and work until the block ends.

    Args:
        settings: What the operator set.
        role: What this process does.
        clock: Tells the time to everything below.
        take_over: Go on instead of another instance that posts with the same token.

    Raises:
        UsageError: As `check_role`.
        Locked: Another process runs on this SQLite file.
        StorageError, SlackError: One of them does not let us in.
    """
    check_role(settings, role)
    async with AsyncExitStack() as stack:
        if settings.sqlite_path is not None:
            stack.enter_context(RunnerLock(settings.sqlite_path))
        database = await stack.enter_async_context(await open_database(settings, thorough=True))
        newsroom = await stack.enter_async_context(open_newsroom(settings, database, clock))
        form, pacer = await _form(settings, database, clock, role)
        yield await stack.enter_async_context(
            open_bot(settings, newsroom, form=form, pacer=pacer, works=True, take_over=take_over)
        )


async def _form(
    settings: Settings, database: Database, clock: Clock, role: Role
) -> tuple[Form, Pacer | None]:
    if not settings.is_cluster:
        return one_process(settings, clock), None
    from bot.app.cluster import many_processes, shared_pacer

    return await many_processes(settings, database, clock, role), shared_pacer(database)
