"""/digest now: today's digest, once, and no flood."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.deliver import Deliverer
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.make import DigestMaker, LastRound
from bot.digest.now_limit import NotNow, PostedAlready, PostNow, decide_now
from bot.digest.on_demand import OnDemand
from bot.digest.tell import Teller
from bot.errors import StorageError
from tests.fakes.digest import (
    NOW,
    FakeExplainer,
    FakeStories,
    ScriptedPoster,
    all_answered,
    make_channel,
    render_digest,
    render_notice,
)
from tests.fakes.preferences import ANNA, SPOT, Office

pytestmark = pytest.mark.anyio

EARLY = NOW - timedelta(hours=2)


def row(state: DeliveryState) -> Delivery:
    key = DeliveryKey(workspace_id="T1", channel_id="C1", on=NOW.date())
    return Delivery(key=key, state=state, attempt=1, due_at=NOW, ts="ts-1")


def joined(office: Office, poster: ScriptedPoster, last_round: LastRound) -> Deliverer:
    """Return a deliverer over the office's rows; `last_round` is where a digest can break."""
    return Deliverer(
        channels=office.channels,
        deliveries=office.deliveries,
        maker=DigestMaker(
            stories=FakeStories(),
            deliveries=office.deliveries,
            explainer=FakeExplainer(),
            last_round=last_round,
        ),
        poster=poster,
        teller=Teller(channels=office.channels, poster=poster, render_notice=render_notice),
        render=render_digest,
    )


@pytest.mark.parametrize(
    ("channel", "state", "tries", "kind", "part"),
    [
        (None, None, 0, NotNow, "off here"),
        (make_channel(on=False), None, 0, NotNow, "off here"),
        (make_channel(state_reason="the channel is archived"), None, 0, NotNow, "archived"),
        (make_channel(paused_until=NOW.date() + timedelta(days=1)), None, 0, NotNow, "resume"),
        (make_channel(), None, 0, PostNow, "on its way"),
        (make_channel(), None, 2, PostNow, "on its way"),
        (make_channel(), None, 3, NotNow, "in 30 minutes"),
        (make_channel(), DeliveryState.SENT, 9, PostedAlready, "here already"),
        (make_channel(), DeliveryState.DUE, 0, NotNow, "in a moment"),
        (make_channel(), DeliveryState.SENDING, 0, NotNow, "in a moment"),
        (make_channel(), DeliveryState.DEAD, 0, PostNow, "on its way"),
        (make_channel(), DeliveryState.SKIPPED, 3, NotNow, "3 times"),
    ],
)
def test_what_now_comes_to(channel, state, tries, kind, part):
    """It is today's digest before that, a link afterwards, and limited while something fails."""
    today = row(state) if state else None
    times = [NOW - timedelta(minutes=30)] * tries
    outcome = decide_now(channel, today, times, NOW)
    assert isinstance(outcome, kind)
    assert part in outcome.sentence


def test_tries_of_more_than_an_hour_ago_do_not_count():
    """After an hour it can be tried again."""
    old = [NOW - timedelta(minutes=61)] * 5
    assert isinstance(decide_now(make_channel(), None, old, NOW), PostNow)


async def test_now_is_todays_digest_and_afterwards_leads_to_it():
    """It is posted before its time, the usual time posts nothing more, and a second `now` links."""
    office, poster = Office(), ScriptedPoster()
    office.channels.rows["T1", "C1"] = make_channel()
    deliverer = joined(office, poster, all_answered)
    use_case = OnDemand(
        channels=office.channels,
        deliveries=office.deliveries,
        deliverer=deliverer,
        permissions=office.permissions,
    )
    outcome, key = await use_case.now(SPOT, ANNA, EARLY)
    assert isinstance(outcome, PostNow)
    assert key is not None
    await deliverer.deliver(key, EARLY)
    again, none = await use_case.now(SPOT, ANNA, EARLY)
    assert again == PostedAlready(sentence="Today's digest is here already.", ts="ts-1")
    assert none is None
    assert await deliverer.tick(NOW) == []
    assert len(poster.posted) == 1
    refused, none = await use_case.now(SPOT, replace(ANNA, user_id="U9"), EARLY)
    assert isinstance(refused, NotNow)


async def test_a_digest_that_cannot_be_made_ends_dead_and_told_and_can_be_tried_again():
    """Composing that always fails is tried four times, then people are told why."""
    office, poster = Office(), ScriptedPoster()
    office.channels.rows["T1", "C1"] = make_channel()

    async def broken() -> None:
        raise RuntimeError("a bug")

    deliverer = joined(office, poster, broken)
    (handout,) = await deliverer.tick(NOW)
    now, waits = NOW, []
    while (row_ := await deliverer.deliver(handout.key, now)) and row_.not_before:
        waits.append((row_.not_before - now).total_seconds())
        now = row_.not_before
    assert waits == [15, 30, 60]
    assert row_ is not None
    assert row_.state is DeliveryState.DEAD
    assert len(poster.told) == 1
    assert "fault of Plainwire" in poster.told[0][1]
    fresh = await deliverer.redo(handout.key, now)
    assert fresh is not None
    assert (fresh.state, fresh.tries) == (DeliveryState.DUE, 0)


async def test_an_outage_of_the_database_is_not_held_against_a_digest():
    """A StorageError passes on, and the row stays as it was."""
    office, poster = Office(), ScriptedPoster()
    office.channels.rows["T1", "C1"] = make_channel()

    async def away() -> None:
        raise StorageError("The database is away.")

    deliverer = joined(office, poster, away)
    (handout,) = await deliverer.tick(NOW)
    with pytest.raises(StorageError):
        await deliverer.deliver(handout.key, NOW)
    assert office.deliveries.rows[handout.key].tries == 0


async def test_a_stored_message_that_cannot_be_read_ends_told():
    """A broken row is not tried for ever either."""
    office, poster = Office(), ScriptedPoster()
    office.channels.rows["T1", "C1"] = make_channel()
    broken = replace(row(DeliveryState.COMPOSED), message="{", ts=None)
    office.deliveries.rows[broken.key] = broken
    deliverer = joined(office, poster, all_answered)
    ended = await deliverer.deliver(broken.key, NOW)
    assert ended is not None
    assert ended.state is DeliveryState.DEAD
    assert poster.told
    assert poster.posted == []
