"""
Which stories a channel gets (pure): what is new to it, in its topics, no event twice, one surprise.

Every candidate that does not get in has a reason for people; `preview` prints them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.digest.digest import ChosenStory, Told
from bot.digest.memory import Memory, one_event
from bot.digest.preference import Preference
from bot.news import rank as ranking
from bot.news.rank import Score
from bot.news.story import LeftOut, Story
from bot.news.topic import ALL_TOPICS, Topic

# How far back a digest looks when the last one is longer ago: a weekend and a day.
WINDOW = timedelta(hours=72)
MAX_PER_TOPIC = 2
# One busy outlet does not make the day.
MAX_PER_OUTLET = 2
# With one story, a surprise would be all there is.
_MIN_STORIES_FOR_SURPRISE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What got in, in the order of the digest, and what did not."""

    chosen: tuple[ChosenStory, ...]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """`seen` is the story without muted outlets; `whole` is what is explained and recorded."""

    whole: Story
    seen: Story
    score: Score | None = None
    update_of: Told | None = None


def choose(
    stories: Iterable[Story],
    preference: Preference,
    told: Sequence[Told],
    now: datetime,
    *,
    since: datetime | None = None,
) -> Selection:
    """
    Choose at most `preference.stories` stories, best first, a surprise last.

    The surprise is the best story outside the channel's topics that clears the same bar: ranked
    without regard to topics, it is at least as good as the weakest story beside it. Without any
    story in the channel's topics there is no bar, and no surprise.

    Args:
        stories: Known stories that the channel may see, each event once.
        preference: The channel's.
        told: What the channel was told in the last 14 days.
        now: Aware instant.
        since: When the last digest was due; None, or longer ago than 72 h, means 72 h.
    """
    known = {story.id: story for story in stories}
    sieve = _Sieve(preference, Memory(told, known), now, since)
    ranked = _ranked(sieve.candidates(known.values()), preference, now)
    inside = [candidate for candidate in ranked if _wanted(candidate, preference)]
    outside = [candidate for candidate in ranked if not _wanted(candidate, preference)]
    chosen = sieve.pick(inside, preference.stories)
    surprise = sieve.surprise(outside, chosen, now)
    return sieve.selection(chosen, surprise)


def window_start(now: datetime, since: datetime | None) -> datetime:
    """Return the instant from which a story counts as new."""
    earliest = now - WINDOW
    return earliest if since is None else max(since, earliest)


def without_muted(story: Story, muted_outlets: frozenset[str]) -> Story | None:
    """Return the story as told by the other outlets; None when only muted ones told it."""
    if not muted_outlets & story.outlets:
        return story
    kept = tuple(entry for entry in story.entries if entry.outlet not in muted_outlets)
    return replace(story, entries=kept) if kept else None


