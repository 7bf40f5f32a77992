"""procrastinate's tables: made once, versioned, found again; turns and limits shared by processes."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import psycopg
import pytest

from bot.app.shared_pacer import SharedPacer
from bot.clock import SystemClock
from bot.slack.pacing import METHOD_RATES
from bot.work import engine as work_engine
from bot.work.cluster import ClusterWork
from bot.work.port import Priority
from bot.work.ticker import Job
from bot.work.turns import Turns
from storage import jobs
from storage.cipher import Cipher, generate_key
from storage.database import Database
from storage.engine import database_url, make_engine
from tests.fakes.program import environment

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


@pytest.fixture
def empty(server: str) -> Iterator[str]:
    """A database without any table, dropped afterwards."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
        try:
            yield server.rsplit("/", 1)[0] + "/empty"
        finally:
            connection.execute("DROP DATABASE empty WITH (FORCE)")


@pytest.fixture
async def database(postgres: str) -> AsyncIterator[Database]:
    async with await Database.open(postgres, cipher=Cipher([generate_key()])) as opened:
        yield opened


def test_storage_and_engine_mean_the_same_schema():
    """The tables are made where the engine looks for them."""
    assert jobs.SCHEMA == work_engine.SCHEMA


async def test_two_processes_that_start_at_once_make_the_tables_once(empty):
    """One makes them, the other finds them; a third start does nothing."""
    engines = [make_engine(database_url(empty)) for _ in range(3)]
    try:
        done = await asyncio.gather(*(jobs.prepare_jobs(engine) for engine in engines))
        assert sorted(done) == [[], [], ["schema.sql"]]
        assert await jobs.prepare_jobs(engines[0], finish=True) == []
        count = await jobs.count_jobs(engines[0], 30.0)
        assert count is not None
        assert (count.by_state, count.workers) == ({}, 0)
    finally:
        for engine in engines:
            await engine.dispose()


async def test_later_changes_wait_until_the_previous_release_is_gone(empty, monkeypatch):
    """A "pre" file runs at the next start, a "post" file only with `migrate --finish`."""
    scripts = {"99.00.00_01_pre_x.sql": "SELECT 1", "99.00.00_50_post_y.sql": "SELECT 2"}
    real_files, real_script = jobs._files, jobs._script
    engine = make_engine(database_url(empty))
    try:
        await jobs.prepare_jobs(engine)
        monkeypatch.setattr(jobs, "_files", lambda: [*real_files(), *scripts])
        monkeypatch.setattr(jobs, "_script", lambda name: scripts.get(name) or real_script(name))
        assert await jobs.prepare_jobs(engine) == ["99.00.00_01_pre_x.sql"]
        assert await jobs.prepare_jobs(engine) == []
        assert await jobs.prepare_jobs(engine, finish=True) == ["99.00.00_50_post_y.sql"]
    finally:
        await engine.dispose()


async def test_clocks_take_turns(database):
    """Of three clocks at the same interval, one runs the job; when it is gone, another does."""
    runs: list[str] = []

    async def nothing() -> None:
        return

    def clock(name: str) -> Job:
        async def run() -> None:
            runs.append(name)

        job = Job(name="tick", every_seconds=0.5, run=nothing)
        return Turns(database.buckets).once(replace(job, run=run))

    clocks = [clock(name) for name in "abc"]
    for one in clocks:
        await one.run()
    assert runs == ["a"]
    await asyncio.sleep(0.5)
    for one in clocks[1:]:
        await one.run()
    assert runs == ["a", "b"]


async def test_a_bucket_from_the_future_stops_no_clock(database):
    """A machine with a wrong clock took the turn far ahead: after ten intervals the job runs anyway."""
    runs: list[int] = []

    async def run() -> None:
        runs.append(1)

    far = SystemClock().now().replace(year=2100)
    await database.buckets.take("clock:tick", 10.0, 1.0, 1.0, far)
    job = Turns(database.buckets).once(Job(name="tick", every_seconds=0.02, run=run))
    await job.run()
    assert not runs
    await asyncio.sleep(0.25)
    await job.run()
    assert runs


async def test_slacks_limits_count_for_all_processes(database):
    """What one process used up, another has to wait for; so does a wait that Slack asked for."""
    method, workspace = "users.list", "T1"
    rate = METHOD_RATES[method]
    one, two = (SharedPacer(database.buckets) for _ in range(2))
    for _ in range(rate.burst):
        assert await one.wait(workspace, method, at_most_seconds=0.0) == 0.0
    assert await two.wait(workspace, method, at_most_seconds=0.0) > 0
    assert await two.wait("T2", method, at_most_seconds=0.0) == 0.0
    one.hold("T3", method, 30.0)
    await asyncio.gather(*one._paying)
    waits = [await two.wait("T3", method, at_most_seconds=0.0) for _ in range(rate.burst)]
    assert waits[-1] > 0


async def test_refusals_together_hold_the_others_once(database):
    """Ten calls refused at once stop a workspace for as long as Slack asks, not ten times as long."""
    method = "chat.postMessage"
    one, two = (SharedPacer(database.buckets) for _ in range(2))
    for _ in range(10):
        one.hold("T1", method, 10.0)
    await asyncio.gather(*one._paying)
    now = SystemClock().now()
    rate = METHOD_RATES[method]
    key = f"slack:{method}:T1"
    waits = await database.buckets.take(key, rate.per_second, float(rate.burst), 0.0, now)
    assert 0 < waits <= 10
    assert await two.wait("T1", method, at_most_seconds=0.0) > 0


async def test_the_engines_own_command_line_looks_inside(postgres):
    """procrastinate's shell lists our queues through the address in the settings."""
    async with ClusterWork(postgres, SystemClock(), runs=False) as work:
        await work.submit("deliver", "T1/C1/2026-03-02", Priority.DELIVER)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "procrastinate",
        "--app",
        "bot.app.inside.jobs",
        "shell",
        "list_jobs",
        env=environment(DATABASE_URL=postgres),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said
    assert b"plainwire:deliver" in said
