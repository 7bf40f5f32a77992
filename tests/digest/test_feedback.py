"""Feedback under a story: what it changes, what it says, and how it is taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.digest.choose import choose
from bot.digest.feedback import apply_feedback, undo_feedback
from bot.digest.feedback_record import FeedbackKind
from bot.digest.give_feedback import GiveFeedback
from bot.digest.preference import MAX_TOPIC_WEIGHT, MIN_TOPIC_WEIGHT, validate
from bot.digest.spot import Asker
from bot.news.scope import Scope
from bot.news.topic import Topic
from tests.fakes.digest import NOW, FakeStories, make_channel, make_preference, make_story
from tests.fakes.preferences import ANNA, SPOT, FakeFeedback, Office

pytestmark = pytest.mark.anyio

HR = make_story("Recruiters test screening software", Topic.HR, Topic.GENERAL)
ART = make_story("Painter wins copyright case", Topic.ART)
TWO = make_story("Airline replaces call centre", outlets=("one.example", "two.example"))


def test_less_and_more_move_the_topic_in_half_steps_within_their_bounds():
    """Down to a quarter, up to double, and a click beyond says that nothing changed."""
    preference = make_preference()
    weights = []
    for kind in [FeedbackKind.NOT_FOR_US] * 5 + [FeedbackKind.MORE_LIKE] * 7:
        moved = apply_feedback(kind, HR, preference)
        preference = moved.preference
        weights.append(dict(preference.topic_weights).get(Topic.HR, 1.0))
        assert validate(preference) == []
    assert weights[:5] == [0.707107, 0.5, 0.353553, 0.25, 0.25]
    assert weights[-3:] == [1.414214, 2.0, 2.0]
    assert moved.effect.is_nothing
    assert "nothing changed" in moved.sentence


def test_a_weight_of_one_is_no_weight():
    """Back at the start, nothing is left in the preference."""
    less = apply_feedback(FeedbackKind.NOT_FOR_US, HR, make_preference())
    more = apply_feedback(FeedbackKind.MORE_LIKE, HR, less.preference)
    assert more.preference == make_preference()


def test_more_like_a_surprise_makes_its_topic_one_of_the_channels():
    """A weight on a topic that is not read would change nothing, so the topic is added."""
    preference = make_preference(topics=frozenset({Topic.HR}))
    moved = apply_feedback(FeedbackKind.MORE_LIKE, ART, preference)
    assert moved.preference.topics == {Topic.HR, Topic.ART}
    assert undo_feedback(moved.effect, moved.preference).preference == preference
    alone = replace(moved.preference, topics=frozenset({Topic.ART}))
    kept = undo_feedback(moved.effect, alone)
    assert kept.preference == alone
    assert "only topic left" in kept.sentence


def test_mute_takes_the_outlet_that_led_and_then_the_next():
    """Muting a story told by two mutes the leading one; again, the other; then nothing is left."""
    first = apply_feedback(FeedbackKind.MUTE, TWO, make_preference())
    second = apply_feedback(FeedbackKind.MUTE, TWO, first.preference)
    third = apply_feedback(FeedbackKind.MUTE, TWO, second.preference)
    assert second.preference.muted_outlets == {"one.example", "two.example"}
    assert first.effect.muted in first.sentence
    assert third.effect.is_nothing
    assert "muted here already" in third.sentence


@given(st.lists(st.sampled_from([FeedbackKind.NOT_FOR_US, FeedbackKind.MORE_LIKE]), max_size=12),
       st.randoms())  # fmt: skip
def test_undoing_everything_in_any_order_leads_back(kinds, random):
    """Each undo takes its own step back, whatever was clicked or undone in between."""
    preference = make_preference()
    effects = []
    for kind in kinds:
        moved = apply_feedback(kind, HR, preference)
        preference = moved.preference
        effects.append(moved.effect)
    total = sum(effect.steps for effect in effects)
    random.shuffle(effects)
    bounded = True
    for effect in effects:
        before = dict(preference.topic_weights).get(Topic.HR, 1.0)
        preference = undo_feedback(effect, preference).preference
        after = dict(preference.topic_weights).get(Topic.HR, 1.0)
        assert MIN_TOPIC_WEIGHT <= after <= MAX_TOPIC_WEIGHT
        bounded &= effect.steps == 0 or after != before
    # Only a step that ran against a bound on the way back can be lost.
    assert not bounded or preference == make_preference(), total


def test_weights_change_what_is_chosen():
    """A topic that counts less loses its place to one that counts as before; more wins it."""
    hr = make_story("Recruiters test screening software", Topic.HR, hours_ago=2)
    art = make_story("Painter wins copyright case", Topic.ART, hours_ago=3)

    def best(**weights: float) -> str:
        pairs = tuple((Topic(name), weight) for name, weight in weights.items())
        preference = make_preference(stories=1, topic_weights=pairs)
        return choose([hr, art], preference, [], NOW).chosen[0].story.headline

    assert best() == hr.headline
    assert best(hr=0.5) == art.headline
    assert best(art=2.0) == art.headline
    assert best(art=2.0, hr=2.0) == hr.headline


class Clicks:
    """A channel with a digest, and the use case."""

    def __init__(self) -> None:
        self.office = Office()
        self.office.channels.rows["T1", "C1"] = make_channel()
        self.feedback = FakeFeedback()
        own = make_story("Painter sues", Topic.ART, scope=Scope("T2"), id="s-other")
        self.use_case = GiveFeedback(
            desk=self.office.desk,
            stories=FakeStories(stories=[HR, TWO, own]),
            feedback=self.feedback,
            permissions=self.office.permissions,
        )

    async def give(self, kind: FeedbackKind, click: str, story_id: str = HR.id, asker=ANNA):
        return await self.use_case.give(
            kind, click_id=click, story_id=story_id, spot=SPOT, asker=asker, now=NOW
        )

    async def undo(self, click: str, spot=SPOT):
        return await self.use_case.undo(click, spot=spot, asker=ANNA, now=NOW)

    @property
    def preference(self):
        return self.office.channels.rows["T1", "C1"].preference


async def test_a_click_counts_once_and_can_be_undone_once():
    """The same click delivered five times is one; of two undos, one takes it back."""
    clicks = Clicks()
    answers = [await clicks.give(FeedbackKind.NOT_FOR_US, "click-1") for _ in range(5)]
    assert clicks.preference.topic_weights == ((Topic.HR, 0.707107),)
    assert answers[0].feedback_id == answers[4].feedback_id == "click-1"
    assert "HR & Recruiting counts less" in answers[0].sentence
    assert "Undone" in (await clicks.undo("click-1")).sentence
    assert "already" in (await clicks.undo("click-1")).sentence
    assert clicks.preference == make_channel().preference


async def test_undo_keeps_what_else_changed_meanwhile():
    """Exactly the one part goes back; other clicks and settings stay."""
    clicks = Clicks()
    await clicks.give(FeedbackKind.MUTE, "click-1", TWO.id)
    await clicks.give(FeedbackKind.NOT_FOR_US, "click-2")
    stored = clicks.office.channels.rows["T1", "C1"]
    changed = replace(stored.preference, stories=7)
    await clicks.office.channels.save(replace(stored, preference=changed))
    await clicks.undo("click-1")
    assert clicks.preference == make_preference(stories=7, topic_weights=((Topic.HR, 0.707107),))
    assert clicks.feedback.rows["click-1"].outlet == "one.example"


async def test_clicks_that_change_nothing_say_why():
    """Somebody outside, an unknown or foreign story, another channel's click, no digest."""
    clicks = Clicks()
    outsider = await clicks.give(FeedbackKind.MUTE, "1", asker=Asker(user_id="U9"))
    assert "join the channel" in outsider.sentence
    for story_id in ("gone", "s-other"):
        assert "too old" in (await clicks.give(FeedbackKind.MUTE, "2", story_id)).sentence
    await clicks.give(FeedbackKind.MUTE, "3")
    elsewhere = await clicks.undo("3", replace(SPOT, channel_id="C2"))
    assert "nothing to undo" in elsewhere.sentence
    clicks.office.channels.rows.clear()
    assert "no digest" in (await clicks.give(FeedbackKind.MUTE, "4")).sentence
    assert set(clicks.feedback.rows) == {"3"}
