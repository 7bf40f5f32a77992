"""The ways in which one channel and day could still get two digests, each closed."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from bot.digest import transitions
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.now_limit import PostNow
from bot.digest.on_demand import OnDemand
from bot.digest.opener import Opener
from bot.digest.outcome import CannotRead, NothingFound, OutcomeUnknown
from bot.digest.schedule import next_due_at
from bot.digest.tell import Teller
from bot.digest.transitions import Limits
from bot.errors import StorageError
from tests.digest.test_deliver import ARRIVED, KEY, LOST, UNREADABLE, World, later
from tests.digest.test_on_demand import joined
from tests.fakes.digest import (
    NOW,
    FakeChannels,
    FakeDeliveries,
    ScriptedPoster,
    all_answered,
    make_channel,
    make_preference,
    render_notice,
)
from tests.fakes.preferences import ANNA, SPOT, Office

pytestmark = pytest.mark.anyio

LIMITS = Limits()
MINUTE = timedelta(minutes=1)


async def doubtful(first: OutcomeUnknown) -> World:
    """Return a world whose digest was skipped because nobody could say whether it was posted."""
    world = World()
    world.poster.outcomes = deque([first])
    world.poster.finds = deque([UNREADABLE])
    await world.run()
    row = await world.deliverer.deliver(KEY, later(seconds=6))
    assert row is not None
    assert row.state is DeliveryState.SKIPPED
    return world


async def test_a_redo_finds_the_post_that_was_in_doubt():
    """Missed with "it may or may not have been posted", and it was: the redo records it, no second one."""
    world = await doubtful(ARRIVED)
    await world.deliverer.redo(KEY, later(hours=2))
    row = await world.deliverer.deliver(KEY, later(hours=2))
    assert row is not None
    assert (row.state, row.ts) == (DeliveryState.SENT, "ts-found")
    # What it told is remembered.
    assert row.stories
    assert len(world.poster.posted) == 1


async def test_a_redo_makes_anew_what_is_certainly_not_there():
    """In doubt, and the whole window shows nothing: a digest of now, which is not late."""
    world = await doubtful(LOST)
    await world.deliverer.redo(KEY, later(hours=30))
    row = await world.deliverer.deliver(KEY, later(hours=30))
    assert row is not None
    assert row.state is DeliveryState.SENT
    assert len(world.poster.posted) == 1
    assert "late" not in world.poster.posted[0][1].text
    assert world.explainer.calls == ["story-Harbor shrinks Pilot"] * 2


@pytest.mark.parametrize(("repeat", "posts"), [(False, 1), (True, 2)])
async def test_a_redo_in_a_channel_that_cannot_be_read_posts_only_by_setting(repeat, posts):
    """Nobody can say: missed and told again, unless the operator chose rather twice than never."""
    world = await doubtful(ARRIVED)
    world.limits = replace(world.limits, repeat_when_unreadable=repeat)
    world.restart()
    await world.deliverer.redo(KEY, later(hours=2))
    world.poster.finds = deque([UNREADABLE])
    row = await world.deliverer.deliver(KEY, later(hours=2))
    assert row is not None
    assert row.state is (DeliveryState.SENT if repeat else DeliveryState.SKIPPED)
    assert len(world.poster.posted) == posts
    # It stays in doubt: one more redo looks again.
    assert repeat or row.sending_at is not None


async def test_a_redo_is_patient_with_a_busy_slack():
    """Reading is refused for now: the redo waits its own hour, however old the doubt is."""
    world = await doubtful(ARRIVED)
    await world.deliverer.redo(KEY, later(hours=20))
    world.poster.finds = deque([CannotRead(code="ratelimited", reason="x", retry_after_seconds=9)])
    row = await world.deliverer.deliver(KEY, later(hours=20))
    assert row is not None
    assert (row.state, row.not_before) == (DeliveryState.UNKNOWN, later(hours=20, seconds=9))
    row = await world.deliverer.deliver(KEY, later(hours=20, seconds=9))
    assert row is not None
    assert row.state is DeliveryState.SENT
    assert len(world.poster.posted) == 1


async def test_what_was_skipped_before_its_post_is_redone_at_once():
    """Too late, and never posted: nothing has to be looked for, also after a try that was refused."""
    row = transitions.opened(KEY, NOW)
    row = transitions.compose_done(row, "{}", [])
    row = replace(row, sending_at=NOW)
    skipped = transitions.skip(row, "too late")
    assert transitions.redo(skipped, NOW).state is DeliveryState.DUE


# By which clock


def sending(age: timedelta | None) -> Delivery:
    row = transitions.compose_done(transitions.opened(KEY, NOW), "{}", [])
    return replace(transitions.start_sending(row, NOW), sending_age=age)


@pytest.mark.parametrize(
    ("age", "now", "abandoned"),
    [
        # The server says how old it is; the machine's clock does not matter.
        (timedelta(seconds=3), NOW + 10 * MINUTE, False),
        (timedelta(seconds=3), NOW - 10 * MINUTE, False),
        (timedelta(seconds=121), NOW - 10 * MINUTE, True),
        (timedelta(seconds=-600), NOW, False),
        # One machine: its own clock, also after that was put back.
        (None, NOW + MINUTE, False),
        (None, NOW + 3 * MINUTE, True),
        (None, NOW - MINUTE, False),
        (None, NOW - timedelta(hours=2), True),
    ],
)
def test_who_judges_that_a_post_is_abandoned(age: timedelta | None, now: datetime, abandoned: bool):
    """The database's clock where there is one for all, else the only machine's."""
    assert transitions.is_abandoned(sending(age), now, LIMITS) == abandoned


@pytest.mark.parametrize(
    ("age", "now", "minutes"),
    [
        # Our clock is ten minutes behind, or ahead, of when it was sent: the age is what counts.
        (20 * MINUTE, NOW, 25),
        (20 * MINUTE, NOW + 500 * MINUTE, 25),
        (None, NOW + 20 * MINUTE, 25),
        (None, NOW - 20 * MINUTE, 5),
    ],
)
async def test_how_far_back_a_lost_post_is_looked_for(age, now, minutes):
    """As long ago as it was sent, and a margin before that, reckoned from now."""
    seen: list[timedelta] = []

    class Looking(ScriptedPoster):
        async def find(self, *args, oldest, now, **more):
            seen.append(now - oldest)
            return NothingFound()

    world = World(poster=Looking())
    unknown = transitions.unknown(sending(age), "lost", NOW, LIMITS)
    world.deliveries.rows[KEY] = replace(unknown, not_before=None, wait=None)
    await world.deliverer.reconcile(KEY, now)
    assert seen == [minutes * MINUTE]


# At once


def opener(channels: FakeChannels, deliveries: FakeDeliveries) -> Opener:
    teller = Teller(channels=channels, poster=ScriptedPoster(), render_notice=render_notice)
    return Opener(channels=channels, deliveries=deliveries, teller=teller, limits=LIMITS)


class Edited(FakeDeliveries):
    """Somebody changes the channel's settings right before a row is opened."""

    edits: list[dict[str, object]]

    async def open(self, key: DeliveryKey, *args: object, **more: object) -> bool:
        if self.edits:
            (channel,) = self.channels.rows.values()
            preference = make_preference(**self.edits.pop())
            due = next_due_at(preference, NOW) if preference.on else None
            await self.channels.save(replace(channel, preference=preference, next_due_at=due))
        return await super().open(key, *args, **more)  # type: ignore[arg-type]


