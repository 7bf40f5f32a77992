"""How many model calls a digest of a large news day takes."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.table import Row
from tests.fakes.place import Place, open_place
from tests.fakes.program import started
from tests.fakes.wire_news import outlets

FEEDS, ITEMS, STORIES = 20, 30, 20


async def measure() -> list[Row]:
    """Measure one `plainwire run` with a digest of eight stories due at its start."""
    with TemporaryDirectory() as folder:
        async with open_place(Path(folder)) as place:
            calls, seconds = await one_digest(place)
    what = f"{FEEDS} feeds x {ITEMS} items, {STORIES} stories: "
    return [
        Row(what=what + "model calls for a digest of 8", values=[calls], unit="", target="<= 60"),
        Row(what=what + "exec to the posted digest", values=[seconds], unit="s"),
    ]


async def one_digest(place: Place) -> tuple[int, float]:
    """Return (model calls, seconds from exec to the posted digest) for a bot's first digest."""
    feeds = [place.publishers.feed(name, items) for name, items in outlets(FEEDS, ITEMS, STORIES)]
    channel = await place.set_up(feeds, due=True, stories=8)
    begun = time.perf_counter()
    async with started("run", cwd=place.folder, **place.settings) as program:
        await place.wait_for_state(channel, "sent", program)
        seconds = time.perf_counter() - begun
        program.stop()
        await program.ended()
    return len(place.azure.calls), seconds
