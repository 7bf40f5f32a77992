"""From exec to the connected bot, and what it takes when idle."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.table import Row
from tests.fakes.place import Place, open_place
from tests.fakes.program import started

RUNS = 5
IDLE_SECONDS = 3.0


async def measure() -> list[Row]:
    """Measure with an up-to-date database, a channel that is on, and an empty feed list."""
    rows = []
    for with_model in (False, True):
        with TemporaryDirectory() as folder:
            async with open_place(Path(folder), with_model=with_model) as place:
                await place.set_up()
                found = [await _start(place) for _ in range(RUNS)]
        kind = "with" if with_model else "without"
        ready, idle = zip(*found, strict=True)
        rows += [
            Row(what=f"start to ready, {kind} a model", values=ready, unit="s", target="< 1.5"),
            Row(what=f"idle memory, {kind} a model", values=idle, unit="MB", target="< 120"),
        ]
    return rows


async def _start(place: Place) -> tuple[float, float]:
    """Return (seconds from exec to ready, resident MB of the bot's own process afterwards)."""
    begun = time.perf_counter()
    async with started("run", cwd=place.folder, **place.settings) as program:
        await program.says("bot_ready")
        ready = time.perf_counter() - begun
        await asyncio.sleep(IDLE_SECONDS)
        idle = resident_mb(program.pid)
        program.stop()
        await program.ended()
    return ready, idle


def resident_mb(pid: int) -> float:
    """Return what a process holds in memory (Linux); its child processes are not counted."""
    for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS: this bench runs on Linux")
