"""How long a round of reading feeds takes, when all is new and when nothing is, and holds the loop."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app.newsroom import open_newsroom
from bot.clock import SystemClock
from tests.bench.table import Row
from tests.fakes.place import Place, open_place
from tests.fakes.watchdog import Watchdog
from tests.fakes.wire_news import outlets

FEEDS, ITEMS, STORIES = 100, 30, 20
_ROUND_SECONDS = 120.0


async def measure() -> list[Row]:
    """Measure two rounds over the same publishers on loopback."""
    with TemporaryDirectory() as folder:
        async with open_place(Path(folder)) as place:
            return await _two_rounds(place)


async def _two_rounds(place: Place) -> list[Row]:
    news = outlets(FEEDS, ITEMS, STORIES)
    await place.set_up([place.publishers.feed(name, items) for name, items in news])
    rows = []
    async with (
        place.database() as database,
        open_newsroom(place.loaded_settings(), database, SystemClock()) as newsroom,
    ):
        for kind in ("all new", "unchanged"):
            feeds = await database.feeds.all()
            begun = time.perf_counter()
            async with Watchdog() as watch:
                report = await newsroom.collect(feeds, deadline_seconds=_ROUND_SECONDS)
            seconds = time.perf_counter() - begun
            assert report.feeds_answered == FEEDS
            what = f"collecting {FEEDS} feeds x {ITEMS} items, {kind}"
            rows.append(Row(what=what, values=[seconds], unit="s"))
            held, late = (1000 * watch.worst_seconds, 1000 * watch.worst_late_seconds)
            longest = f"{what}: longest turn of the event loop"
            rows.append(Row(what=longest, values=[held], unit="ms", target="< 100"))
            beat = f"{what}: longest wait for a turn, threads included"
            rows.append(Row(what=beat, values=[late], unit="ms", target="< 100"))
    return rows
