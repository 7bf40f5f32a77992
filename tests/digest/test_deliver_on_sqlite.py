"""Delivering on the real ledger: days of digests, kills and memory on SQLite."""

from __future__ import annotations

from collections import deque
from datetime import timedelta

import pytest

from bot.digest.deliver import Deliverer
from bot.digest.delivery import DeliveryKey, DeliveryState
from bot.digest.make import DigestMaker
from bot.digest.ports import OutcomeUnknown
from bot.digest.setup import set_channel
from bot.digest.tell import Teller
from bot.digest.transitions import Limits
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.fakes.digest import (
    NOW,
    Crash,
    FakeExplainer,
    ScriptedPoster,
    all_answered,
    make_channel,
    make_story,
    render_digest,
    render_notice,
)

pytestmark = pytest.mark.anyio


def join(database: Database, poster: ScriptedPoster) -> Deliverer:
    limits = Limits()
    return Deliverer(
        channels=database.channels,
        deliveries=database.deliveries,
        maker=DigestMaker(
            stories=database.stories,
            deliveries=database.deliveries,
            explainer=FakeExplainer(),
            last_round=all_answered,
            limits=limits,
        ),
        poster=poster,
        teller=Teller(channels=database.channels, poster=poster, render_notice=render_notice),
        render=render_digest,
        limits=limits,
    )


async def test_three_days_on_the_real_ledger():
    """First post with its story, a kill around the second found again, and a missed third told."""
    async with Database.temporary(Cipher([generate_key()])) as database:
        poster = ScriptedPoster()
        channel = await set_channel(
            database.channels, database.deliveries, make_channel(), NOW - timedelta(hours=1)
        )
        assert channel.next_due_at == NOW
        await database.stories.save([make_story("Harbor shrinks Pilot")], {})

        for handout in await join(database, poster).tick(NOW):
            await join(database, poster).deliver(handout.key, NOW)
        assert [message.text for _, message in poster.posted] == ["Harbor shrinks Pilot"]

        second = NOW + timedelta(days=1)
        poster.crash_after_post = True
        (handout,) = await join(database, poster).tick(second)
        with pytest.raises(Crash):
            await join(database, poster).deliver(handout.key, second)
        restarted = join(database, poster)
        (left,) = await restarted.take_up(second)
        assert left.not_before is not None
        row = await restarted.deliver(left.key, left.not_before)
        assert row is not None
        assert row.state is DeliveryState.SENT
        assert len(poster.posted) == 2
        assert (
            "nothing new about AI in your topics since Monday 2 March" in poster.posted[1][1].text
        )

        third = NOW + timedelta(days=2)
        poster.outcomes = deque([OutcomeUnknown(reason="timeout")])
        (handout,) = await join(database, poster).tick(third)
        await join(database, poster).deliver(handout.key, third)
        await join(database, poster).take_up(third + timedelta(seconds=30))
        row = await join(database, poster).deliver(handout.key, third + timedelta(hours=5))
        assert row is not None
        assert row.state is DeliveryState.SKIPPED
        assert len(poster.posted) == 2
        assert len(poster.told) == 1
        assert await database.deliveries.unfinished() == []
        key = DeliveryKey(workspace_id="T1", channel_id="C1", on=NOW.date())
        first = await database.deliveries.get(key)
        assert first is not None
        assert first.sent_at == NOW
