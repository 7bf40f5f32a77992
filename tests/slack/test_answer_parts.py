"""The pure parts of answers: Markdown that is dead, tails that fit, texts that are cut whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.content import AnswerContent
from bot.explain.explanation import ExplainedTerm
from bot.render.answer_message import answer_message
from bot.render.blocks import context, header, section
from bot.render.message import Message
from bot.render.mrkdwn import bold, escape, link, mention_user, trusted
from bot.render.stream import PARAGRAPH_BREAK, SENTENCE_BREAK, stream_piece
from bot.sandbox.pings import live_mentions, masked_links
from bot.slack.answer_post import fit
from bot.slack.markdown import as_markdown
from bot.slack.tail import tail_of
from tests.render.hostile import TEXTS


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        (escape("A plain sentence."), "A plain sentence."),
        (escape("[here](https://evil.example)"), "[here] (https://evil.example)"),
        (escape("[a]: https://evil.example"), "[a] : https://evil.example"),
        (escape("![x](https://evil.example)"), "![x] (https://evil.example)"),
        (escape("# not a heading"), "#\u00a0not a heading"),
        (escape("- not a list"), "-\u00a0not a list"),
        (escape("2024. A year."), "2024.\u00a0A year."),
        (escape("2*3*4 and snake_case"), "2∗3∗4 and snake_case"),
        (escape("---"), "\u00a0---"),
        (trusted("\n\n"), "\n\n"),
        (bold("RAG"), "*RAG*"),
        (link("https://a.example/x", "The page"), "[The page](https://a.example/x)"),
        (link("https://a.example/(x)", "a [b]"), "[a (b)](https://a.example/%28x%29)"),
        (mention_user("U01ADA00001"), "<@U01ADA00001>"),
        (escape("<!channel> & <@U01ADA00001>"), "&lt;!channel&gt; &amp; &lt;@U01ADA00001&gt;"),
    ],
)
def test_markdown_of_a_piece(piece, expected):
    """Our own links and emphasis live, everything else is text."""
    assert as_markdown(piece) == expected


@given(st.one_of(st.sampled_from(TEXTS), st.text(alphabet="[]()!<>@#*_~`:/ehtps.xC|-=\\ \n")))
def test_nothing_hostile_is_alive_in_markdown(text):
    """No mention and no link with a label can be formed by outside text, in one piece or two."""
    sent = as_markdown(escape(text)) + as_markdown(escape(text))
    assert live_mentions(sent) == []
    assert masked_links(sent, "markdown") == []
    assert "<" not in sent
    assert "](" not in as_markdown(escape(text))


ONE, TWO = escape("The first sentence."), escape("The second one.")
BOTH = ONE + trusted(" ") + TWO


def tail(*blocks, pieces=(ONE, TWO), text="x"):
    return tail_of(Message(text=text, blocks=blocks), [str(piece) for piece in pieces])


def test_the_tail_is_what_was_not_streamed():
    """Text that stands there already is not sent again; small print may go below it."""
    small = context(escape("Sources"))
    assert tail(section(BOTH), small) == [small]
    assert tail(section(ONE), section(TWO), small) == [small]
    assert tail(small, section(BOTH)) == [small]
    assert tail(section(bold("The first sentence.") + trusted(" ") + TWO)) == []
    assert tail(text=str(BOTH)) == []


def test_a_rendered_answer_needs_no_update():
    """What render makes of an answer ends a stream of its sentences without a further call."""
    paragraphs = (
        ("OpenAI calls it [GPT-5](x), *they* say.", "RAG looks things up first."),
        ("It is like an open-book exam.",),
    )
    content = AnswerContent(
        request_key="Ev1",
        basis="sources",
        paragraphs=paragraphs,
        headline="OpenAI ships a model",
        terms=(ExplainedTerm(term="RAG", meaning="looks up", comparison="an exam"),),
        can_simplify=True,
        can_rate=True,
    )
    pieces: list[str] = []
    for sentences in paragraphs:
        for sentence in sentences:
            pieces += [str(stream_piece(sentence, ["RAG"], set())), str(SENTENCE_BREAK)]
        pieces.append(str(PARAGRAPH_BREAK))
    blocks = tail_of(answer_message(content), pieces)
    assert blocks
    assert "section" not in {block["type"] for block in blocks}


def test_no_tail_where_the_text_differs():
    """A changed, missing or surrounded sentence, or a title above, needs an update."""
    assert tail(section(ONE)) is None
    assert tail(section(BOTH + trusted(" And more."))) is None
    assert tail(header(escape("Title")), section(BOTH)) is None
    assert tail(section(TWO), section(ONE)) is None
    assert tail(text="Something else.") is None


@given(st.text(max_size=200), st.integers(min_value=5, max_value=60))
def test_a_cut_text_never_breaks_an_entity_or_link(text, limit):
    """What is left stays within the limit and holds no half entity or link."""
    whole = str(escape(text) + trusted(" ") + link("https://a.example/x", "a page"))
    kept = fit(whole, limit)
    assert len(kept) <= limit
    assert kept.count("<") == kept.count(">")
    assert kept.rfind("&") <= kept.rfind(";")
