"""Delivering: one digest per channel and date, or people told why not, through every fault."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.digest.deliver import Deliverer, Handout
from bot.digest.delivery import FINAL, Delivery, DeliveryKey, DeliveryState
from bot.digest.make import DigestMaker
from bot.digest.ports import CannotRead, NothingFound, NotPosted, OutcomeUnknown, Posted
from bot.digest.setup import set_channel
from bot.digest.tell import Teller
from bot.digest.transitions import IllegalTransition, Limits
from bot.errors import JobFailed, UsageError
from bot.news.story import CollectReport
from tests.fakes.digest import (
    NOW,
    Crash,
    FakeChannels,
    FakeDeliveries,
    FakeExplainer,
    FakeStories,
    ScriptedPoster,
    all_answered,
    make_channel,
    make_preference,
    make_story,
    make_told,
    render_digest,
    render_notice,
)
from tests.fakes.rows import each_row

pytestmark = pytest.mark.anyio

KEY = DeliveryKey(workspace_id="T1", channel_id="C1", on=NOW.date())
BUSY = NotPosted(code="ratelimited", reason="Slack is busy", retry_after_seconds=2)
ARCHIVED = NotPosted(code="is_archived", reason="The channel is archived; unarchive it")
ARRIVED = OutcomeUnknown(reason="arrived")
LOST = OutcomeUnknown(reason="timeout")
UNREADABLE = CannotRead(code="not_in_channel", reason="the bot is not in the channel")
READ_LATER = CannotRead(code="ratelimited", reason="busy", retry_after_seconds=5)


def later(hours: float = 0, seconds: float = 0) -> datetime:
    return NOW + timedelta(hours=hours, seconds=seconds)


@dataclass
class World:
    """Everything around one Deliverer; `restart` is a new process on the same rows."""

    channels: FakeChannels = field(default_factory=FakeChannels)
    poster: ScriptedPoster = field(default_factory=ScriptedPoster)
    stories: FakeStories = field(default_factory=FakeStories)
    explainer: FakeExplainer = field(default_factory=FakeExplainer)
    limits: Limits = field(default_factory=lambda: Limits(explain=0.05))

    def __post_init__(self) -> None:
        self.deliveries = FakeDeliveries(self.channels)
        channel = make_channel()
        self.channels.rows[channel.key] = channel
        self.stories.stories.append(make_story("Harbor shrinks Pilot"))
        self.restart()

    def restart(self) -> None:
        self.deliverer = Deliverer(
            channels=self.channels,
            deliveries=self.deliveries,
            maker=DigestMaker(
                stories=self.stories,
                deliveries=self.deliveries,
                explainer=self.explainer,
                last_round=all_answered,
                limits=self.limits,
            ),
            poster=self.poster,
            teller=Teller(channels=self.channels, poster=self.poster, render_notice=render_notice),
            render=render_digest,
            limits=self.limits,
        )

    async def run(self, now: datetime = NOW) -> Delivery:
        """Tick and deliver once, as the clock would."""
        for handout in await self.deliverer.tick(now):
            await self.deliverer.deliver(handout.key, now)
        return self.deliveries.rows[KEY]

    async def run_to_the_end(self, now: datetime = NOW) -> Delivery:
        """Run like a process that is killed and started again until nothing is left to do."""
        for _ in range(60):
            try:
                await self.deliverer.take_up(now)
                await self.deliverer.tick(now)
                for row in await self.deliveries.unfinished(now):
                    await self.deliverer.deliver(row.key, now)
            except Crash:
                self.restart()
                continue
            row = self.deliveries.rows.get(KEY)
            if row is not None and row.state in FINAL:
                return row
            now = max(now + timedelta(seconds=1), (row.not_before or now) if row else now)
        raise AssertionError(self.deliveries.rows)

    def digests(self) -> list[str]:
        return [name for name, _ in self.poster.posted]


async def test_a_due_digest_is_posted_once_in_the_order_of_the_ledger():
    """Composed is stored, sending is committed, then it is posted; the next time is tomorrow."""
    world = World()
    row = await world.run()
    assert row.state is DeliveryState.SENT
    assert world.deliveries.history == [
        DeliveryState.COMPOSED,
        DeliveryState.SENDING,
        DeliveryState.SENT,
    ]
    assert world.digests() == [str(KEY)]
    assert world.poster.posted[0][1].text == "Harbor shrinks Pilot"
    assert (row.stories, row.ts) == ((("story-Harbor shrinks Pilot", 1),), "ts-1")
    assert world.channels.rows["T1", "C1"].next_due_at == later(hours=24)


async def test_nothing_is_posted_early_or_again():
    """Before the time, at later ticks of the day, and after a restart nothing happens."""
    world = World()
    assert await world.deliverer.tick(later(seconds=-1)) == []
    await world.run()
    world.restart()
    assert await world.deliverer.take_up(later(hours=1)) == []
    assert await world.deliverer.tick(later(hours=1)) == []
    await world.deliverer.deliver(KEY, later(hours=1))
    assert len(world.poster.posted) == 1
    assert world.explainer.calls == ["story-Harbor shrinks Pilot"]


async def test_running_a_delivery_many_times_at_once_posts_once():
    """In one process and in two on the same rows, concurrent runs do no harm."""
    world = World()
    await world.deliverer.tick(NOW)
    first = world.deliverer
    world.restart()
    runs = [one.deliver(KEY, NOW) for one in (first, world.deliverer) * 5]
    await asyncio.gather(*runs)
    assert len(world.poster.posted) == 1
    assert world.deliveries.rows[KEY].state is DeliveryState.SENT


async def test_somebody_elses_post_is_left_alone_until_it_is_abandoned():
    """A row in `sending` is another worker's; only after two minutes its outcome is unknown."""
    world = World()
    world.deliveries.crash_after = {"sending"}
    with pytest.raises(Crash):
        await world.run()
    row = await world.deliverer.deliver(KEY, later(seconds=30))
    assert row is not None
    assert row.state is DeliveryState.SENDING
    row = await world.deliverer.deliver(KEY, later(seconds=121))
    assert row is not None
    assert row.state is DeliveryState.UNKNOWN
    assert world.poster.posted == []