def edited(*edits: dict[str, object]) -> Edited:
    channel = make_channel()
    deliveries = Edited(FakeChannels({channel.key: channel}))
    deliveries.edits = list(edits)
    return deliveries


async def test_now_does_not_overwrite_a_preference_that_was_just_changed():
    """Moved to 20:00 at the same moment: today's digest comes now, the next one tomorrow at 20:00."""
    deliveries = edited({"at": time(20, 0)})
    channel = make_channel()
    key = await opener(deliveries.channels, deliveries).open_today(channel, NOW)
    assert list(deliveries.rows) == [key]
    (stored,) = deliveries.channels.rows.values()
    assert stored.next_due_at == later(hours=35)


async def test_now_in_a_channel_that_is_switched_off_at_that_moment_opens_nothing():
    """Who switches off wins."""
    deliveries = edited({"on": False})
    await opener(deliveries.channels, deliveries).open_today(make_channel(), NOW)
    assert deliveries.rows == {}
    (stored,) = deliveries.channels.rows.values()
    assert stored.next_due_at is None


async def test_now_gives_up_when_the_channel_never_stands_still():
    """Changed before every try: said so, and nothing is opened."""
    deliveries = edited(*({"at": time(hour, 0)} for hour in range(10, 22)))
    with pytest.raises(StorageError):
        await opener(deliveries.channels, deliveries).open_today(make_channel(), NOW)
    assert deliveries.rows == {}


@pytest.mark.parametrize("failed", [None, DeliveryState.SKIPPED, DeliveryState.DEAD])
async def test_many_people_ask_for_the_digest_at_once(failed: DeliveryState | None):
    """Everybody is told that it is on its way; there is one row, and nobody meets an error."""
    office, poster = Office(), ScriptedPoster()
    office.channels.rows["T1", "C1"] = make_channel()
    deliverer = joined(office, poster, all_answered)
    use_case = OnDemand(
        channels=office.channels,
        deliveries=office.deliveries,
        deliverer=deliverer,
        permissions=office.permissions,
    )
    if failed:
        opened = transitions.opened(KEY, NOW)
        office.deliveries.rows[KEY] = replace(opened, state=failed, attempt=1, reason="x")
    answers = await asyncio.gather(*(use_case.now(SPOT, ANNA, NOW) for _ in range(3)))
    assert all("on its way" in outcome.sentence for outcome, _ in answers)
    await asyncio.gather(*(deliverer.deliver(key, NOW) for _, key in answers if key))
    assert len(poster.posted) == 1


async def test_a_redo_that_somebody_else_was_faster_with_is_no_error():
    """The row is already being worked on again: the answer is the same."""
    office = Office()
    office.channels.rows["T1", "C1"] = make_channel()
    deliverer = joined(office, ScriptedPoster(), all_answered)
    dead = replace(transitions.opened(KEY, NOW), state=DeliveryState.DEAD, attempt=1, reason="x")
    office.deliveries.rows[KEY] = dead

    async def stale(key: DeliveryKey) -> Delivery | None:
        office.deliveries.get = FakeDeliveries.get.__get__(office.deliveries)  # type: ignore[method-assign]
        await deliverer.redo(key, NOW)
        return dead

    office.deliveries.get = stale  # type: ignore[method-assign]
    use_case = OnDemand(
        channels=office.channels,
        deliveries=office.deliveries,
        deliverer=deliverer,
        permissions=office.permissions,
    )
    outcome, key = await use_case.now(SPOT, ANNA, NOW)
    assert isinstance(outcome, PostNow)
    assert key == KEY
