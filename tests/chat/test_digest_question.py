"""Which questions outside a digest's thread are about the channel's digest."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.digest_question import digest_question, names_only_a_story

# A Sunday.
TODAY = date(2026, 11, 22)

ABOUT_IT: list[tuple[str, str]] = [
    # text, what is left for finding the story
    ("what was in today's digest?", "what was ?"),
    ("what's in the digest about Pilot", "what's about Pilot"),
    ("summarise this morning's digest", "summarise"),
    ("latest digest please", "please"),
    ("in the daily digest you wrote about 16 GB, why?", "you wrote about 16 GB, why?"),
    ("the news", ""),
    ("any AI news today?", "?"),
    ("give me the latest news", "give me"),
    ("What are today's most important AI stories?", "What are ?"),
    ("what do the headlines say about chips", "what do say about chips"),
    ("what's new?", "?"),
    ("what is new in AI today?", "?"),
    ("was stand in der heutigen Ausgabe?", "was stand ?"),
    ("Was gibt es Neues?", "?"),
    ("was sind die Nachrichten von heute?", "was sind von ?"),
]
BY_NUMBER = [
    "#2",
    "#2 why?",
    "story 2",
    "explain story 2 simply",
    "tell me more about the second story",
    "can you explain the top story?",
    "Meldung 3 bitte erklären",
    "was war die erste Nachricht?",
]
NOT_ABOUT_IT = [
    "what is RAG?",
    "what is a digest?",
    "what is a message digest?",
    "what does the message digest algorithm do?",
    "what is the digest auth header?",
    "how do I digest food",
    "what is fake news detection?",
    "how did the news industry react to LLMs?",
    "how does a news recommender work",
    "what is new in Python 3.14?",
    "explain story points",
    "write a story about 2 robots",
    "issue #2 in our repo?",
    "who is the second author",
    "why do models make things up?",
    "explain C#",
    "was ist ein Agent?",
]


@pytest.mark.parametrize(("text", "rest"), ABOUT_IT)
def test_a_question_about_the_digest_is_known(text: str, rest: str):
    """The digest, the news and what is new mean the channel's digest; the other words find the story."""
    asked = digest_question(text, TODAY)
    assert asked is not None
    assert (asked.rest, asked.names_number) == (rest, False)


@pytest.mark.parametrize("text", BY_NUMBER)
def test_a_storys_number_is_known(text: str):
    """A story's number means the newest digest."""
    asked = digest_question(text, TODAY)
    assert asked is not None
    assert asked.names_number


@pytest.mark.parametrize("text", NOT_ABOUT_IT)
def test_other_questions_are_left_alone(text: str):
    """What only has such a word in it is a question of its own."""
    assert digest_question(text, TODAY) is None


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("today's digest", date(2026, 11, 22)),
        ("what did yesterday's digest say about phones?", date(2026, 11, 21)),
        ("was war gestern im Digest?", date(2026, 11, 21)),
        ("Monday's digest: what about voice?", date(2026, 11, 16)),
        ("Sunday's digest", date(2026, 11, 22)),
    ],
)
def test_a_day_that_is_named_is_the_newest_one_looked_at(text: str, until: date):
    """Yesterday and names of days mean the digest of then, and older ones only if there was none."""
    asked = digest_question(text, TODAY)
    assert asked is not None
    assert asked.until == until
    assert (asked.until - asked.since).days == 7


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("#2", True),
        ("2", True),
        ("2?", True),
        ("the second one", True),
        ("story 2 please", True),
        ("2 why", False),
        ("12", False),
        ("no", False),
        ("#2 is great", False),
        ("", False),
    ],
)
def test_nothing_but_a_number(text: str, only: bool):
    """A bare number is told from a sentence with a number in it."""
    assert names_only_a_story(text) is only


@given(st.text(alphabet="ths newdig#2 ,.?'s today", max_size=300))
def test_any_text_is_read(text: str):
    """Whatever is typed, both questions have an answer."""
    digest_question(text, TODAY)
    names_only_a_story(text)