async def test_a_row_taken_over_between_commit_and_call_is_not_posted():
    """After `sending` is committed it is checked to be still ours, right before the call."""
    world = World()
    await world.deliverer.tick(NOW)
    get, seen = world.deliveries.get, 0

    async def stolen(key: DeliveryKey) -> Delivery | None:
        nonlocal seen
        row = await get(key)
        if row is not None and row.state is DeliveryState.SENDING and not seen:
            seen += 1
            world.deliveries.rows[key] = replace(
                row, state=DeliveryState.UNKNOWN, attempt=row.attempt + 1, not_before=later(1)
            )
            return world.deliveries.rows[key]
        return row

    world.deliveries.get = stolen  # type: ignore[method-assign]
    await world.deliverer.deliver(KEY, NOW)
    assert seen == 1
    assert world.poster.attempts == 0


async def test_a_late_digest_says_so():
    """Within three hours it is posted and marked."""
    world = World()
    row = await world.run(later(hours=2))
    assert row.state is DeliveryState.SENT
    assert "late since 09:00" in world.poster.posted[0][1].text


async def test_after_a_long_pause_there_is_one_message_and_no_storm():
    """Days off: each missed date has its row, each person one message, the next digest one line."""
    world = World()
    other = make_channel("C2")
    world.channels.rows[other.key] = other
    handouts = await world.deliverer.tick(later(hours=24 * 5 + 4))
    assert handouts == []
    rows = world.deliveries.rows.values()
    assert len(rows) == 12
    assert {row.state for row in rows} == {DeliveryState.SKIPPED}
    assert all("due at 09:00" in row.reason for row in rows)
    assert [person for person, _ in world.poster.told] == ["U1"]
    assert world.poster.posted == []
    world.stories.stories = [make_story("Fresh news", hours_ago=-24 * 6 + 1)]
    for handout in await world.deliverer.tick(later(hours=24 * 6)):
        await world.deliverer.deliver(handout.key, later(hours=24 * 6))
    assert "Yesterday's digest is missing" in world.poster.posted[0][1].text


