"""How much a story matters to one preference: a linear score whose parts `preview` prints."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from bot.news.story import Story
from bot.news.terms import is_trade_word, term_counts
from bot.news.topic import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """
    The parts of a story's score; `total` is what stories are ordered by.

    Attributes:
        outlets, authority, topic_match, recency_factor: As weighed by `rank`.
    """

    total: float
    outlets: float = 0.0
    authority: float = 0.0
    topic_match: float = 0.0
    recency_factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """
    What counts how much. The numbers are a proposal from comparing peers, not a measurement.

    Attributes:
        outlets: Times log2(1 + owners that told it): the fourth outlet says less than the second.
        authority: Times the best feed's weight (0..1).
        topic_match: Times how well the story's topics are among those asked for (0..1).
        half_life_hours: After so many hours a story counts half.
        undated_hours: A story that nobody dated is taken to be so much older than its first sight,
            since feeds without dates bring old posts; otherwise it would be the freshest of all.
    """

    outlets: float = 1.0
    authority: float = 0.6
    topic_match: float = 0.8
    half_life_hours: float = 24.0
    undated_hours: float = 12.0


# A story about one's second topic is still for one, a third one less.
_PLACE_VALUES = (1.0, 0.6, 0.4)
_TRADE_WORD_VALUE = 0.25


def rank(
    stories: Iterable[Story],
    topics: Collection[Topic],
    now: datetime,
    weights: Weights = Weights(),
    topic_weights: Mapping[Topic, float] | None = None,
) -> list[tuple[Story, Score]]:
    """
    Return stories with their scores, best first; ties in the order of their ids.

    Args:
        stories: Those that may be chosen.
        topics: What the channel reads.
        now: Aware UTC. A story ages from its first telling, or from its last revision.
        weights: What counts how much.
        topic_weights: Factors on the match of single topics, from feedback; 1 where none is given.
    """
    scored = [(story, score(story, topics, now, weights, topic_weights)) for story in stories]
    return sorted(scored, key=lambda pair: (-pair[1].total, pair[0].id))


def score(
    story: Story,
    topics: Collection[Topic],
    now: datetime,
    weights: Weights,
    topic_weights: Mapping[Topic, float] | None = None,
) -> Score:
    """Return one story's score; every part is already weighed."""
    outlets = weights.outlets * math.log2(1 + len(story.outlets))
    authority = weights.authority * max(entry.weight for entry in story.entries)
    match = weights.topic_match * topic_match(story, topics, topic_weights)
    undated = not story.revisions and all(entry.published_at is None for entry in story.entries)
    at = news_at(story) - timedelta(hours=weights.undated_hours if undated else 0.0)
    recency = recency_factor(at, now, weights.half_life_hours)
    total = (outlets + authority + match) * recency
    return Score(
        total=total,
        outlets=outlets,
        authority=authority,
        topic_match=match,
        recency_factor=recency,
    )


def news_at(story: Story) -> datetime:
    """Return when the story was last new: its last revision, else its first telling."""
    return story.revisions[-1].at if story.revisions else story.first_at


def recency_factor(at: datetime, now: datetime, half_life_hours: float) -> float:
    """Return 1 for now and for the future, one half after a half-life, and so on."""
    age = max(now - at, timedelta(0))
    return math.exp2(-(age / timedelta(hours=1)) / half_life_hours)


def topic_match(
    story: Story, topics: Collection[Topic], topic_weights: Mapping[Topic, float] | None = None
) -> float:
    """
    Return 1 when the story's first topic is asked for, less for its second and third, else 0.

    Each is multiplied by its topic's weight, if it has one.
    """
    factors = topic_weights or {}
    return max(
        (
            value * factors.get(topic, 1.0)
            for value, topic in zip(_PLACE_VALUES, story.topics, strict=False)
            if topic in topics
        ),
        default=0.0,
    )


def similarity(story_a: Story, story_b: Story) -> float:
    """Return how alike two stories are, 0 to 1, by the words of what was told."""
    (a, squared_a), (b, squared_b) = _words(story_a), _words(story_b)
    if len(a) > len(b):
        a, b = b, a
    lengths = math.sqrt(squared_a * squared_b)
    shared = sum(value * b[term] for term, value in a.items() if term in b)
    return min(1.0, shared / lengths) if lengths else 0.0


# A story is compared again and again, for every channel; a few days of stories fit, at about 30 kB
# each.
@lru_cache(maxsize=1_024)
def _words(story: Story) -> tuple[dict[str, float], float]:
    """Return the words of a story by weight, and the sum of the weights squared; not to be changed."""
    counts: dict[str, float] = defaultdict(float)
    for entry in story.entries[:6]:
        found = term_counts(entry.title, entry.text[:1_500], entry.language or "")
        for term, count in found.items():
            counts[term] += count
    words = {
        term: (1.0 + math.log(max(count, 1.0)))
        * (_TRADE_WORD_VALUE if is_trade_word(term) else 1.0)
        for term, count in counts.items()
    }
    return words, sum(value * value for value in words.values())
