"""Builders of digests with sensible defaults; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from bot.digest.digest import ChosenStory, Digest, DigestItem, Told
from bot.digest.preference import Preference
from bot.explain.explanation import (
    ExplainedTerm,
    Explanation,
    ExplanationKey,
    Form,
    Level,
    Source,
)
from bot.news.entry import Entry
from bot.news.rank import Score
from bot.news.story import Story
from bot.news.topic import Topic

MONDAY = date(2026, 3, 2)
MADE_AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def make_entry(**changes: Any) -> Entry:
    values: dict[str, Any] = {
        "id": "e1",
        "feed_url": "https://theledger.example/feed",
        "outlet": "theledger.example",
        "outlet_name": "The Ledger",
        "title": "Harbor releases Pilot 2.1",
        "url": "https://theledger.example/pilot",
        "url_key": "theledger.example/pilot",
        "text": "Harbor Labs released version 2.1 of its model Pilot.",
        "language": "en",
        "weight": 0.7,
        "seen_at": MADE_AT,
        "published_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    }
    return Entry(**{**values, **changes})


def make_story(story_id: str = "s1", **changes: Any) -> Story:
    values: dict[str, Any] = {
        "id": story_id,
        "entries": (make_entry(id=f"{story_id}-e1"),),
        "topics": (Topic.SOFTWARE_DEVELOPMENT,),
        "language": "en",
    }
    return Story(**{**values, **changes})


def make_explanation(story_id: str = "s1", **changes: Any) -> Explanation:
    key = ExplanationKey(
        story_id=story_id,
        revision=changes.pop("revision", 1),
        form=changes.pop("form", Form.DIGEST),
        level=Level.NEWCOMER,
        language="en",
        prompt_version="p1",
    )
    values: dict[str, Any] = {
        "key": key,
        "headline": "Harbor's small model now runs on a phone",
        "means_for_reader": "Text that must stay in the house can be worked on there.",
        "in_short": "Harbor Labs released version 2.1 of its model Pilot on Thursday.",
        "paragraphs": (
            (
                "The trick is quantisation: the numbers inside the model are rounded, as one rounds "
                'prices to whole euros. Harbor says answers lose "under two points" on its own test; '
                "nobody outside has checked that yet."
            ),
        ),
        "terms": (
            ExplainedTerm(
                term="quantisation",
                meaning="the numbers inside a model are rounded",
                comparison="as one rounds prices to whole euros",
            ),
        ),
        "why_it_matters": "Contracts or patient notes can be worked on without sending them out.",
        "what_is_new": None,
        "topics": (Topic.SOFTWARE_DEVELOPMENT, Topic.WRITING),
        "sources": (
            Source(name="Harbor Labs", url="https://harbor.example/pilot-2-1"),
            Source(name="The Ledger", url="https://theledger.example/pilot"),
        ),
        "basis": "full text",
        "written_by": "azure",
        "written_at": MADE_AT,
    }
    return Explanation(**{**values, **changes})


def make_item(
    story_id: str = "s1",
    *,
    update_of: Told | None = None,
    surprise: bool = False,
    **explanation: Any,
) -> DigestItem:
    chosen = ChosenStory(
        story=make_story(story_id), score=Score(total=1.0), update_of=update_of, surprise=surprise
    )
    return DigestItem(chosen=chosen, explanation=make_explanation(story_id, **explanation))


def make_digest(*items: DigestItem, **changes: Any) -> Digest:
    values: dict[str, Any] = {
        "preference": Preference(on=True, zone="Europe/Berlin"),
        "digest_on": MONDAY,
        "made_at": MADE_AT,
        "items": items,
        "feeds_read": 31,
        "feeds_answered": 29,
    }
    return Digest(**{**values, **changes})
