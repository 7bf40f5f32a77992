"""
procrastinate as it is used here: its own PostgreSQL schema, short waits, quiet logs.

Imported by the cluster form alone.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from bot.errors import StorageError
from bot.logs import get_logger
from bot.work.port import WorkKind

# Where procrastinate's tables live, beside ours in the same database.
SCHEMA: Final = "plainwire_jobs"
# psycopg_pool waits 30 s for a connection and tries 5 minutes to replace one, waiting twice as long
# each time; after a long outage that would be minutes of doing nothing.
_CONNECT_SECONDS = 5.0
_REPLACE_SECONDS = 2.0
# PostgreSQL's code for an error that a function raises: procrastinate's "job was not found".
_RAISED = "P0001"
log = get_logger("work")


def open_engine(url: str, *, connections: int, for_people: bool = False) -> App:
    """
    Return procrastinate's application on a database; nothing is connected yet.

    Args:
        url: `postgresql://…`, as libpq reads it.
        connections: At most so many at once, besides the one that listens.
        for_people: For procrastinate's command line, which works without an event loop.
    """
    # The worker's ends and the pool's attempts are logged here, in one line each; procrastinate's
    # and the pool's own lines would repeat them, with tracebacks.
    logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
    # Each of its queries is a whole; a transaction around one would keep its locks for as long as a
    # process that was stopped in between sleeps, and others would wait for it.
    each_alone: dict[str, Any] = {} if for_people else {"configure": _each_query_alone}
    connector = PsycopgConnector(
        **each_alone,
        conninfo=url,
        min_size=0,
        max_size=connections,
        timeout=_CONNECT_SECONDS,
        reconnect_timeout=_REPLACE_SECONDS,
        kwargs={
            "options": f"-c search_path={SCHEMA}",
            "connect_timeout": int(_CONNECT_SECONDS),
            "application_name": "plainwire",
        },
    )
    app = App(connector=connector)
    app.job_manager = Jobs(connector)
    return app


async def _each_query_alone(connection: Any) -> None:
    await connection.set_autocommit(True)


class Jobs(JobManager):
    """
    procrastinate's jobs, with an end that does not get lost.

    As shipped, a job whose end cannot be written stays "running" under a living worker, for good.
    """

    def __init__(self, connector: PsycopgConnector) -> None:
        super().__init__(connector)
        self._unended: dict[int, Status] = {}

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """End a job; when the database is away, `end_the_rest` tries again."""
        assert job.id is not None
        try:
            await super().finish_job(job, status, delete_job)
        except ProcrastinateException as error:
            if getattr(error.__cause__, "sqlstate", None) == _RAISED:
                # While we were stopped or cut off, others took it over.
                log.info("job_gone", lock=job.lock)
            else:
                self._unended[job.id] = status
                log.warning("job_not_ended", lock=job.lock)

    async def end_the_rest(self) -> None:
        """Delete the jobs that have run, but whose end could not be written."""
        for number, status in list(self._unended.items()):
            try:
                await self.finish_job_by_id_async(number, status, delete_job=True)
            except ProcrastinateException as error:
                if getattr(error.__cause__, "sqlstate", None) != _RAISED:
                    raise
            self._unended.pop(number, None)


def task_of(kind: WorkKind) -> str:
    """Return the name of the task that runs one kind of work; jobs keep it across releases."""
    return f"plainwire:{kind}"


@contextmanager
def translated() -> Iterator[None]:
    """Raise a `StorageError`, the cause chained, for what the engine's database does."""
    try:
        yield
    except ProcrastinateException as error:
        raise StorageError(
            "Work could not be handed out: the database server cannot be reached.",
            next_step="It goes on by itself when the server is back.",
        ) from error