async def test_a_crash_while_missing_dates_are_written_leaves_none_out():
    """Killed between two missed dates, the next start goes on where it stopped."""
    world = World()
    world.deliveries.crash_after = {"due"}
    with pytest.raises(Crash):
        await world.deliverer.tick(later(hours=52))
    world.restart()
    await world.deliverer.take_up(later(hours=52))
    await world.deliverer.tick(later(hours=52))
    states = {key.on.day: row.state for key, row in world.deliveries.rows.items()}
    assert states == dict.fromkeys((2, 3, 4), DeliveryState.SKIPPED)
    assert len(world.poster.told) >= 1


async def test_a_delivery_that_waited_too_long_is_skipped_and_told():
    """A row that is still unfinished after the window is not posted at a silly hour."""
    world = World()
    world.poster.outcomes = deque([BUSY])
    await world.run()
    row = await world.deliverer.deliver(KEY, later(hours=4))
    assert row is not None
    assert row.state is DeliveryState.SKIPPED
    assert len(world.poster.told) == 1
    assert world.poster.attempts == 1


@pytest.mark.parametrize("gone", ["off", "paused", "removed"])
async def test_a_channel_switched_off_meanwhile_gets_nothing_and_nobody_is_bothered(gone: str):
    """Switching off before the post is honoured without a message about it."""
    world = World()
    world.poster.outcomes = deque([BUSY])
    await world.run()
    channel = world.channels.rows["T1", "C1"]
    changes = {"off": {"on": False}, "paused": {"paused_until": date(2026, 4, 1)}}
    if gone == "removed":
        del world.channels.rows["T1", "C1"]
    else:
        preference = replace(channel.preference, **changes[gone])
        world.channels.rows["T1", "C1"] = replace(channel, preference=preference)
    row = await world.deliverer.deliver(KEY, later(seconds=60))
    assert row is not None
    assert row.state is DeliveryState.SKIPPED
    assert (world.poster.posted, world.poster.told) == ([], [])


async def test_a_permanent_no_is_told_with_what_to_do():
    """An archived channel ends the delivery at once; who set it up reads the reason."""
    world = World()
    world.poster.outcomes = deque([ARCHIVED])
    row = await world.run()
    assert row.state is DeliveryState.DEAD
    assert world.poster.attempts == 1
    assert world.poster.told[0][0] == "U1"
    assert "unarchive it" in world.poster.told[0][1]


async def test_when_the_person_cannot_be_reached_the_admins_are():
    """Gone, or set up by command line: every admin is told."""
    world = World()
    world.poster.outcomes = deque([ARCHIVED])
    world.poster.tells = deque([NotPosted(code="user_disabled", reason="gone")])
    world.poster.admin_ids = ["UA", "UB"]
    await world.run()
    assert [person for person, _ in world.poster.told] == ["UA", "UB"]


async def test_explaining_that_is_slow_or_fails_is_replaced_by_the_extract():
    """The digest goes out in bounded time, whatever explaining does; nothing is left out for it."""
    world = World()
    world.stories.stories = [
        make_story("Harbor shrinks Pilot", hours_ago=1),
        make_story("Violet raises millions", hours_ago=2),
        make_story("Parliament agrees labels", hours_ago=3),
    ]
    slow, failing, _ = (story.id for story in world.stories.stories)
    world.explainer.slow = {slow}
    world.explainer.failing = {failing: RuntimeError("a bug")}
    row = await world.run()
    assert row.state is DeliveryState.SENT
    assert len(row.stories) == 3


async def test_a_story_that_cannot_even_be_extracted_is_left_out():
    """The others still go out."""
    world = World()
    world.stories.stories.append(make_story("Violet raises millions"))
    bad = world.stories.stories[0].id
    world.explainer.failing = {bad: JobFailed("no")}
    world.explainer.cannot_extract = {bad: JobFailed("no")}
    row = await world.run()
    assert row.stories == (("story-Violet raises millions", 1),)


async def test_what_was_told_under_a_merged_id_is_not_told_again():
    """A story told yesterday under an id that was merged since stays told."""
    world = World()
    old = replace(make_told(world.stories.stories[0]), story_id="old", headline="Else")
    world.deliveries.told_before = [old]
    world.deliveries.merged = {"old": world.stories.stories[0].id}
    row = await world.run()
    assert row.stories == ()
    assert "nothing new" in world.poster.posted[0][1].text


