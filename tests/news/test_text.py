"""Words of texts in several languages and scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.text import fold, guess_language, opening, stem, tokens, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Harbor's GPT-5.1 costs 40,000 dollars",
            ["harbor", "gpt-5.1", "costs", "40000", "dollars"],
        ),
        ("open-weights model", ["open", "weights", "model"]),
        ("Künstliche Intelligenz", ["künstliche", "intelligenz"]),
        ("生成AIの利用", ["生成", "ai", "の利", "利用"]),
        ("人", ["人"]),
        ("ＡＩ", ["ai"]),
        ("", []),
    ],
)
def test_words(text: str, expected: list[str]):
    """Names with digits stay whole; scripts without spaces become pairs of signs."""
    assert words(text) == expected


@pytest.mark.parametrize(
    "group",
    ["release releases released releasing", "delay delays delayed", "cut cutting cuts",
     "company companies", "model models"],
)  # fmt: skip
def test_stem_brings_forms_together(group: str):
    """Forms of one word have one stem."""
    assert len({stem(word) for word in group.split()}) == 1


def test_tokens_leave_out_what_says_nothing():
    """Stop words of the language go; another language's stay."""
    assert tokens("the court and the model", "en") == ["court", "model"]
    assert tokens("das Gericht und das Modell", "de") == ["gericht", "modell"]
    assert tokens("the court", "xx") == ["the", "court"]


def test_opening():
    """The first sentences are what counts, and a text without full stops is cut."""
    assert opening("One is here. Two is here. Three is here.") == "One is here. Two is here."
    assert len(opening("x" * 5_000)) == 600
    assert opening("") == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [("The court ruled that it was a copy", "en"), ("Das Gericht hat es nicht gesehen", "de"),
     ("Le juge a dit que les livres sont dans la maison", "fr"), ("El juez dijo que los libros son de la casa", "es"),
     ("Новая нейросеть", "ru"), ("새로운 모델", "ko"), ("新的模型", "zh"), ("", ""), ("GPT-5", "")],
)  # fmt: skip
def test_guess_language(text: str, language: str):
    """Script and stop words tell the language; where nothing tells, nothing is claimed."""
    assert guess_language(text) == language


@given(st.text(max_size=300))
def test_any_text(text: str):
    """No text from outside breaks the helpers, and folding is done once."""
    assert fold(fold(text)) == fold(text)
    assert all(tokens(text, language) is not None for language in ("en", "ja", ""))
    guess_language(text)
