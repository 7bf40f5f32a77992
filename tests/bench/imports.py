"""What importing costs, in fresh processes."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.table import Row
from tests.fakes.program import environment

RUNS = 5
STATEMENTS = {
    "python alone": "pass",
    "`import bot.cli.root` (what `--help` needs)": "import bot.cli.root",
    "`import bot.app.bot` (what `run` needs)": "import bot.app.bot",
    "`import openai` (in the background, after the bot is ready)": "import openai",
}


async def measure() -> list[Row]:
    rows = []
    with TemporaryDirectory() as folder:
        for what, statement in STATEMENTS.items():
            values = [await _seconds(statement, Path(folder)) for _ in range(RUNS)]
            rows.append(Row(what=what, values=values, unit="s"))
    return rows


async def _seconds(statement: str, folder: Path) -> float:
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", statement, cwd=folder, env=environment()
    )
    assert await process.wait() == 0
    return time.perf_counter() - begun
