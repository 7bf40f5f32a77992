"""The one-process form is whole without the engine of the other one."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.errors import SettingsError
from bot.settings import load_settings
from bot.work.local import LocalWork
from bot.work.port import Priority

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[2]


def test_one_process_imports_nothing_of_the_cluster():
    """Everything that `plainwire run` imports on an SQLite file is free of procrastinate."""
    code = (
        "import sys, bot.app.runner, bot.app.bot, bot.cli.root, handlers\n"
        "bad = [name for name in sys.modules if name.split('.')[0] in "
        "('procrastinate', 'psycopg', 'psycopg_pool') or name == 'bot.work.cluster']\n"
        "print(bad)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_posts_must_end_before_they_count_as_abandoned(monkeypatch):
    """Settings with which two processes could post at once are refused."""
    monkeypatch.setenv("PLAINWIRE_ABANDONED_SECONDS", "20")
    with pytest.raises(SettingsError, match="PLAINWIRE_ABANDONED_SECONDS"):
        load_settings(_env_file=None)
    monkeypatch.setenv("PLAINWIRE_SLACK_TIMEOUT_SECONDS", "10")
    assert load_settings(_env_file=None).abandoned_seconds == 20


async def test_a_stop_lets_running_work_end():
    """Within the grace time running units finish; nothing new is begun."""
    ended: list[str] = []
    began = asyncio.Event()

    async def run(key: str) -> None:
        began.set()
        await asyncio.sleep(0.1)
        ended.append(key)

    work = LocalWork(SystemClock(), workers=1, grace_seconds=5.0)
    work.handle("deliver", run)
    async with work:
        await work.submit("deliver", "first", Priority.DELIVER)
        await work.submit("deliver", "second", Priority.DELIVER)
        await began.wait()
    assert ended == ["first"]


async def test_a_stop_does_not_wait_for_ever():
    """A unit that outlasts the grace time is cancelled, and learns of it."""
    began, cancelled = asyncio.Event(), asyncio.Event()

    async def run(_key: str) -> None:
        began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    work = LocalWork(SystemClock(), grace_seconds=0.1)
    work.handle("deliver", run)
    async with asyncio.timeout(5):
        async with work:
            await work.submit("deliver", "d", Priority.DELIVER)
            await began.wait()
    assert cancelled.is_set()


async def test_a_sweep_does_not_hurry_what_is_spread():
    """Asking again without a time for a unit that has one changes nothing."""
    seen: list[str] = []
    work = LocalWork(SystemClock())

    async def run(key: str) -> None:
        seen.append(key)

    work.handle("deliver", run)
    async with work:
        later = SystemClock().now() + timedelta(seconds=30)
        await work.submit("deliver", "d", Priority.DELIVER, later)
        await work.submit("deliver", "d", Priority.DELIVER)
        await work.idle()
        assert seen == []
        await work.submit("deliver", "d", Priority.DELIVER, SystemClock().now())
        await work.idle()
    assert seen == ["d"]
