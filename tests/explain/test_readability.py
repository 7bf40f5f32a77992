"""How hard a text is to read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.explain.readability import flesch_kincaid_grade, lix, readability, word_count

EASY = "The cat sat on the mat. It saw a dog. The dog ran away."
HARD = (
    "Notwithstanding considerable organisational uncertainty, the administration's comprehensive "
    "reinterpretation of contractual obligations necessitated extraordinarily complicated negotiations."
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("  \n ", 0),
        ("— … .", 0),
        ("one", 1),
        ("Don't stop: GPT-4 costs $2.1 million!", 6),
        ("word—word", 2),
        ("e.g. this", 2),
        ("新しい模型 GPT", 6),
        ("यह नया है", 3),
    ],
)
def test_word_count(text: str, words: int) -> None:
    """Words are what stands between spaces and holds a letter or digit; CJK characters count singly."""
    assert word_count(text) == words


def test_known_grade() -> None:
    """The formula gives the published value for a sentence whose syllables can be counted by hand."""
    # 6 words, 1 sentence, 6 syllables.
    assert flesch_kincaid_grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("make", 1),
        ("table", 2),
        ("reading", 2),
        ("jumped", 1),
        ("wanted", 2),
        ("people", 2),
        ("rhythm", 1),
        ("model's", 2),
        ("fine-tune", 2),
        ("the", 1),
        ("4", 1),
        ("makes", 1),
        ("tables", 2),
        ("boxes", 2),
        ("agent", 2),
        ("university", 5),
    ],
)
def test_syllables(word: str, syllables: int) -> None:
    """Vowel groups, less a silent ending, come near to spoken syllables."""
    assert flesch_kincaid_grade(word) == pytest.approx(0.39 + 11.8 * syllables - 15.59)


def test_known_lix() -> None:
    """LIX is words per sentence plus the share of words with more than six letters."""
    assert lix("Das ist ein Haus. Das Haus ist wunderbar.", "de") == pytest.approx(4 + 100 / 8)


def test_language_chooses_the_measure() -> None:
    """English is graded by Flesch-Kincaid, everything else by LIX."""
    assert readability(EASY, "en-GB").measure == "flesch-kincaid"
    assert readability("Das ist gut.", "de").measure == "lix"


def test_hard_texts_score_higher() -> None:
    """Both measures order an easy and a hard text the same way."""
    assert flesch_kincaid_grade(EASY) < 4
    assert flesch_kincaid_grade(HARD) > 14
    assert lix(EASY) < 30
    assert lix(HARD) > 60


@given(st.text(max_size=300), st.sampled_from(["en", "de", "ja"]))
def test_any_text_has_a_score(text: str, language: str) -> None:
    """No text breaks the measures; one without words scores nothing."""
    score = readability(text, language).score

    assert score == score  # noqa: PLR0124  the plain test for "is a number"
    assert score == 0 or word_count(text) > 0
