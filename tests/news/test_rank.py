"""Scores, their order, and the spread of what is picked."""

from __future__ import annotations

import pytest

from bot.news.rank import rank, similarity
from bot.news.story import Revision, Story
from bot.news.topic import ALL_TOPICS, Topic
from tests.fakes.news import NOW, make_entry

WORDS = "Harbor releases Pilot", "Court fines Quillon", "Choir sings in Ghent", "Calder delays chip"


def story(
    key: str, title: str = "Harbor releases Pilot", *, outlets: int = 1, hours: float = 0.0,
    topic: Topic = Topic.GENERAL, weight: float = 0.5, name: str = "O",
) -> Story:  # fmt: skip
    entries = tuple(
        make_entry(title, hours_ago=hours, outlet=f"{name} {n}", weight=weight)
        for n in range(outlets)
    )
    return Story(id=key, entries=entries, topics=(topic,), language="en")


def test_parts():
    """The score is the sum of its printed parts, times recency."""
    ((_, score),) = rank([story("s", outlets=3, hours=24.0, weight=0.9)], ALL_TOPICS, NOW)

    assert score.outlets == pytest.approx(2.0)
    assert score.authority == pytest.approx(0.54)
    assert score.topic_match == pytest.approx(0.8)
    assert score.recency_factor == pytest.approx(0.5)
    assert score.total == pytest.approx((2.0 + 0.54 + 0.8) * 0.5)


def test_undated_is_not_the_freshest():
    """A feed without dates brings old posts, too: an undated story stands behind today's news."""
    entry = make_entry("Harbor releases Pilot", hours_ago=0.0, published_at=None)
    undated = Story(id="a", entries=(entry,), topics=(Topic.GENERAL,), language="en")
    ranked = rank([undated, story("b", hours=3.0)], ALL_TOPICS, NOW)

    assert [found.id for found, _ in ranked] == ["b", "a"]


def test_one_owner_counts_once():
    """Several feeds of one owner are one outlet."""
    twice = tuple(make_entry("x", outlet="A", url=f"https://a.example/{n}") for n in range(3))
    ((_, score),) = rank([Story(id="s", entries=twice, topics=(), language="en")], ALL_TOPICS, NOW)

    assert score.outlets == pytest.approx(1.0)


def test_topics_asked_for():
    """A story's first topic counts most; one that nobody asked for counts nothing."""
    asked = {Topic.DESIGN}
    stories = [story("a", topic=Topic.HR), story("b", topic=Topic.DESIGN)]

    assert [s.id for s, _ in rank(stories, asked, NOW)] == ["b", "a"]
    assert rank(stories, asked, NOW)[1][1].topic_match == 0.0


def test_update_is_new_again():
    """A story ages from its last revision."""
    old = story("s", hours=48.0)
    update = Revision(number=2, entry_id="e", at=NOW, novelty="figure", detail="4 GB")
    updated = Story(
        id="s", entries=old.entries, topics=old.topics, language="en", revisions=(update,)
    )

    assert rank([updated], ALL_TOPICS, NOW)[0][1].recency_factor == 1.0


def test_total_order():
    """Equal scores are ordered by id, whatever order they come in."""
    stories = [story(key) for key in "cab"]

    assert [s.id for s, _ in rank(stories, ALL_TOPICS, NOW)] == ["a", "b", "c"]


def test_similarity():
    """A story is like itself, tellings of one event are alike, other events hardly."""
    one = story("a", "Harbor releases language model Pilot")
    other = story("b", "Harbor puts language model Pilot online")

    assert similarity(one, one) == pytest.approx(1.0)
    assert similarity(one, other) == similarity(other, one) > 0.2
    assert similarity(one, story("c", "Choir sings in Ghent")) == 0.0
    assert similarity(story("d", ""), story("e", "")) == 0.0
