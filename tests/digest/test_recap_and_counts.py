"""The recap of a week, and how many stories each topic had."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.digest.digest import Told
from bot.digest.make import DigestMaker
from bot.digest.preference import WORKDAYS, Weekday
from bot.digest.recap import MAX_RECAP_LINES, is_last_of_week, monday_of, recap
from bot.digest.topic_counts import topics_of_last_week
from bot.digest.transitions import opened
from bot.news.scope import Scope
from bot.news.topic import Topic
from tests.fakes.digest import (
    NOW,
    DeliveryKey,
    FakeChannels,
    FakeDeliveries,
    FakeExplainer,
    FakeStories,
    all_answered,
    make_channel,
    make_preference,
    make_story,
)

pytestmark = pytest.mark.anyio

MONDAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


def told(story_id: str, day: int, revision: int = 1, **changes: object) -> Told:
    """Return that a story was told on a day of the week, 1 being Monday."""
    one = Told(
        story_id=story_id,
        revision=revision,
        on=MONDAY + timedelta(days=day - 1),
        headline=f"{story_id} v{revision}",
        channel_message_ts=f"ts-{day}",
    )
    return replace(one, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("on", "days", "paused_until", "last"),
    [
        (FRIDAY, WORKDAYS, None, True),
        (FRIDAY - timedelta(days=1), WORKDAYS, None, False),
        (FRIDAY, frozenset(Weekday), None, False),
        (date(2026, 3, 8), frozenset(Weekday), None, True),
        (MONDAY, frozenset({Weekday.MON}), None, True),
        (MONDAY, frozenset({Weekday.MON, Weekday.SUN}), None, False),
        (MONDAY, WORKDAYS, date(2026, 3, 20), True),
    ],
)
def test_the_last_digest_of_an_iso_week(on, days, paused_until, last):
    """It is the last planned day from Monday to Sunday; a pause over the rest counts."""
    preference = make_preference(days=days, paused_until=paused_until)
    assert is_last_of_week(preference, on) is last


def test_the_last_day_is_found_where_a_date_vanishes():
    """Apia skipped Friday 30 December 2011: with days Monday to Friday, Thursday was the last."""
    preference = make_preference(days=WORKDAYS, zone="Pacific/Apia")
    assert is_last_of_week(preference, date(2011, 12, 29))


def test_the_week_begins_on_monday():
    """ISO weeks run from Monday to Sunday."""
    assert monday_of(date(2026, 3, 8)) == MONDAY == monday_of(MONDAY)


def test_most_important_first_with_updates_merged():
    """A story told three times is one line with its newest words; more outlets come first."""
    small = make_story("Small thing", id="small", hours_ago=1)
    big = make_story("Big thing", id="big", outlets=("a.example", "b.example", "c.example"))
    week = [told("small", 4), told("big", 1), told("big", 3, 2), told("lost", 2), told("big", 4, 3)]
    lines = recap(week, {"small": small, "big": big}, make_preference())
    assert [line.story_id for line in lines] == ["big", "small", "lost"]
    first = lines[0]
    assert (first.headline, first.updates, first.message_ts) == ("big v3", 2, "ts-4")
    assert (first.first_on, first.last_on) == (MONDAY, MONDAY + timedelta(days=3))
    assert first.url == big.lead.url
    assert (lines[2].url, lines[2].headline) == ("", "lost v1")


def test_age_does_not_count_what_was_muted_since_is_out_and_lines_are_bounded():
    """Monday's news matters as much as Friday's; a muted outlet does not come back in the recap."""
    old = make_story("Old", id="old", outlets=("a.example", "b.example"), hours_ago=120)
    new = make_story("New", id="new", hours_ago=1)
    muted = make_story("Muted", id="muted", outlets=("m.example",))
    stories = {story.id: story for story in (old, new, muted)}
    preference = make_preference(muted_outlets=frozenset({"m.example"}))
    week = [told("new", 4), told("old", 1), told("muted", 2)]
    assert [line.story_id for line in recap(week, stories, preference)] == ["old", "new"]
    assert recap(week, stories, preference, leave_out={"old", "new"}) == ()
    many = [told(f"s{n}", 1) for n in range(30)]
    assert len(recap(many, {}, preference)) == MAX_RECAP_LINES


def test_what_own_feeds_told_goes_with_them():
    """A removed feed's headlines are not told again: no line, or what others told of the event."""
    here = make_story("A bank's own news", id="o_here")
    event = make_story("A bank opens its model", id="s_event")
    stories = {"o_here": here, "s_event": event}
    week = [told("o_here", 1), told("o_gone", 2), told("o_copy", 3, copy_of="s_event")]
    lines = {line.story_id: line.headline for line in recap(week, stories, make_preference())}
    assert lines == {"o_here": "o_here v1", "o_copy": "A bank opens its model"}


async def test_the_maker_puts_the_recap_into_the_weeks_last_digest_only():
    """On Friday, with the switch on: what was told since Monday, without what stands above it."""
    channels = FakeChannels()
    deliveries = FakeDeliveries(channels)
    today = make_story("Fresh today", id="today", hours_ago=-90)
    deliveries.told_before = [told("a", 1), told("b", -2), told("today", 3)]
    maker = DigestMaker(
        stories=FakeStories(stories=[replace(today, revisions=())]),
        deliveries=deliveries,
        explainer=FakeExplainer(),
        last_round=all_answered,
    )

    async def recap_of(on: date, **changes: object) -> list[str]:
        channel = make_channel(days=WORKDAYS, **changes)
        key = DeliveryKey(workspace_id="T1", channel_id="C1", on=on)
        now = NOW + (on - MONDAY)
        digest = await maker.make(channel, opened(key, now), now)
        return [line.story_id for line in digest.recap]

    assert await recap_of(FRIDAY, weekly_recap=True) == ["today", "a"]
    assert await recap_of(FRIDAY) == []
    assert await recap_of(FRIDAY - timedelta(days=1), weekly_recap=True) == []


async def test_topics_are_counted_over_a_week():
    """Each story counts for each of its topics; older ones and other workspaces' do not."""
    stories = FakeStories(
        stories=[
            make_story("One", Topic.HR, Topic.SALES),
            make_story("Two", Topic.HR, hours_ago=160),
            make_story("Old", Topic.HR, hours_ago=170),
            make_story("Own", Topic.ART, scope=Scope("T1")),
            make_story("Other", Topic.ART, scope=Scope("T2")),
        ]
    )
    counts = await topics_of_last_week(stories, Scope("T1", "C1"), NOW)
    assert (counts[Topic.HR], counts[Topic.SALES], counts[Topic.ART]) == (2, 1, 1)
    assert list(counts) == list(Topic)
