"""Pieces of a streamed answer: safe in both of Slack's dialects, alone and one after the other."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render.answer_message import closing_sentences
from bot.render.chat_words import ENGLISH
from bot.render.mrkdwn import join
from bot.render.stream import (
    MAX_PIECE_CHARS,
    PARAGRAPH_BREAK,
    SENTENCE_BREAK,
    disarm_markdown,
    stream_piece,
    stream_tail,
)
from bot.slack.markdown import as_markdown
from tests.fakes.rows import each_row
from tests.fakes.slack_check import assert_nothing_live
from tests.render.hostile import TEXTS
from tests.render.test_answer_message import CASES, content

MARKDOWN = (
    "[masked](https://evil.example)",
    "![image](https://evil.example/x.png)",
    "[a][b]",
    "[b]: https://evil.example",
    "[a] (https://evil.example)",
    "[[a]](https://evil.example)",
    "# heading",
    "- item",
    "+ item",
    "| a | b |",
    "=== rule",
    "--- rule",
    "@here and @Channel and @everyone",
    "mail me@here.example",
)


def assert_inert(text: str) -> None:
    """No control character but entities and our own addresses; no Markdown link; no broadcast."""
    assert_nothing_live(text)
    assert not re.search(r"\][(\[:]", text)
    assert not re.search(r"(?<![\w.])@(?:here|channel|everyone)\b", text, re.IGNORECASE)
    assert not re.search(r"^[#|=]|^[-+]\s", text, re.MULTILINE)


@each_row("text", [*TEXTS, *MARKDOWN])
def test_hostile_pieces_are_inert(text):
    """Each hostile text as a sentence, before and behind others, in mrkdwn and as Markdown."""
    used: set[str] = set()
    pieces = [stream_piece(text, ("quantisation", text), used) for _ in range(2)]
    assert all(len(piece) <= MAX_PIECE_CHARS for piece in pieces)
    for separator in (SENTENCE_BREAK, PARAGRAPH_BREAK):
        whole = join(separator, pieces)
        assert_inert(str(whole))
        assert_nothing_live(as_markdown(whole))


def test_no_mention_forms_across_two_pieces():
    """A "<" at the end of one piece and "!channel>" at the start of the next stay text."""
    used: set[str] = set()
    whole = "".join(
        str(stream_piece(text, (), used)) for text in ("a <", "!channel> b", "&l", "t;!")
    )
    assert "<" not in whole


def test_terms_are_marked_once_in_both_dialects():
    """The first use is emphasised, also when the second stands in a later piece."""
    used: set[str] = set()
    first = stream_piece("It uses quantisation.", ("quantisation",), used)
    second = stream_piece("The quantisation costs accuracy.", ("quantisation",), used)
    assert str(first) == "It uses *quantisation*."
    assert "*" not in str(second)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_disarming_twice_changes_nothing_more(text):
    """The rule is settled after one pass."""
    once = disarm_markdown(text)
    assert disarm_markdown(once) == once


def test_tail_names_sources_and_says_what_it_rests_on():
    """An answer that nobody can update any more still has its sources and its label."""
    shown = CASES["sources"]
    tail = str(stream_tail(shown, closing_sentences(shown)))
    assert tail.startswith("\n\nHarbor Labs <https://harbor.example/pilot>, The Ledger <https://")
    assert ENGLISH.labels["sources"] in tail
    assert str(stream_tail(content(sources=()))) == ""
