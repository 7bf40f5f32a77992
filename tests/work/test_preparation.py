"""Which channels' explanations are asked for ahead of their digests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.form import OwnFacts
from bot.app.news_round import NewsRounds
from bot.app.newsroom import load_cipher, open_newsroom
from bot.app.preparation import Preparation
from bot.clock import FixedClock
from bot.settings import load_settings
from bot.work.local import LocalWork
from storage.database import Database
from tests.fakes.stored import make_channel

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=20), NOW + timedelta(hours=2)
DUE_SOON = [f"T1/C{number:04}" for number in range(1_100)]
CHANNELS = {name.removeprefix("T1/"): SOON for name in DUE_SOON} | {"LATER": LATER, "DUE": NOW}


@dataclass
class Bench:
    """A newsroom with many channels, its preparation, and the channels it asked for."""

    preparation: Preparation
    rounds: NewsRounds
    work: LocalWork
    asked: list[str] = field(default_factory=list)

    async def note(self, name: str) -> None:
        self.asked.append(name)

    async def look(self, times: int) -> list[str]:
        """Return what so many looks ask for."""
        self.asked.clear()
        for _ in range(times):
            await self.preparation.ask()
        await self.work.idle()
        return sorted(self.asked)


@pytest.fixture
async def bench(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Bench]:
    clock = FixedClock(NOW)
    settings = load_settings(DATABASE_URL=f"sqlite:///{tmp_path / 'plainwire.db'}")
    async with (
        await Database.open(settings.database_url, cipher=load_cipher(settings)) as database,
        open_newsroom(settings, database, clock) as newsroom,
    ):
        await database.channels.save_many(
            [make_channel(name, next_due_at=at) for name, at in CHANNELS.items()]
        )
        work, rounds = LocalWork(clock), NewsRounds(OwnFacts(), clock, 1.0)
        made = Bench(Preparation(newsroom, work, rounds), rounds, work)
        work.handle("explain", made.note)
        async with work:
            yield made


async def test_every_channel_that_is_due_soon_is_asked_for_once(bench: Bench):
    """However many are due together, look after look all get their turn, each once."""
    assert await bench.look(6) == DUE_SOON


async def test_news_in_between_do_not_send_it_back_to_the_start(bench: Bench):
    """News that keep coming in make the explanations be asked for again, and leave no channel out."""
    first = await bench.look(1)
    await bench.rounds.changed()
    second = await bench.look(2)

    assert sorted(first + second) == DUE_SOON
    assert await bench.look(1) == first
