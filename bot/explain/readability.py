"""How hard a text is to read: Flesch-Kincaid for English, LIX for every other language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.explain.sentences import split_sentences

Measure = Literal["flesch-kincaid", "lix"]

_GAP = re.compile(r"[\s—…]+")
# Scripts written without spaces: Han, kana and Thai count by character, as word processors do.
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e01-\u0e2e]")
_VOWELS = re.compile(r"[aeiouy]+")
_LETTERS = re.compile(r"[a-z]+")
_SILENT = re.compile(r"(?:(?:[^laeiouysxzcgh]|[^cs]h)es|[^aeiouydt]ed|[^laeiouy]e)$")
_LONG_WORD_LETTERS = 6


@dataclass(frozen=True, slots=True)
class Readability:
    """
    How hard a text is to read; more is harder.

    Attributes:
        measure: "flesch-kincaid" (a US school grade: 8 is plain news) or "lix" (40 is plain news).
        score: Its value; 0.0 for a text without words.
    """

    measure: Measure
    score: float


def readability(text: str, language: str = "en") -> Readability:
    """Return the measure that fits *language* (a code such as "en" or "de-AT")."""
    if language[:2].casefold() == "en":
        return Readability("flesch-kincaid", flesch_kincaid_grade(text))
    return Readability("lix", lix(text, language))


def flesch_kincaid_grade(text: str) -> float:
    """
    Return the Flesch-Kincaid grade of an English text (Kincaid et al. 1975).

    Syllables are counted as groups of vowels, a method close to a pronunciation dictionary on news.
    """
    words = _words(text)
    if not words:
        return 0.0
    syllables = sum(map(_syllables, words))
    return 0.39 * len(words) / _sentences(text, "en") + 11.8 * syllables / len(words) - 15.59


def lix(text: str, language: str = "en") -> float:
    """Return the LIX of a text (Björnsson 1968): words per sentence plus the percentage of words over six letters."""
    words = _words(text)
    if not words:
        return 0.0
    long_words = sum(sum(map(str.isalpha, word)) > _LONG_WORD_LETTERS for word in words)
    return len(words) / _sentences(text, language) + 100 * long_words / len(words)


def word_count(text: str) -> int:
    """Return the number of words; in Chinese, Japanese and Thai every character counts as one."""
    return len(_words(_UNSPACED.sub(r" \g<0> ", text)))


def _words(text: str) -> list[str]:
    return [word for word in _GAP.split(text) if any(map(str.isalnum, word))]


def _sentences(text: str, language: str) -> int:
    return max(1, len(split_sentences(text, language)))


def _syllables(word: str) -> int:
    """Count groups of vowels, less a silent ending; parts of a compound count one at least."""
    return sum(_groups(part) for part in _LETTERS.findall(word.casefold())) or 1


def _groups(part: str) -> int:
    if part in {"s", "t", "d", "ll", "ve", "re", "m"}:  # what an apostrophe leaves behind
        return 0
    groups = len(_VOWELS.findall(part))
    return max(1, groups - 1) if _SILENT.search(part) else max(1, groups)
