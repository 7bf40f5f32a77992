"""The form with many processes, joined. Imported only when the database is a server."""

from __future__ import annotations

from bot.app.form import Form
from bot.app.shared_pacer import SharedPacer
from bot.clock import Clock
from bot.settings import Settings
from bot.work.cluster import ClusterWork
from bot.work.role import Role
from bot.work.turns import Turns
from storage.database import Database
from storage.jobs import prepare_jobs


async def many_processes(settings: Settings, database: Database, clock: Clock, role: Role) -> Form:
    """
    Return the form on PostgreSQL, its engine's tables up to date.

    Raises:
        UsageError: The extra `plainwire[cluster]` is not installed.
        StorageError: The database cannot be reached, or does not let us create tables.
    """
    await prepare_jobs(database.engine)
    work = ClusterWork(
        engine_url(settings),
        clock,
        runs=role.works,
        workers=settings.workers,
        takeover_seconds=settings.takeover_seconds,
        grace_seconds=settings.grace_seconds,
    )
    return Form(
        work=work,
        facts=database.facts,
        role=role,
        alone=False,
        once=Turns(database.buckets).once,
    )


def shared_pacer(database: Database) -> SharedPacer:
    """Return the pacer of Slack calls whose limits count for all processes together."""
    return SharedPacer(database.buckets)


def engine_url(settings: Settings) -> str:
    """Return the database's address as libpq reads it, without SQLAlchemy's driver."""
    return settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
