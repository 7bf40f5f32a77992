"""Which story of a digest a message is about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.thread import StoredTurn, ThreadKey, ThreadMemory
from bot.chat.turns import new_memory
from bot.chat.which_story import (
    AboutDigest,
    AboutStory,
    AskWhich,
    NoSuchStory,
    ToldStory,
    which_story,
)
from tests.fakes.chat import NOW

STORIES = (
    ToldStory(
        number=1,
        story_id="s1",
        revision=1,
        headline="Microsoft and OpenAI: the partnership stays as it is",
        outlets=("Financial Times",),
    ),
    ToldStory(
        number=2,
        story_id="s2",
        revision=2,
        headline="Harbor's small model Pilot now runs on a phone",
        outlets=("The Ledger", "Harbor Labs"),
        more="The weights take 4 GB of memory.",
    ),
    ToldStory(
        number=3,
        story_id="s3",
        revision=1,
        headline="A choir of voices, all from one singer",
        outlets=("Daily Signal",),
    ),
)
KEY = ThreadKey(workspace_id="T1", channel_id="C1", thread_ts="1.0")


def said(story_id: str | None, ts: str = "2.0") -> StoredTurn:
    return StoredTurn(role="user", text="…", ts=ts, at=NOW, user_id="U1", story_id=story_id)


EMPTY = new_memory(KEY, NOW)
FOCUS_3 = replace(EMPTY, turns=(said("s2"), said("s3", "3.0"), said(None, "4.0")))
EXPLAINED_2 = replace(EMPTY, explained=(("s2", "5.0"),))

ROWS: list[tuple[str, ThreadMemory | None, object]] = [
    ("#2 why?", None, 2),
    ("# 2", None, 2),
    ("2?", None, 2),
    ("2: how does it work", None, 2),
    ("story 3 please", None, 3),
    ("number 1", None, 1),
    ("no. 3?", None, 3),
    ("Meldung 2 bitte", None, 2),
    ("the second one", None, 2),
    ("what about the third story?", None, 3),
    ("explain the last one", None, 3),
    ("the 2nd story", None, 2),
    ("tell me about the first", None, 1),
    ("die zweite Meldung", None, 2),
    ("#7", None, NoSuchStory(7)),
    ("story 0", None, NoSuchStory(0)),
    ("compare #1 and #2", None, AboutDigest()),
    ("which of these matters to marketing?", None, AboutDigest()),
    ("summarise the digest", None, AboutDigest()),
    ("which story is about voices?", None, AboutDigest()),
    ("does Pilot run on Android?", None, AboutStory(2, sure=False)),
    ("what does the Financial Times say", None, AboutStory(1, sure=False)),
    ("is the choir real?", None, AboutStory(3, sure=False)),
    ("why does the partnership matter", None, AboutStory(1, sure=False)),
    ("does that mean our files remain in Europe?", None, AskWhich((1, 2, 3))),
    ("does that mean our files remain in Europe?", EMPTY, AskWhich((1, 2, 3))),
    ("and what does it cost?", FOCUS_3, AboutStory(3, sure=False)),
    ("and what does it cost?", EXPLAINED_2, AboutStory(2, sure=False)),
    ("how much memory?", None, AboutStory(2, sure=False)),
    ("and how much memory?", FOCUS_3, AboutStory(3, sure=False)),
    ("#1, what does it cost?", FOCUS_3, 1),
    ("does Pilot cost more?", FOCUS_3, AboutStory(2, sure=False)),
    ("it grew by 2 % in 2 years", FOCUS_3, AboutStory(3, sure=False)),
]


@pytest.mark.parametrize(("text", "memory", "expected"), ROWS, ids=[row[0] for row in ROWS])
def test_words_and_memory_lead_to_the_story(
    text: str, memory: ThreadMemory | None, expected: object
) -> None:
    """A number counts most, then words of one headline or outlet, then what was talked about last."""
    wanted = AboutStory(expected) if isinstance(expected, int) else expected
    assert which_story(text, STORIES, memory) == wanted


def test_a_reply_to_the_explained_story_is_about_it() -> None:
    """What answers the message with a full explanation is about that story."""
    both = replace(EMPTY, explained=(("s1", "4.0"), ("s2", "5.0")))
    assert which_story("and the price?", STORIES, both, reply_to_ts="4.0") == AboutStory(1)


def test_a_digest_of_one_story_needs_no_choice() -> None:
    """With one story, everything is about it."""
    assert which_story("why?", STORIES[:1]) == AboutStory(1)


@given(st.text(max_size=100))
def test_any_text_leads_somewhere(text: str) -> None:
    """No text makes the search fail or names a story that is not there."""
    about = which_story(text, STORIES, FOCUS_3)
    assert not isinstance(about, AboutStory) or about.number in {1, 2, 3}
