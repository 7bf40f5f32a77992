"""Whether a post is abandoned is judged by the database's clock: those of the machines may differ."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from bot.digest.deliver import Deliverer
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.make import DigestMaker
from bot.digest.outcome import OutcomeUnknown, Posted, PostOutcome
from bot.digest.tell import Teller
from bot.digest.transitions import Limits
from storage.cipher import Cipher
from storage.database import Database
from tests.fakes.digest import (
    FakeExplainer,
    ScriptedPoster,
    all_answered,
    make_channel,
    make_story,
    render_digest,
    render_notice,
)

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]

MINUTES = timedelta(minutes=10)
LIMITS = Limits()
OLD = timedelta(seconds=LIMITS.abandoned + 5)


@pytest.fixture
def url(request: pytest.FixtureRequest) -> str:
    """Only PostgreSQL: an SQLite file has one machine."""
    from tests.storage.conftest import _empty

    _empty(request.getfixturevalue("cleaner"))
    return str(request.getfixturevalue("migrated_postgres"))


class SlowPoster(ScriptedPoster):
    """Stands in the middle of its call until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.go_on = asyncio.Event(), asyncio.Event()

    async def post(self, *args: object, **more: object) -> PostOutcome:
        self.attempts += 1
        self.posted.append((str(more["delivery"]), args[2]))  # type: ignore[arg-type]  # the message
        self.began.set()
        await self.go_on.wait()
        return Posted(ts="1.0")


def process(database: Database, poster: ScriptedPoster) -> Deliverer:
    """Return what one of several processes delivers with."""
    return Deliverer(
        channels=database.channels,
        deliveries=database.deliveries,
        maker=DigestMaker(
            stories=database.stories,
            deliveries=database.deliveries,
            explainer=FakeExplainer(),
            last_round=all_answered,
            limits=LIMITS,
        ),
        poster=poster,
        teller=Teller(channels=database.channels, poster=poster, render_notice=render_notice),
        render=render_digest,
        limits=LIMITS,
    )


async def due_now(database: Database, now: datetime) -> DeliveryKey:
    channel = make_channel(next_due_at=now)
    await database.channels.save(channel)
    await database.stories.save([make_story("Harbor shrinks Pilot")], {})
    key = DeliveryKey(
        workspace_id=channel.workspace_id, channel_id=channel.channel_id, on=now.date()
    )
    await database.deliveries.open(key, now, None)
    return key


async def make_older(database: Database, by: timedelta) -> None:
    """Let the time pass on the server, as far as rows can tell."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text("UPDATE deliveries SET sending_at = sending_at - CAST(:by AS interval)"),
            {"by": by},
        )


async def row_of(database: Database, key: DeliveryKey) -> Delivery:
    row = await database.deliveries.get(key)
    assert row is not None
    return row


@pytest.mark.parametrize("off", [-MINUTES, MINUTES])
async def test_clocks_ten_minutes_apart_do_not_take_a_fresh_post_away(
    database: Database, url: str, cipher: Cipher, off: timedelta
) -> None:
    """A post under way stays its process's, whatever another machine's clock says; an old one does not."""
    async with await Database.open(url, cipher=cipher) as elsewhere:
        now = datetime.now(UTC)
        key = await due_now(database, now)
        slow, other = SlowPoster(), ScriptedPoster()
        posting = asyncio.create_task(process(database, slow).deliver(key, now))
        await slow.began.wait()

        looker = process(elsewhere, other)
        # Seen from there it began ten minutes ago, or will in ten minutes.
        fresh = await looker.deliver(key, now + off)
        assert fresh is not None
        assert fresh.state is DeliveryState.SENDING

        await make_older(database, OLD)
        old = await looker.deliver(key, now + off)
        assert old is not None
        assert old.state is DeliveryState.UNKNOWN

        slow.go_on.set()
        await posting
        # Who was given up writes nothing any more.
        assert (await row_of(database, key)).state is DeliveryState.UNKNOWN
        assert (slow.attempts, other.attempts) == (1, 0)


async def test_the_server_says_when_sending_began(database: Database) -> None:
    """Whatever a process writes into its copy of the row, the stamp is the server's and stays."""
    now = datetime.now(UTC)
    key = await due_now(database, now)
    row = await row_of(database, key)
    for state in (DeliveryState.COMPOSED, DeliveryState.SENDING):
        new = replace(row, state=state, attempt=row.attempt + 1, sending_at=now - 5 * MINUTES)
        assert await database.deliveries.change(row, new)
        row = new

    sending = await row_of(database, key)
    assert sending.sending_age is not None
    assert timedelta() <= sending.sending_age < MINUTES
    assert sending.sending_at is not None
    assert sending.sending_at > now - MINUTES

    unknown = replace(row, state=DeliveryState.UNKNOWN, attempt=row.attempt + 1)
    assert await database.deliveries.change(row, unknown)
    assert (await row_of(database, key)).sending_at == sending.sending_at

    # A redo forgets it.
    gone = replace(unknown, attempt=unknown.attempt + 1, sending_at=None)
    assert await database.deliveries.change(unknown, gone)
    assert (await row_of(database, key)).sending_age is None


@pytest.mark.parametrize("off", [-MINUTES, MINUTES])
async def test_the_time_to_settle_is_waited_by_the_servers_clock(
    database: Database, url: str, cipher: Cipher, off: timedelta
) -> None:
    """
    After a lost answer another machine does not look at once because its clock is ahead.

    Found by a fault run: it found nothing of a message that Slack was still making, and posted again.
    """
    async with await Database.open(url, cipher=cipher) as elsewhere:
        now = datetime.now(UTC)
        key = await due_now(database, now)
        poster, other = ScriptedPoster(), ScriptedPoster()
        poster.outcomes.append(OutcomeUnknown(reason="time-out"))
        lost = await process(database, poster).deliver(key, now)
        assert lost is not None
        assert lost.state is DeliveryState.UNKNOWN

        waiting = await process(elsewhere, other).deliver(key, now + off)
        assert waiting is not None
        assert waiting.state is DeliveryState.UNKNOWN
        # In the time of the machine that asked: so it knows when to ask again.
        assert waiting.not_before is not None
        left = waiting.not_before - (now + off)
        assert timedelta() < left <= timedelta(seconds=LIMITS.settle)

        # Then it looks, finds nothing, and waits once more before it posts.
        for state in (DeliveryState.COMPOSED, DeliveryState.SENT):
            async with database.engine.begin() as connection:
                over = "UPDATE deliveries SET not_before = clock_timestamp() - interval '1 second'"
                await connection.execute(text(over))
            found = await process(elsewhere, other).deliver(key, now + off)
            assert found is not None
            assert found.state is state
