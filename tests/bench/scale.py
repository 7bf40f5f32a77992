"""
Plainwire at scale: `python -m tests.bench scale [--channels N] [--database sqlite|postgresql]`.

    rush      10,000 channels in 500 workspaces, all due at 09:00 (the default)
    tables    what the database takes for a digest at 1,000, 10,000 and 100,000 channels
    crowd     one workspace, 600 channels, 300 posts a minute (takes two minutes)
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tests.bench.scale_rush import Size, rush
from tests.bench.table import Row, as_markdown

_PARTS = ("rush", "tables", "crowd")


async def measure() -> list[Row]:
    """Measure everything on SQLite, for `make bench`."""
    return [row for part in _PARTS for row in await _measured(part, "sqlite", Size())]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench scale", description=__doc__)
    parser.add_argument("part", nargs="?", choices=_PARTS, default="rush")
    parser.add_argument("--channels", type=int, default=Size.channels)
    parser.add_argument("--workspaces", type=int, default=Size.workspaces)
    parser.add_argument("--days", type=int, default=Size.days, help="of digests told before")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--profile", action="store_true", help="where the time goes (slower)")
    chosen = parser.parse_args(arguments)
    size = Size(channels=chosen.channels, workspaces=chosen.workspaces, days=chosen.days)
    with _profiled() if chosen.profile else _plain():
        rows = asyncio.run(_measured(chosen.part, chosen.database, size))
    sys.stdout.write(as_markdown(rows) + "\n")


async def _measured(part: str, kind: str, size: Size) -> list[Row]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with TemporaryDirectory(prefix="plainwire-scale-") as folder, _database(kind, folder) as url:
        if part == "rush":
            found = await rush(url, Path(folder), size)
            what = f"{size.channels} digests, {kind}"
            return found.rows(what, 10 if kind == "sqlite" else 15)
        if part == "tables":
            from tests.bench.scale_tables import measure_tables

            return await measure_tables(url, Path(folder), kind)
        from tests.bench.scale_crowd import crowd

        return await crowd(url, Path(folder))


@contextmanager
def _database(kind: str, folder: str) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:////{folder.lstrip('/')}/plainwire.db"
        return
    from tests.fakes.postgres import running_postgres

    with running_postgres(Path(folder)) as dsn:
        yield dsn


@contextmanager
def _plain() -> Iterator[None]:
    yield


@contextmanager
def _profiled() -> Iterator[None]:
    import cProfile
    import pstats

    profile = cProfile.Profile()
    profile.enable()
    try:
        yield
    finally:
        profile.disable()
        pstats.Stats(profile, stream=sys.stderr).sort_stats("tottime").print_stats(45)
