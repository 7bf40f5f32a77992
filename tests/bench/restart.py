"""How soon unfinished work goes on after kill -9."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.table import Row
from tests.fakes.place import Place, open_place
from tests.fakes.program import started
from tests.fakes.wire_news import PILOT

RUNS = 5


async def measure() -> list[Row]:
    """Measure from the exec of the new process to the post that the killed one had composed."""
    values = []
    for _ in range(RUNS):
        with TemporaryDirectory() as folder:
            async with open_place(Path(folder)) as place:
                values.append(await _seconds(place))
    what = "kill -9 before a composed digest is posted: exec to posted"
    return [Row(what=what, values=values, unit="s", target="< 2")]


async def _seconds(place: Place) -> float:
    await place.set_up([place.publishers.feed("ledger", [PILOT])], due=True)
    killed_at = {"CHAOS_KILL_AT": "composed.ended:1"}
    with_faults = ("-m", "tests.chaos.bot_under_test", "run")
    async with started(
        cwd=place.folder, program=with_faults, **place.settings, **killed_at
    ) as program:
        await program.process.wait()
    assert not place.sandbox.bot_messages("ai-news")
    begun = time.perf_counter()
    async with started("run", cwd=place.folder, **place.settings) as program:
        await place.sandbox.wait_for(lambda: place.sandbox.bot_messages("ai-news"), timeout=30)
        seconds = time.perf_counter() - begun
        program.stop()
        await program.ended()
    return seconds
