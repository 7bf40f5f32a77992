"""The work queue of the form with many processes, on a real server."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest

from bot.clock import SystemClock
from bot.errors import JobFailed, StorageError
from bot.work.cluster import ClusterWork
from bot.work.engine import SCHEMA
from bot.work.port import Priority

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


def make_work(dsn: str, **options: object) -> ClusterWork:
    """Return a queue with the short times of tests."""
    short = {"takeover_seconds": 1.0, "grace_seconds": 0.5, "poll_seconds": 0.1}
    return ClusterWork(dsn, SystemClock(), **{**short, **options})  # type: ignore[arg-type]


async def until(done: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110 - another process sets it
            await asyncio.sleep(0.02)


def states(dsn: str) -> list[str]:
    """Return the states of all jobs."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(f"SELECT status::text FROM {SCHEMA}.procrastinate_jobs")
        return [state for (state,) in rows]


async def test_units_run_once_and_leave_nothing(postgres):
    """Every unit that any process submits is run by one worker, and finished jobs are gone."""
    seen: list[str] = []

    async def run(key: str) -> None:
        seen.append(key)

    first, second = make_work(postgres), make_work(postgres)
    for work in (first, second):
        work.handle("deliver", run)
    async with make_work(postgres, runs=False) as web, first, second:
        for number in range(40):
            await web.submit("deliver", f"d{number}", Priority.DELIVER)
        await until(lambda: len(seen) >= 40)
        await until(lambda: not states(postgres))
    assert sorted(seen) == sorted(f"d{number}" for number in range(40))


async def test_urgent_work_goes_first(postgres):
    """Whatever waits, the smallest priority runs next."""
    seen: list[str] = []

    async def run(key: str) -> None:
        seen.append(key)

    work = make_work(postgres, workers=1)
    work.handle("poll", run)
    work.handle("answer", run)
    async with make_work(postgres, runs=False) as web:
        await web.submit("poll", "p", Priority.POLL)
        await web.submit("answer", "a", Priority.ANSWER)
        async with work:
            await until(lambda: len(seen) == 2)
    assert seen == ["a", "p"]


async def test_waiting_work_is_not_queued_twice(postgres):
    """Asking again, from any process, for a unit that still waits changes nothing."""
    async with make_work(postgres, runs=False) as one, make_work(postgres, runs=False) as two:
        for work in (one, two, one):
            await work.submit("deliver", "d", Priority.DELIVER)
    assert states(postgres) == ["todo"]


async def test_asking_during_the_run_runs_it_once_more(postgres):
    """What changes while a unit runs is not lost: it runs again afterwards, never beside itself."""
    running = most = 0
    runs: list[float] = []
    work = make_work(postgres)

    async def run(key: str) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        runs.append(time.monotonic())
        if len(runs) == 1:
            await work.submit("deliver", key, Priority.DELIVER)
            await asyncio.sleep(0.3)
        running -= 1

    work.handle("deliver", run)
    async with work:
        await work.submit("deliver", "d", Priority.DELIVER)
        await until(lambda: len(runs) == 2)
    assert most == 1


async def test_work_is_never_early(postgres):
    """`not_before` holds a unit back."""
    done: list[float] = []
    work = make_work(postgres)

    async def run(_key: str) -> None:
        done.append(time.time())

    work.handle("poll", run)
    async with work:
        later = SystemClock().now() + timedelta(seconds=0.6)
        await work.submit("poll", "p", Priority.POLL, later)
        await until(lambda: done)
    assert done[0] >= later.timestamp()


@pytest.mark.parametrize("error", [JobFailed("no"), RuntimeError("bug")])
async def test_a_failing_unit_does_not_end_its_worker(postgres, error):
    """A failed job is kept to look at; the worker takes the next unit, and the key can come again."""
    seen: list[str] = []

    async def run(key: str) -> None:
        seen.append(key)
        if len(seen) == 1:
            raise error

    work = make_work(postgres)
    work.handle("poll", run)
    async with work:
        await work.submit("poll", "bad", Priority.POLL)
        await until(lambda: states(postgres) == ["failed"])
        await work.submit("poll", "bad", Priority.POLL)
        await until(lambda: len(seen) == 2)


