"""Slack's markup, as people mean it: who is spoken to, and what asks."""

from __future__ import annotations

from typing import Any

import pytest

from bot.chat.ask import AskKind, parse_ask
from bot.chat.listen import Answered, Said, is_question, listen
from bot.chat.slack_text import addressed_in, decode, with_plain_marks

US = "U0BOT"
SPOKEN_TO = [
    f"<@{US}> what is RAG?", f"what is RAG, <@{US}|plainwire>?", f"`code` and <@{US}> too", f"`<@{US}>` is you, <@{US}>?",
    f"```a```\n<@{US}> why?", f"it`s <@{US}> isn`t it?", f"&gt; quoted\n<@{US}> is that so?", f"a &gt; b, <@{US}>?",
    f"`unclosed <@{US}> what?",
]  # fmt: skip
NOT_SPOKEN_TO = [
    f"`<@{US}>`", f"Type `<@{US}> help` there", f"```<@{US}> what is RAG?```", f"```\ntext\n<@{US}>\n``` how does it look?",
    f"&gt; <@{US}> what is RAG?", f"&gt; <@{US}> said so\nwhat do others think?", f"&gt;&gt;&gt; all\nof <@{US}> this",
    f"hello\n&gt; <@{US}> what?", "<@U0ADA> what is RAG?", "<@U0BOTHER> hi",
]  # fmt: skip


@pytest.mark.parametrize("raw", SPOKEN_TO)
def test_a_mention_speaks_to_us(raw: str) -> None:
    """A mention in the words of a message counts, whatever code or quotation stands beside it."""
    heard = decode(raw, US)
    assert heard.mentions_us
    assert not heard.mentions_others


@pytest.mark.parametrize("raw", NOT_SPOKEN_TO)
def test_our_name_in_code_or_a_quotation_does_not(raw: str) -> None:
    """What is shown as code, or quoted from somebody, speaks to nobody now."""
    assert not decode(raw, US).mentions_us


def test_somebody_elses_name_in_code_does_not_silence_us() -> None:
    """Code that names a person or everybody is no talk among people."""
    assert not decode("what does `<!channel>` do for `<@U0ADA>`?", US).mentions_others


def _rich(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": list(elements)}]


def _with_us(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "elements": [{"type": "user", "user_id": US, **more}]}


@pytest.mark.parametrize(
    ("blocks", "addressed"),
    [
        (_rich(_with_us("rich_text_section")), True),
        (_rich({"type": "rich_text_list", "elements": [_with_us("rich_text_section")]}), True),
        (_rich(_with_us("rich_text_preformatted"), _with_us("rich_text_section")), True),
        (_rich(_with_us("rich_text_section", style={"bold": True})), True),
        (_rich(_with_us("rich_text_section", style={"code": True})), False),
        (_rich(_with_us("rich_text_preformatted")), False),
        (_rich(_with_us("rich_text_quote")), False),
        (_rich({"type": "rich_text_section", "elements": [{"type": "text", "text": "hi"}]}), False),
        (None, None), ([], None), ("odd", None), ([{"type": "section"}], None), ([None, 3], None),
        ([{"type": "rich_text", "elements": "odd"}], False),
    ],
)  # fmt: skip
def test_rich_text_tells_code_from_words(blocks: object, addressed: bool | None) -> None:
    """The blocks of a message say which mention stands in code; without rich text its text has to."""
    assert addressed_in(blocks, US) is addressed


ASKED = [
    "什么是RAG？", "RAGとは何ですか？", "这是真的吗？请说明。", "그게 뭐예요？", "ما هو RAG؟", "ما هو RAG؟\u200f", "这个呢﹖",
    "Τι είναι το RAG;", "Τι είναι το RAG\u037e", "It needs 4 GB⁇", "It needs 16 GB⁈", "They sold it⁉️", "It costs how much‽",
    "¿Qué es RAG?", "¿Qué es RAG", "Bueno, ¿y eso?", "It runs on a phone❓", "It runs on a phone :question:", "(it does？)",
    "«Вот как?»", "“Does it؟”", "it does ?! :smile:", "ինչ է RAG՞",
    "Ինչո՞ւ է սա կարևոր", "Ի՞նչ է սա։", "Անվճա՞ր է։ Շնորհակալություն։", "为什么︖", "为什么꛷",
]  # fmt: skip
NOT_ASKED = [
    "It costs 5; that is much",
    "ok; see you",
    "Nice ;)",
    "Released 😀",
    "C'est bien;",
    "The memory is 4 GB; α is the rate",
    "α = 3; β = 4;",
    "这很好。",
    "هذا جيد.",
]


@pytest.mark.parametrize("text", ASKED)
def test_every_scripts_question_mark_asks(text: str) -> None:
    """A question is one in any script, in a thread as after a command."""
    assert is_question(text)
    assert isinstance(listen(Said(text=text, last="bot")), Answered)
    assert parse_ask(text).kind in {AskKind.QUESTION, AskKind.TERM}


@pytest.mark.parametrize("text", NOT_ASKED)
def test_what_does_not_ask_stays_a_statement(text: str) -> None:
    """A semicolon or a smile asks nothing outside of Greek."""
    assert not is_question(text)


def test_a_lone_question_mark_of_any_script_asks_for_help() -> None:
    """ "？" means what "?" means."""
    assert [parse_ask(mark).kind for mark in ("?", "？", "؟", "⁇")] == [AskKind.HELP] * 4


def test_what_people_wrote_is_kept() -> None:
    """Marks are unified for judging alone: ordinary text is the same, and long texts keep theirs."""
    assert with_plain_marks("Is it so? Ja; gut.") == "Is it so? Ja; gut."
    text = "これは長い文章です。" * 60 + "本当ですか？"
    assert parse_ask(text).what.endswith("本当ですか？")