class _Sieve:
    """Collects the reasons of what falls through while it sorts."""

    def __init__(
        self, preference: Preference, memory: Memory, now: datetime, since: datetime | None
    ) -> None:
        self._preference = preference
        self._memory = memory
        self._start = window_start(now, since)
        self._earliest = window_start(now, None)
        self._left_out: list[LeftOut] = []

    def candidates(self, stories: Iterable[Story]) -> list[_Candidate]:
        found = (self._candidate(story) for story in stories)
        return [candidate for candidate in found if candidate is not None]

    def _candidate(self, story: Story) -> _Candidate | None:
        seen = without_muted(story, self._preference.muted_outlets)
        before = self._memory.of_story(story)
        if seen is None:
            self._leave_out(story, "told only by outlets that this channel muted")
        elif before is not None and before.revision >= story.revision:
            self._leave_out(story, f"already told on {before.on:%A} ({before.on})")
        elif not _is_new(seen, self._start, self._earliest):
            self._leave_out(story, "older than the last digest")
        else:
            return _Candidate(whole=story, seen=seen, update_of=before)
        return None

    def pick(self, ranked: Sequence[_Candidate], slots: int) -> list[_Candidate]:
        """Return the best, at most two of one leading topic or outlet unless there is nothing else."""
        chosen: list[_Candidate] = []
        deferred: list[_Candidate] = []
        per_topic: Counter[Topic] = Counter()
        per_outlet: Counter[str] = Counter()
        for candidate in ranked:
            topic, outlet = self._leading_topic(candidate), _sole_outlet(candidate)
            crowded = per_topic[topic] >= MAX_PER_TOPIC or (
                outlet != "" and per_outlet[outlet] >= MAX_PER_OUTLET
            )
            if len(chosen) >= slots or crowded:
                deferred.append(candidate)
            elif self._is_fresh(candidate, chosen):
                per_topic[topic] += 1
                per_outlet[outlet] += 1
                chosen.append(candidate)
        for candidate in deferred:
            if len(chosen) >= slots:
                self._crowded_out(candidate, per_topic, len(chosen))
            elif self._is_fresh(candidate, chosen):
                chosen.append(candidate)
        order = {candidate.whole.id: place for place, candidate in enumerate(ranked)}
        return sorted(chosen, key=lambda candidate: order[candidate.whole.id])

    def surprise(
        self, outside: Sequence[_Candidate], chosen: list[_Candidate], now: datetime
    ) -> _Candidate | None:
        """Return the surprise, and take the last of *chosen* out when it needs its place."""
        beside = chosen[: self._preference.stories - 1]
        found: _Candidate | None = None
        if beside and self._preference.stories >= _MIN_STORIES_FOR_SURPRISE:
            neutral = _neutral_totals([*outside, *beside], self._preference, now)
            bar = min(neutral[candidate.whole.id] for candidate in beside)
            found = self._first_above(outside, beside, neutral, bar)
        for candidate in outside:
            if candidate is not found:
                self._other_topic(candidate)
        if found is not None and len(chosen) > len(beside):
            self._leave_out(chosen.pop().whole, "gave its place to the surprise of this digest")
        return found

    def _first_above(
        self,
        outside: Sequence[_Candidate],
        beside: Sequence[_Candidate],
        neutral: dict[str, float],
        bar: float,
    ) -> _Candidate | None:
        for candidate in sorted(outside, key=lambda one: -neutral[one.whole.id]):
            if neutral[candidate.whole.id] < bar:
                return None
            if self._same_event(candidate, beside) is None:
                return candidate
        return None

    def selection(self, chosen: list[_Candidate], surprise: _Candidate | None) -> Selection:
        picked = [_chosen(candidate, surprise=False) for candidate in chosen]
        if surprise is not None:
            picked.append(_chosen(surprise, surprise=True))
        return Selection(chosen=tuple(picked), left_out=tuple(self._left_out))

    def _is_fresh(self, candidate: _Candidate, chosen: Sequence[_Candidate]) -> bool:
        reason = self._same_event(candidate, chosen)
        if reason is not None:
            self._leave_out(candidate.whole, reason)
        return reason is None

    def _same_event(self, candidate: _Candidate, chosen: Sequence[_Candidate]) -> str | None:
        """Return why this event is known already under another story, or None."""
        for other in chosen:
            if one_event(candidate.seen, other.seen):
                return f"the same event as “{other.whole.headline}”"
        before = None if candidate.update_of else self._memory.of_event(candidate.seen)
        if before is None:
            return None
        return f"the same event as “{before.headline}”, told on {before.on:%A} ({before.on})"

    def _leading_topic(self, candidate: _Candidate) -> Topic:
        topics = candidate.whole.topics
        wanted = (topic for topic in topics if topic in self._preference.topics)
        return next(wanted, Topic.GENERAL)

    def _crowded_out(self, candidate: _Candidate, per_topic: Counter[Topic], count: int) -> None:
        topic = self._leading_topic(candidate)
        if per_topic[topic] >= MAX_PER_TOPIC and count > MAX_PER_TOPIC:
            self._leave_out(
                candidate.whole, f"{MAX_PER_TOPIC} better stories about {topic.label} are in"
            )
        else:
            self._leave_out(candidate.whole, f"ranked below the {count} chosen")

    def _other_topic(self, candidate: _Candidate) -> None:
        labels = ", ".join(topic.label for topic in candidate.whole.topics)
        self._leave_out(
            candidate.whole, f"about {labels or 'no known topic'}, not a topic of this channel"
        )

    def _leave_out(self, story: Story, reason: str) -> None:
        self._left_out.append(LeftOut(headline=story.headline, reason=reason, url=story.lead.url))


def _ranked(
    candidates: Sequence[_Candidate], preference: Preference, now: datetime
) -> list[_Candidate]:
    by_id = {candidate.whole.id: candidate for candidate in candidates}
    scored = ranking.rank(
        [candidate.seen for candidate in candidates],
        preference.topics,
        now,
        topic_weights=dict(preference.topic_weights),
    )
    return [replace(by_id[story.id], score=score) for story, score in scored]


def _neutral_totals(
    candidates: Sequence[_Candidate], preference: Preference, now: datetime
) -> dict[str, float]:
    """Return each story's total as if every topic were read; what feedback said of topics counts."""
    scored = ranking.rank(
        [candidate.seen for candidate in candidates],
        ALL_TOPICS,
        now,
        topic_weights=dict(preference.topic_weights),
    )
    return {story.id: score.total for story, score in scored}


def _sole_outlet(candidate: _Candidate) -> str:
    """Return the outlet that alone tells this story, else ""."""
    outlets = candidate.seen.outlets
    return next(iter(outlets)) if len(outlets) == 1 else ""


def _wanted(candidate: _Candidate, preference: Preference) -> bool:
    return not preference.topics.isdisjoint(candidate.whole.topics)


def _is_new(story: Story, start: datetime, earliest: datetime) -> bool:
    """
    Return whether an entry was published, or first seen by us, at or after *start*.

    What a new feed brings from before *earliest* is no news, though seen for the first time.
    """
    return any(
        entry.at >= earliest and max(entry.at, entry.seen_at) >= start for entry in story.entries
    )


def _chosen(candidate: _Candidate, *, surprise: bool) -> ChosenStory:
    return ChosenStory(
        story=candidate.whole,
        score=candidate.score or Score(total=0.0),
        update_of=candidate.update_of,
        surprise=surprise,
    )