async def test_a_zone_that_vanished_stops_the_channel_and_says_so():
    """One channel with an unknown zone is told about and does not stop the others."""
    world = World()
    broken = make_channel("C0", zone="Mars/Base")
    world.channels.rows = {broken.key: broken, **world.channels.rows}
    row = await world.run()
    assert row.state is DeliveryState.SENT
    assert world.channels.rows["T1", "C0"].next_due_at is None
    assert "Set its time zone again" in world.poster.told[0][1]


async def test_many_due_channels_are_opened_in_batches_and_spread():
    """More than a batch in one tick: each once, none early, none later than three minutes."""
    world = World()
    for n in range(1_200):
        channel = make_channel(f"D{n}")
        world.channels.rows[channel.key] = channel
    handouts = await world.deliverer.tick(NOW)
    assert len({handout.key for handout in handouts}) == 1_201
    waits = [(one.not_before or NOW) - NOW for one in handouts]
    assert max(waits) <= timedelta(minutes=3)
    assert await world.deliverer.tick(NOW) == []


async def test_now_is_todays_digest_and_the_clock_does_not_repeat_it():
    """Asked for before its time, today's digest is posted once, today."""
    world = World()
    channel = world.channels.rows["T1", "C1"]
    early = later(hours=-2)
    key = await world.deliverer.open_now(channel, early)
    await world.deliverer.deliver(key, early)
    assert await world.deliverer.tick(NOW) == []
    assert world.digests() == [str(KEY)]
    assert await world.deliverer.open_now(channel, later(hours=1)) == KEY
    await world.deliverer.deliver(KEY, later(hours=1))
    assert len(world.poster.posted) == 1


async def test_redo_posts_what_was_not_sent_and_refuses_what_was():
    """A dead delivery can be started again days later; a sent one cannot."""
    world = World()
    world.poster.outcomes = deque([ARCHIVED])
    await world.run()
    two_days = later(hours=48)
    assert await world.deliverer.redo(KEY, two_days) is not None
    row = await world.deliverer.deliver(KEY, two_days)
    assert row is not None
    assert row.state is DeliveryState.SENT
    with pytest.raises(IllegalTransition):
        await world.deliverer.redo(KEY, two_days)
    assert await world.deliverer.redo(replace(KEY, channel_id="C9"), NOW) is None


async def test_reconcile_finds_out_and_posts_nothing():
    """Looking into an unknown outcome never posts; what is proven absent waits for its delivery."""
    world = World()
    world.poster.outcomes = deque([LOST])
    await world.run()
    row = await world.deliverer.reconcile(KEY, later(seconds=6))
    assert row is not None
    assert row.state is DeliveryState.COMPOSED
    assert world.poster.posted == []


async def test_take_up_hands_out_what_is_left_with_its_waiting_time():
    """At start a row in `sending` is unknown, and is looked into after the settling time."""
    world = World()
    world.poster.crash_after_post = True
    with pytest.raises(Crash):
        await world.run()
    world.restart()
    handouts = await world.deliverer.take_up(later(seconds=2))
    assert handouts == [Handout(key=KEY, not_before=later(seconds=7))]
    row = await world.deliverer.deliver(KEY, later(seconds=7))
    assert row is not None
    assert (row.state, row.ts) == (DeliveryState.SENT, "ts-found")
    assert len(world.poster.posted) == 1


POSTS = [Posted(ts="ok"), BUSY, ARCHIVED, ARRIVED, LOST]
FINDS = [None, NothingFound(), READ_LATER, UNREADABLE]
STEPS = ["due", "composed", "sending", "unknown", "reconciling", "sent", "skipped", "dead"]


def _ended_well(world: World, row: Delivery) -> None:
    """Exactly one digest in the channel, or (maybe one, never two, and) people told."""
    assert len(world.poster.posted) <= 1
    if row.state is DeliveryState.SENT:
        assert len(world.poster.posted) == 1
    else:
        assert row.reason
        assert world.poster.told


# An exhausted window that lacks what arrived would contradict the port.
SCRIPTS = [
    (posts, find)
    for posts in itertools.product(POSTS, repeat=3)
    for find in FINDS
    if not (find == NothingFound() and ARRIVED in posts)
]


