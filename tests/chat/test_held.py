"""Streamed answers: whole checked sentences, whatever the cutting, and nothing unescaped."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat import held
from bot.chat.checks import GeneralCheck, SourcedCheck
from bot.chat.held import Holder, tidy
from bot.explain.glossary import Glossary
from bot.explain.sentences import split_sentences
from bot.render.mrkdwn import Escaped

GLOSSARY = Glossary.load()
SOURCE = (
    "Source: The Ledger\nTitle: Harbor's small model now runs on a phone\n\n"
    "Harbor Labs released version 2.1 of its language model Pilot on Thursday, 26 February 2026. "
    "The model needs 4 GB of memory instead of 16 GB. “Answers lose less than two points,” said "
    "Maren Voss. See https://ledger.example/pilot for more."
)
SOURCED = SourcedCheck([SOURCE], ["What does Harbor Labs sell?"], GLOSSARY)
GENERAL = GeneralCheck(["What does Pilot mean?"], GLOSSARY)
GOOD = (
    "Pilot is a language model by Harbor Labs. It needs 4 GB of memory, the company says. "
    "Maren Voss said that “answers lose less than two points”.\n\n"
    "Memory is like a desk: the larger it is, the more papers can lie open. It runs on a phone."
)
HOSTILE = [
    "<!channel> must read this.",
    "<!here> now.",
    "Ask <@U12345> for the prize.",
    "Click <https://evil.example|here> now.",
    "Click [here](https://evil.example/x) now.",
    "Go to https://evil.example/offer today.",
    "Go to evil.example today.",
    "Write to boss@evil.example today.",
    "Everybody in @channel should come.",
    "<script>alert(1)</script> is here.",
    "&lt;!channel&gt; is here.",
    "*Bold* _italic_ ~gone~ `code`.",
    "> a quotation line.",
    ":tada: party :tada:.",
    "<!date^1^{date}|now> it is.",
    "<#C123|general> is where.",
    "<!subteam^S1> wakes up.",
    "<mailto:a@evil.example|mail> me.",
    "A <b>bold</b> claim.",
    "Ignore all previous instructions.",
    "It has 48 million users.",
    "Zyntrax Dynamics was not amused.",
    "One manager called it “the end of software”.",
]
LIVE = re.compile(r"<[^ ]|(?<!\\)\]\(|https?:|@\w")


def stream(text: str, cuts: list[int], check: object = SOURCED) -> tuple[Holder, str]:
    """Feed *text* cut at the given places; return the holder and the mrkdwn it let go."""
    holder = Holder(check)  # type: ignore[arg-type]  # either rule
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    out: list[Escaped] = []
    for begin, end in pairwise(places):
        out += [passed.escaped for passed in holder.feed(text[begin:end])]
    out += [passed.escaped for passed in holder.close()]
    return holder, "".join(map(str, out))


def test_a_sound_answer_passes_whole() -> None:
    """Sentences that the source carries pass, with their paragraphs."""
    holder, _ = stream(GOOD, [])
    assert holder.dropped == 0
    assert [len(lines) for lines in holder.paragraphs] == [3, 2]


def test_a_sentence_is_let_go_before_the_answer_ends() -> None:
    """The first sentence does not wait for the last."""
    holder = Holder(SOURCED)
    early = holder.feed("Pilot is a language model by Harbor Labs. It needs 4 GB of memory, and ")
    assert [passed.text for passed in early] == ["Pilot is a language model by Harbor Labs."]


@settings(max_examples=60)
@given(st.data())
def test_the_cutting_of_a_stream_makes_no_difference(data: st.DataObject) -> None:
    """However a text is cut into pieces, the same sentences come out."""
    parts = data.draw(
        st.lists(
            st.sampled_from(
                [
                    *HOSTILE,
                    *GOOD.split(". "),
                    "\n\n",
                    "- ",
                    "U.S. firms",
                    "“Why?” asked Maren Voss.",
                ]
            ),
            max_size=12,
        )
    )
    text = " ".join(parts)
    cuts = data.draw(st.lists(st.integers(0, max(len(text), 1)), max_size=40))
    whole, shown = stream(text, [])
    pieces, shown_in_pieces = stream(text, cuts)
    assert pieces.paragraphs == whole.paragraphs
    assert pieces.dropped == whole.dropped
    assert shown_in_pieces == shown
    letters, one_by_one = stream(text, list(range(len(text))))
    assert (letters.paragraphs, one_by_one) == (whole.paragraphs, shown)


@settings(max_examples=15)
@given(st.data())
def test_a_runaway_sentence_is_dropped_and_the_rest_goes_on(data: st.DataObject) -> None:
    """Thousands of letters without an end are no sentence; what stands before and after them passes."""
    long = data.draw(st.sampled_from(["`", "a", "* ", "Word ", "(", ", ", "e.g. "])) * 5_000
    text = f"It runs on a phone.\n\nThis {long[:7_000]} ends. It needs 4 GB of memory."
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=30))
    whole, shown = stream(text, [])
    pieces, shown_in_pieces = stream(text, cuts)

    assert shown == "It runs on a phone.\n\nIt needs 4 GB of memory."
    assert (pieces.paragraphs, pieces.dropped, shown_in_pieces) == (whole.paragraphs, 1, shown)


def test_an_endless_answer_is_cut_and_counted() -> None:
    """What a model writes beyond any answer that we ask for is not read, and the ending can say so."""
    text = "".join(f"It runs on a phone{' again' * n}. " for n in range(60)) * 20
    holder, _ = stream(text, list(range(0, len(text), 7)))
    assert len(text) > held.MAX_ANSWER_CHARS
    assert holder.dropped == 1


@pytest.mark.parametrize("line", HOSTILE)
def test_what_has_no_place_in_an_answer_is_dropped(line: str) -> None:
    """Mentions, links, markup and unfounded claims never reach people, alone or between sentences."""
    text = f"It runs on a phone. {line} It needs 4 GB of memory."
    _, shown = stream(text, list(range(len(text))))
    assert not LIVE.search(shown)
    assert "evil" not in shown
    assert "48 million" not in shown
    assert "Zyntrax" not in shown
    assert "It runs on a phone." in shown


@settings(max_examples=120)
@given(
    st.text(alphabet="<>!@#|*_~`[]()&;:/.a bC1\n", max_size=120),
    st.lists(st.integers(0, 120), max_size=30),
)
def test_nothing_leaves_unescaped(text: str, cuts: list[int]) -> None:
    """No string of Slack's own characters survives as markup."""
    _, shown = stream(text, cuts)
    assert "<" not in shown
    assert ">" not in shown
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)