async def test_a_stop_lets_running_work_end(postgres):
    """Within the grace time running units finish; nothing is left behind."""
    ended: list[str] = []
    began = asyncio.Event()

    async def run(key: str) -> None:
        began.set()
        await asyncio.sleep(0.2)
        ended.append(key)

    work = make_work(postgres, grace_seconds=5.0)
    work.handle("deliver", run)
    async with work:
        await work.submit("deliver", "d", Priority.DELIVER)
        await began.wait()
    assert ended == ["d"]
    assert states(postgres) == []


async def test_a_stop_hands_back_what_takes_too_long(postgres):
    """A unit that outlasts the grace time is cancelled and waits for another process at once."""
    began = asyncio.Event()
    done: list[str] = []

    async def hang(_key: str) -> None:
        began.set()
        await asyncio.sleep(60)

    async def run(key: str) -> None:
        done.append(key)

    stopped, other = make_work(postgres), make_work(postgres, takeover_seconds=60.0)
    stopped.handle("deliver", hang)
    other.handle("deliver", run)
    async with stopped:
        await stopped.submit("deliver", "d", Priority.DELIVER)
        await began.wait()
    async with other:
        # Of the dead it would take over only after a minute.
        await until(lambda: done == ["d"])


async def test_a_dead_workers_jobs_are_taken_over(postgres):
    """A job whose worker gives no sign of life runs again elsewhere, also when it was asked for anew."""
    seen: list[str] = []

    async def run(key: str) -> None:
        seen.append(key)

    async with make_work(postgres, runs=False) as web:
        for key in ("d1", "d2"):
            await web.submit("deliver", key, Priority.DELIVER)
        kill_worker_of_all(postgres)
        await web.submit("deliver", "d2", Priority.DELIVER)
    work = make_work(postgres)
    work.handle("deliver", run)
    async with work:
        await until(lambda: sorted(seen) == ["d1", "d2"])
        await until(lambda: not states(postgres))


def kill_worker_of_all(dsn: str) -> None:
    """Leave all jobs as a worker that died a minute ago would."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path TO {SCHEMA}")
        row = connection.execute("SELECT procrastinate_register_worker_v1()").fetchone()
        assert row is not None
        (worker,) = row
        connection.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", (worker,)
        )
        connection.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"
        )


async def test_lost_connections_end_in_a_new_worker(postgres):
    """When the server throws everybody out, the supervisor starts a new worker and work goes on."""
    seen: list[str] = []

    async def run(key: str) -> None:
        seen.append(key)

    work = make_work(postgres)
    work.handle("deliver", run)
    async with work:
        await work.submit("deliver", "before", Priority.DELIVER)
        await until(lambda: "before" in seen)
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        await work.submit("deliver", "after", Priority.DELIVER)
        await until(lambda: "after" in seen)


async def test_a_missing_server_is_said_in_a_sentence():
    """Submitting without a server raises an error for people, soon."""
    async with make_work("postgresql://nobody@127.0.0.1:9/none", runs=False) as work:
        with pytest.raises(StorageError, match="cannot be reached"):
            await work.submit("poll", "p", Priority.POLL)


async def test_a_worker_that_was_taken_for_dead_begins_anew(postgres):
    """Its place in the engine's list is gone: the next job starts a new worker, which stops as well."""
    seen: list[str] = []

    async def run(key: str) -> None:
        seen.append(key)

    work = make_work(postgres, takeover_seconds=60.0)
    work.handle("deliver", run)
    async with asyncio.timeout(20):
        async with work:
            await work.submit("deliver", "before", Priority.DELIVER)
            await until(lambda: seen == ["before"])
            with psycopg.connect(postgres, autocommit=True) as connection:
                connection.execute(f"DELETE FROM {SCHEMA}.procrastinate_workers")
            await work.submit("deliver", "after", Priority.DELIVER)
            await until(lambda: seen == ["before", "after"])


async def test_a_stop_that_meets_a_query_is_not_lost(postgres):
    """psycopg turns a cancelled query into an error of the query; stopping ends all the same."""
    for tenth in range(12):
        work = make_work(postgres, takeover_seconds=0.02, poll_seconds=0.01)
        work.handle("deliver", lambda _key: asyncio.sleep(0))
        async with asyncio.timeout(10):
            async with work:
                await asyncio.sleep(0.1 + tenth / 300)