@each_row("posts, find", SCRIPTS)
async def test_every_script_of_slack_ends_with_one_digest_or_a_told_miss(posts, find):
    """Whatever three posts and the look-up bring: never twice, never silently missing."""
    world = World()
    world.poster.outcomes = deque(posts)
    if find is not None:
        world.poster.finds = deque([find])
    _ended_well(world, await world.run_to_the_end())


CRASHES = ("before", "after", "around the post")


@each_row("first, steps, when", itertools.product(POSTS, itertools.combinations(STEPS, 2), CRASHES))
async def test_killed_at_any_two_steps_it_still_ends_well(first, steps, when):
    """Crashes before or after the commit of any two steps, and around the call, change nothing."""
    world = World()
    world.poster.outcomes = deque([first])
    world.deliveries.crash_before = set(steps) if when == "before" else set()
    world.deliveries.crash_after = set(steps) if when != "before" else set()
    world.poster.crash_after_post = when == "around the post"
    world.poster.crash_before_post = when == "around the post"
    _ended_well(world, await world.run_to_the_end())


async def test_setting_a_channel_works_out_the_next_digest_and_validates():
    """A channel is stored with its next time; a wrong preference is refused with every fault."""
    world = World()
    wanted = make_channel("C5", at=time(10, 0))
    stored = await set_channel(world.channels, world.deliveries, wanted, NOW)
    assert stored.next_due_at == later(hours=1)
    assert stored.switched_on_at == NOW
    assert world.channels.rows["T1", "C5"] == stored
    with pytest.raises(UsageError, match=r"1 to 8.*two-letter"):
        await set_channel(
            world.channels, world.deliveries, make_channel("C6", stories=9, language="x"), NOW
        )


async def test_moving_the_time_after_todays_digest_makes_no_second_one():
    """The ledger's row for today counts, whichever the new time or zone is."""
    world = World()
    await world.run()
    channel = world.channels.rows["T1", "C1"]
    for changes in ({"at": time(12)}, {"zone": "America/New_York"}, {"zone": "Asia/Tokyo"}):
        wanted = replace(channel, preference=make_preference(**changes))
        stored = await set_channel(world.channels, world.deliveries, wanted, later(hours=1))
        assert stored.next_due_at is not None
        assert stored.next_due_at > later(hours=12)
        assert stored.switched_on_at == channel.switched_on_at


async def test_no_feed_answered_is_said_in_the_channel():
    """Nothing to tell and no feed answers: waited for, and as the time is up that is the digest."""
    world = World(limits=Limits(explain=0.05, await_news=2.9 * 3600))
    world.stories.stories = []

    async def nobody() -> CollectReport | None:
        return CollectReport(feeds_read=3)

    world.deliverer._composer._maker._last_round = nobody
    row = await world.run()
    looks = 0
    while row.state is DeliveryState.DUE:
        assert row.not_before is not None
        assert "No feed answered" in row.reason
        assert world.poster.posted == []
        looks += 1
        row = await world.deliverer.deliver(KEY, row.not_before)
        assert row is not None
    assert row.state is DeliveryState.SENT
    assert looks < 30
    assert row.sent_at is not None
    assert later(hours=2.9) < row.sent_at < later(hours=3)
    assert "No feed answered (3 asked)" in world.poster.posted[0][1].text


async def test_a_digest_waits_for_the_first_feed():
    """Nothing was read yet: it waits, and is made of the news once there is some."""
    world = World(limits=Limits(explain=0.05, await_news=2.9 * 3600))
    stories, world.stories.stories = world.stories.stories, []
    reports: deque[CollectReport | None] = deque([None, CollectReport(feeds_read=3)])

    async def last_round() -> CollectReport | None:
        return reports.popleft() if reports else await all_answered()

    world.deliverer._composer._maker._last_round = last_round
    row = await world.run()
    for _ in range(2):
        assert (row.state, row.tries) == (DeliveryState.DUE, 0)
        assert row.not_before is not None
        if not reports:
            world.stories.stories = stories
        row = await world.deliverer.deliver(KEY, row.not_before)
        assert row is not None
    assert row.state is DeliveryState.SENT
    assert world.poster.posted[0][1].text == "Harbor shrinks Pilot"