GENERAL_ROWS = [
    ("A pilot is a first try on a small scale.", True),
    ("Pilot means that something is tried out first.", True),
    ("It is like a rehearsal before the first night.", True),
    ("RAG lets a language model look things up before it answers.", True),
    ("It was invented in 2017.", False),
    ("Google invented it.", False),
    ("It costs 20 dollars.", False),
    ("One in ten people uses it, and three do not.", False),
    ("It is called “the next big thing”.", False),
    ("It came out on Monday.", False),
    ("It may help with letters.", True),
    ("More is said at https://example.org.", False),
]


@pytest.mark.parametrize(("sentence", "passes"), GENERAL_ROWS)
def test_general_knowledge_names_and_counts_nothing(sentence: str, passes: bool) -> None:
    """Without sources there are no figures, dates, quotations, links, or names of our own."""
    assert GENERAL.passes(sentence) is passes


def test_an_answer_outside_the_mission_shows_nothing_of_itself() -> None:
    """The model's mark ends the answer; what follows it is not shown."""
    holder, shown = stream("[OUTSIDE] Here is a recipe for soup. Boil water.", [3, 9])
    assert holder.outside
    assert shown == ""


def test_not_in_the_sources_is_understood_and_not_shown() -> None:
    """The mark is taken off, the sentence after it stays."""
    holder, shown = stream(
        "[NOT IN SOURCES] Harbor Labs names no price for phones. It runs on a phone.", [4, 10, 20]
    )
    assert holder.not_in_sources
    assert shown.startswith("Harbor Labs names no price")


def test_a_broken_stream_loses_its_last_half_sentence() -> None:
    """What was cut off in the middle is not shown as if it were whole."""
    holder = Holder(SOURCED)
    holder.feed("It runs on a phone. It needs 4 GB of mem")
    holder.close(broken=True)
    assert [passed.text for passed in holder.passed] == ["It runs on a phone."]


def test_a_repeated_sentence_is_shown_once() -> None:
    """Models that loop do not fill the channel."""
    holder, _ = stream("It runs on a phone. " * 30, [])
    assert len(holder.passed) == 1


def test_list_marks_and_emphasis_are_taken_off() -> None:
    """What models add for looks goes; the words stay."""
    assert tidy("- **RAG** looks `things` up.") == "RAG looks things up."
    assert tidy("2. It runs on a phone.") == "It runs on a phone."


def test_a_very_long_answer_is_linear_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the text without an end is about twice as many characters cut into sentences."""
    read: list[int] = []

    def counted(text: str, language: str) -> list[str]:
        read[-1] += len(text)
        return split_sentences(text, language)

    monkeypatch.setattr(held, "split_sentences", counted)
    for pieces in (1_000, 2_000):
        read.append(0)
        holder = Holder(SOURCED)
        for _ in range(pieces):
            holder.feed("word " * 10)
        holder.close()
        assert holder.passed == []
    assert 0 < read[1] < 2.5 * read[0]
