"""How long a new user waits for the first digest."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.table import Row
from tests.fakes.program import started

RUNS = 3


async def measure() -> list[Row]:
    """Measure `plainwire demo --sample` from exec to today's digest on the screen."""
    values = [await _seconds() for _ in range(RUNS)]
    what = "`demo --sample`: exec to today's digest"
    return [Row(what=what, values=values, unit="s", target="< 10")]


async def _seconds() -> float:
    with TemporaryDirectory() as folder:
        begun = time.perf_counter()
        async with started("demo", "--sample", "--port", 0, cwd=Path(folder)) as program:
            await program.says("Today's digest")
            seconds = time.perf_counter() - begun
            program.interrupt()
            await program.ended()
    return seconds
