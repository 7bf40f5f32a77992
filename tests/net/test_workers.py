"""Worker processes: killed when a document holds them up, and good as new afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime

import anyio
import pytest

from bot.errors import ParseFailed
from bot.net.feed_parse import parse_feed
from bot.net.page_parse import parse_page
from bot.net.workers import Workers

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FAST = ("fastfeedparser",)
FEED = b'<rss version="2.0"><channel><title>T</title><item><title>A</title></item></channel></rss>'
# Quoted ">" hide the length of the tag from the check, so only the time limit helps.
MANY_ATTRIBUTES = b" ".join(b'a%d=">"' % number for number in range(100_000))


async def test_hostile_feed_is_killed_and_the_next_is_read() -> None:
    """A hundred thousand attributes cost the time limit, in a process of their own; the next feed works."""
    workers = Workers(size=1, timeout_seconds=1.0)
    assert (await workers.run(parse_feed, FEED, "", "", NOW, libraries=FAST)).title == "T"
    first = await workers.run(os.getpid)
    with pytest.raises(ParseFailed, match=r"longer than 1 s to parse"):
        await workers.run(parse_feed, b"<rss " + MANY_ATTRIBUTES + b"></rss>", "", "", NOW)
    assert (await workers.run(parse_feed, FEED, "", "", NOW, libraries=FAST)).title == "T"
    assert await workers.run(os.getpid) not in {first, os.getpid()}


async def test_hostile_page_is_killed_and_the_next_is_read() -> None:
    """Half a million line breaks cost the time limit; the next page works."""
    workers = Workers(size=1, timeout_seconds=1.0)
    hostile = b"<html><body>" + b"<br>" * 400_000
    with pytest.raises(ParseFailed, match="longer than"):
        await workers.run(parse_page, hostile, "s", "", "", libraries=("trafilatura",))
    page = await workers.run(
        parse_page, b"<html><title>Hi</title>", "s", "", "", libraries=("trafilatura",)
    )
    assert page.title == "Hi"


async def test_memory_is_capped() -> None:
    """A call that maps more memory than allowed fails alone."""
    workers = Workers(size=1, memory_bytes=200_000_000)
    with pytest.raises(ParseFailed, match="more memory or computing time"):
        await workers.run(bytes, 1_000_000_000)
    assert await workers.run(len, b"abc") == 3


async def test_death_of_a_worker_is_a_failed_parse() -> None:
    """A crash inside a C library costs one document."""
    workers = Workers(size=1)
    with pytest.raises(ParseFailed):
        await workers.run(os.abort)
    assert await workers.run(len, b"abc") == 3


async def test_deep_nesting_is_survived() -> None:
    """Deeply nested XML, HTML and JSON end in a value or a refusal."""
    workers = Workers(size=1)
    for document in (b"<rss>" + b"<a>" * 100_000, b"[" * 500_000, b'{"items":' * 50_000):
        with suppress(ParseFailed):
            assert (await workers.run(parse_feed, document, "", "", NOW)).entries == ()
    with suppress(ParseFailed):
        hostile = b"<html><body>" + b"<div>" * 50_000 + b"x"
        assert (await workers.run(parse_page, hostile, "s", "", "")).problems
    assert (await workers.run(parse_feed, FEED, "", "", NOW, libraries=FAST)).title == "T"


async def test_waiting_for_a_worker_is_not_counted() -> None:
    """Calls that queue behind a slow one do not run out of time."""
    workers = Workers(size=1, timeout_seconds=1.0)
    await workers.run(len, b"")
    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(workers.run, time.sleep, 0.3)


async def test_never_more_workers_than_allowed() -> None:
    """Ten calls at once use two processes."""
    workers = Workers(size=2)
    pids: set[int] = set()

    async def note() -> None:
        pids.add(await workers.run(os.getpid))

    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(note)
    assert len(pids) <= 2


async def test_limits_are_set_in_the_worker() -> None:
    """On POSIX the worker itself has a cap on memory and CPU, whatever becomes of the parent."""
    resource = pytest.importorskip("resource")
    workers = Workers(size=1)
    if sys.platform == "linux":
        soft, _ = await workers.run(resource.getrlimit, resource.RLIMIT_AS)
        assert 1 << 30 < soft < 3 << 30
    soft, _ = await workers.run(resource.getrlimit, resource.RLIMIT_CPU)
    assert 10 <= soft <= 20


def test_main_module_is_not_run_again(tmp_path) -> None:
    """A worker does not import the program that started it, even one without a main guard."""
    script = tmp_path / "careless.py"
    script.write_text(
        "import anyio, os, sys\n"
        "from bot.net.workers import Workers\n"
        "open(sys.argv[1], 'a').write('ran ')\n"
        "async def main():\n"
        "    workers = Workers()\n"
        "    async with anyio.create_task_group() as group:\n"
        "        for _ in range(3):\n"
        "            group.start_soon(workers.run, len, b'abc')\n"
        "    assert __file__ and sys.modules['__main__'].__file__ == __file__\n"
        "anyio.run(main)\n"
    )
    log = tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(script), str(log)],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert log.read_text() == "ran "
