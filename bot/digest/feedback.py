"""
What feedback under a story changes in a channel's preference, and how it is taken back (pure).

Weights move in half steps of two (…, 0.71, 1, 1.41, 2), so that taking one step back is exact
whatever other steps were made meanwhile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from bot.digest.choose import without_muted
from bot.digest.feedback_record import Effect, FeedbackKind
from bot.digest.preference import MAX_TOPIC_WEIGHT, MIN_TOPIC_WEIGHT, Preference
from bot.explain.outgoing.named import shown_outlet
from bot.news.story import Story
from bot.news.topic import Topic

_MIN_STEP = round(2 * math.log2(MIN_TOPIC_WEIGHT))
_MAX_STEP = round(2 * math.log2(MAX_TOPIC_WEIGHT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The preference after feedback, what changed in it, and the sentence that says so."""

    preference: Preference
    effect: Effect
    sentence: str


def apply_feedback(kind: FeedbackKind, story: Story, preference: Preference) -> Moved:
    """Return the preference after a click under *story*; feedback on answers changes nothing."""
    if kind is FeedbackKind.MUTE:
        return _mute(story, preference)
    if kind not in {FeedbackKind.MORE_LIKE, FeedbackKind.NOT_FOR_US}:
        return Moved(preference=preference, effect=Effect(), sentence="Thank you for saying so.")
    topic = _topic_of(story, preference)
    if kind is FeedbackKind.MORE_LIKE and topic not in preference.topics:
        return Moved(
            preference=replace(preference, topics=preference.topics | {topic}),
            effect=Effect(topic=topic, topic_added=True),
            sentence=f"What this changed: {topic.label} is now one of this channel's topics.",
        )
    return _move(preference, topic, +1 if kind is FeedbackKind.MORE_LIKE else -1)


def undo_feedback(effect: Effect, preference: Preference) -> Moved:
    """Return the preference without what *effect* changed; whatever else changed since stays."""
    if effect.muted:
        return Moved(
            preference=replace(preference, muted_outlets=preference.muted_outlets - {effect.muted}),
            effect=Effect(),
            sentence=f"Undone: stories from {effect.muted} can appear here again.",
        )
    if effect.topic is None:
        return Moved(preference=preference, effect=effect, sentence="There is nothing to undo.")
    label = effect.topic.label
    if not effect.topic_added:
        return Moved(
            preference=_with_step(
                preference, effect.topic, _step(preference, effect.topic) - effect.steps
            ),
            effect=Effect(),
            sentence=f"Undone: {label} counts again as it did before that click.",
        )
    rest = preference.topics - {effect.topic}
    if not rest:
        return Moved(
            preference=preference,
            effect=effect,
            sentence=f"{label} is the only topic left here, so it stays; choose others first with "
            "`/digest topics`.",
        )
    return Moved(
        preference=replace(preference, topics=rest),
        effect=Effect(),
        sentence=f"Undone: {label} is no topic of this channel any more.",
    )


def _mute(story: Story, preference: Preference) -> Moved:
    seen = without_muted(story, preference.muted_outlets)
    if seen is None:
        sentence = f"{shown_outlet(story.lead)} is muted here already; nothing changed."
        return Moved(preference=preference, effect=Effect(), sentence=sentence)
    lead = seen.lead
    return Moved(
        preference=replace(preference, muted_outlets=preference.muted_outlets | {lead.outlet}),
        effect=Effect(muted=lead.outlet),
        sentence=f"What this changed: stories told only by {shown_outlet(lead)} ({lead.outlet}) do not "
        "appear in this channel any more.",
    )


def _topic_of(story: Story, preference: Preference) -> Topic:
    """Return the topic for which the story got in; its first one when it was the surprise."""
    read = (topic for topic in story.topics if topic in preference.topics)
    return next(read, story.topics[0] if story.topics else Topic.GENERAL)


def _move(preference: Preference, topic: Topic, step: int) -> Moved:
    old = _step(preference, topic)
    new = min(_MAX_STEP, max(_MIN_STEP, old + step))
    more = "more" if step > 0 else "less"
    if new == old:
        sentence = (
            f"{topic.label} counts as much {more} as it can already; nothing changed. "
            "`/digest topics` leaves a topic out altogether."
        )
        return Moved(preference=preference, effect=Effect(), sentence=sentence)
    weight = _weight(new)
    return Moved(
        preference=_with_step(preference, topic, new),
        effect=Effect(topic=topic, steps=new - old),
        sentence=f"What this changed: {topic.label} counts {more} in this channel's choice of "
        f"stories ({weight:.2g} times the usual).",
    )


def _step(preference: Preference, topic: Topic) -> int:
    return round(2 * math.log2(dict(preference.topic_weights).get(topic, 1.0)))


def _weight(step: int) -> float:
    return round(math.exp2(step / 2), 6)


def _with_step(preference: Preference, topic: Topic, step: int) -> Preference:
    weights = dict(preference.topic_weights)
    weights[topic] = _weight(min(_MAX_STEP, max(_MIN_STEP, step)))
    kept = tuple((one, weights[one]) for one in Topic if weights.get(one, 1.0) != 1.0)
    return replace(preference, topic_weights=kept)
