"""
The recap of a week (pure): what a channel was told since Monday, most important first.

It stands in the last digest of an ISO week (Monday to Sunday in the channel's zone), below that
digest's own stories, which it does not repeat.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from bot.digest.choose import without_muted
from bot.digest.digest import RecapLine, Told
from bot.digest.preference import Preference
from bot.digest.schedule import due_on
from bot.explain.outgoing.check import Outgoing, about_story
from bot.explain.outgoing.named import shown_headline, shown_outlet
from bot.news.rank import Weights, score
from bot.news.stories import is_own
from bot.news.story import Story

MAX_RECAP_LINES = 10


def monday_of(on: date) -> date:
    """Return the first day of a date's ISO week."""
    return on - timedelta(days=on.isoweekday() - 1)


def is_last_of_week(preference: Preference, on: date) -> bool:
    """
    Return whether no further digest of *on*'s ISO week is planned after it.

    Raises:
        UnknownZone: The preference names no known zone.
    """
    rest = (on + timedelta(days=ahead) for ahead in range(1, 8 - on.isoweekday()))
    return all(due_on(replace(preference, on=True), day) is None for day in rest)


def recap(
    told_of_week: Sequence[Told],
    stories: Mapping[str, Story],
    preference: Preference,
    *,
    leave_out: AbstractSet[str] = frozenset(),
) -> tuple[RecapLine, ...]:
    """
    Return the stories told in a week, each once with its updates merged, most important first.

    Importance is the rank's score without age: a week's news does not matter less for being told
    on Monday. What is only known by its headline comes last, newest first. Of own feeds that serve
    here no more, nothing is repeated.

    Args:
        told_of_week: Told on dates of the week.
        stories: By id, as far as they are at hand.
        preference: The channel's; outlets muted since then are left out.
        leave_out: Ids of the stories that stand in the same digest, and of what they copy.
    """
    by_story: defaultdict[str, list[Told]] = defaultdict(list)
    for one in told_of_week:
        if leave_out.isdisjoint({one.story_id, one.event_id}):
            by_story[one.event_id].append(one)
    lines = [
        (_importance(stories.get(story_id), preference), line)
        for story_id, tellings in by_story.items()
        if (line := _line(tellings, stories.get(story_id), preference, stories)) is not None
    ]
    lines.sort(key=lambda pair: (-pair[0], -pair[1].last_on.toordinal(), pair[1].story_id))
    return tuple(line for _, line in lines[:MAX_RECAP_LINES])


def _line(
    tellings: Sequence[Told],
    story: Story | None,
    preference: Preference,
    stories: Mapping[str, Story],
) -> RecapLine | None:
    ordered = sorted(tellings, key=lambda one: (one.on, one.revision))
    newest = ordered[-1]
    seen = story and without_muted(story, preference.muted_outlets)
    if story is not None and seen is None:
        return None
    # Stories are kept for longer than a week: its feed was removed, or serves others now.
    withdrawn = is_own(newest.story_id) and newest.story_id not in stories
    if withdrawn and seen is None:
        return None
    return RecapLine(
        story_id=newest.story_id,
        headline=_headline("" if withdrawn else newest.headline, seen),
        first_on=ordered[0].on,
        last_on=newest.on,
        updates=len({one.revision for one in ordered}) - 1,
        message_ts=newest.channel_message_ts,
        url=seen.lead.url if seen else "",
        source=shown_outlet(seen.lead) if seen else "",
    )


@lru_cache(maxsize=64)  # many channels end their week with the same stories
def _headline(told: str, story: Story | None) -> str:
    """Return the headline that was told, when it may be posted, else what the story has instead."""
    if story is None:
        return Outgoing([told]).first([told])
    outgoing = about_story(story)
    return outgoing.first([told]) or shown_headline(story, outgoing)


def _importance(story: Story | None, preference: Preference) -> float:
    seen = story and without_muted(story, preference.muted_outlets)
    if not seen:
        return 0.0
    parts = score(
        seen, preference.topics, seen.latest_at, Weights(), dict(preference.topic_weights)
    )
    return parts.outlets + parts.authority + parts.topic_match
