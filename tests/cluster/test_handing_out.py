"""Handing out many units at once, on a real server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from bot.clock import SystemClock
from bot.work.cluster import ClusterWork
from bot.work.engine import SCHEMA, open_engine
from bot.work.port import Priority, Unit

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


def make_work(dsn: str, **options: object) -> ClusterWork:
    """Return a queue with the short times of tests."""
    short = {"takeover_seconds": 5.0, "grace_seconds": 0.5, "poll_seconds": 0.1}
    return ClusterWork(dsn, SystemClock(), **{**short, **options})  # type: ignore[arg-type]  # by name


def waiting(dsn: str) -> list[tuple[str, datetime | None]]:
    """Return the keys of waiting jobs, in the order in which they were submitted."""
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(
            f"SELECT args->>'key', scheduled_at FROM {SCHEMA}.procrastinate_jobs ORDER BY id"
        )
        return [(key, at) for key, at in rows]


def units(count: int) -> list[Unit]:
    return [Unit(f"d{number}") for number in range(count)]


async def test_many_are_submitted_in_their_order(postgres):
    """Each of many units waits once, in the given order, however often the list names it."""
    async with make_work(postgres, runs=False) as work:
        await work.submit_many("deliver", [*units(600), *units(3)], Priority.DELIVER)
    assert [key for key, _ in waiting(postgres)] == [f"d{number}" for number in range(600)]


async def test_what_waits_already_does_not_keep_others_out(postgres):
    """Of many units, those that wait already change nothing and the others are added."""
    later = datetime.now(UTC) + timedelta(minutes=5)
    async with make_work(postgres, runs=False) as work:
        await work.submit("deliver", "d1", Priority.DELIVER, later)
        await work.submit_many("deliver", units(3), Priority.DELIVER)
        await work.submit_many("deliver", units(3), Priority.DELIVER)
    found = dict(waiting(postgres))
    assert sorted(found) == ["d0", "d1", "d2"]
    assert found["d0"] is None
    assert found["d1"] is not None


async def test_two_processes_submit_the_same(postgres):
    """Clocks that hand out the same units at the same time get each of them in once."""
    async with make_work(postgres, runs=False) as one, make_work(postgres, runs=False) as two:
        await asyncio.gather(
            one.submit_many("deliver", units(300), Priority.DELIVER),
            two.submit_many("deliver", list(reversed(units(300))), Priority.DELIVER),
        )
    assert sorted(key for key, _ in waiting(postgres)) == sorted(unit.key for unit in units(300))


async def test_many_units_wait_for_their_time(postgres):
    """`not_before` of each of many units is kept."""
    later = SystemClock().now() + timedelta(minutes=5)
    async with make_work(postgres, runs=False) as work:
        await work.submit_many("deliver", [Unit("now"), Unit("later", later)], Priority.DELIVER)
    found = dict(waiting(postgres))
    assert found["now"] is None
    assert found["later"] is not None
    assert abs(found["later"] - later) < timedelta(seconds=30)


async def test_more_units_run_at_once_than_connections(postgres):
    """As many units as there are workers run at once; they share the connections of their jobs."""
    count = 24
    all_run = asyncio.Barrier(count)
    done: list[str] = []

    async def run(key: str) -> None:
        await all_run.wait()
        done.append(key)

    work = make_work(postgres, workers=count)
    work.handle("deliver", run)
    async with asyncio.timeout(20):
        async with work:
            await work.submit_many("deliver", units(count), Priority.DELIVER)
            while len(done) < count or waiting(postgres):  # noqa: ASYNC110 - another connection's work
                await asyncio.sleep(0.02)
    assert sorted(done) == sorted(unit.key for unit in units(count))


async def test_fetching_never_sorts_what_waits(postgres):
    """A table that was empty a moment ago is read by its index, though its statistics say otherwise."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"ANALYZE {SCHEMA}.procrastinate_jobs")
    async with make_work(postgres, runs=False) as work:
        await work.submit_many("deliver", units(1_000), Priority.DELIVER)
    query = (
        "EXPLAIN SELECT * FROM procrastinate_jobs WHERE status = 'todo' "
        "AND queue_name = ANY(ARRAY['deliver']) ORDER BY priority DESC, id LIMIT 1"
    )
    async with open_engine(postgres, connections=1).open_async() as engine:
        rows = await engine.connector.execute_query_all_async(query)
    plan = "\n".join(str(row) for row in rows)
    assert "procrastinate_jobs_priority_idx" in plan
    assert "Sort" not in plan
