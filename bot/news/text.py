"""
Words of a text, in any language: what grouping, filtering and tagging share.

Nothing here depends on sentences or on a tokenizer's data: scripts without spaces (Chinese,
Japanese, Korean, Thai) become character bigrams, everything else becomes lower-case words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

# Scripts that are cut into character bigrams: kana, Han, Hangul, Thai and Lao.
_DENSE = r"\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_DENSE_OR_NOT = re.compile(rf"[{_DENSE}]+|[^{_DENSE}]+")
_HAS_DENSE = re.compile(rf"[{_DENSE}]")


def word_set(spaced: str) -> frozenset[str]:
    """Return the words of a list that is written with spaces, as long ones are read best."""
    return frozenset(spaced.split())


# "gpt-5.1", "u.s", "harbor's" are one word; "open-weights" is two.
_WORD = re.compile(r"[^\W_]+(?:(?:[.'’]|-(?=\d))[^\W_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_POSSESSIVE = re.compile(r"['’]s$")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]?\s+(?=[\"“‘(]?[^\W_a-z])|(?<=[。！？])|\n+")

_STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a about after all also an and any are as at be been but by can could for from get "
        "had has have he her his how i if in into is it its just more most new no not now of on "
        "one only or other our out over own s said say says she so some such t than that the "
        "their them then there these they this to up us was we were what when which while who "
        "why will with would you your",
        "de": "aber als am an auch auf aus bei das dass dem den der des die ein eine einem einen "
        "einer es für hat im in ist kann mehr mit nach nicht noch nur oder sich sie sind so über "
        "und vom von vor war werden wie wird zu zum zur",
        "fr": "à au aux avec ce ces cette dans de des du elle en est et il ils la le les leur mais "
        "ne ou par pas plus pour que qui sa se ses son sont sur un une vers",
        "es": "a al como con de del desde el ella en es esta este ha la las lo los más no para "
        "pero por que se sin sobre son su sus también un una y ya",
        "it": "a ai al alla anche che con da dal dei del della delle di e è gli ha i il in la le "
        "lo ma nel nella non per più si sono su un una",
        "pt": "a ao aos as com como da das de do dos e em é foi mais na nas não no nos o os ou "
        "para pela pelo por que se sem sua um uma",
        "nl": "aan als bij dat de den der die door een en er het hij hun in is maar met naar niet "
        "nog om ook op te uit van voor was wordt zich zijn",
    }.items()
}
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
# Longest first; each needs a rest of three letters. Light on purpose: it must bring "releases",
# "released" and "releasing" together and leave names alone.
_SUFFIXES = (
    ("ations", "at"),
    ("ation", "at"),
    ("ments", "ment"),
    ("ingly", ""),
    ("ings", ""),
    ("ing", ""),
    ("ied", "y"),
    ("ies", "y"),
    ("ed", ""),
    ("ly", ""),
    ("es", ""),
    ("s", ""),
)


def fold(text: str) -> str:
    """Return *text* in one spelling: compatibility forms unified, lower case, accents off."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    marks_off = "".join(char for char in decomposed if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", marks_off)


@cache
def stop_words(language: str) -> frozenset[str]:
    """Return the words that say nothing in a language, or none for a language without a list."""
    return _STOP_WORDS.get(language, frozenset())


def stem(word: str) -> str:
    """Return a lower-case English word without its ending; other scripts and names with digits stay."""
    if len(word) <= 3 or not (word.isascii() and word.isalpha()):  # noqa: PLR2004 - letters
        return word
    return _tidy(_cut(word))


def _cut(word: str) -> str:
    if word.endswith(("ss", "us", "is")):
        return word
    for suffix, replacement in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:  # noqa: PLR2004 - letters
            return word[: -len(suffix)] + replacement
    return word


def _tidy(word: str) -> str:
    """Undo what endings do to the letters before them: "cutt" and "cut", "releas" and "release"."""
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":  # noqa: PLR2004 - letters
        return word[:-1]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word  # noqa: PLR2004 - letters


def words(text: str) -> list[str]:
    """Return the lower-case words of a text in order; dense scripts as character bigrams."""
    normal = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).casefold())
    runs = _WORD.findall(normal)
    if not _HAS_DENSE.search(normal):
        return [_POSSESSIVE.sub("", run) for run in runs]
    return [word for run in runs for part in _DENSE_OR_NOT.findall(run) for word in _bigrams(part)]


def _bigrams(part: str) -> Iterable[str]:
    if not _HAS_DENSE.match(part):
        return (_POSSESSIVE.sub("", part),)
    if len(part) == 1:
        return (part,)
    return (part[i : i + 2] for i in range(len(part) - 1))


def tokens(text: str, language: str = "en") -> list[str]:
    """Return the words that carry meaning: stop words out, and for English the endings off."""
    silent = stop_words(language)
    kept = [word for word in words(text) if word not in silent]
    return [stem(word) for word in kept] if language == "en" else kept


def opening(text: str, *, sentences: int = 2, max_chars: int = 600) -> str:
    """Return the first sentences of a text, roughly cut: abbreviations may end one early."""
    parts = [part.strip() for part in _SENTENCE_END.split(text[: max_chars * 2])]
    return " ".join([part for part in parts if part][:sentences])[:max_chars]


def guess_language(text: str) -> str:
    """
    Return a two-letter code guessed from script and stop words, or "" when nothing tells.

    Only for feeds that do not name their language.
    """
    sample = text[:2_000]
    letters = sum(char.isalpha() for char in sample) or 1
    for language, script in _SCRIPTS:
        if len(script.findall(sample)) / letters > 0.2:  # noqa: PLR2004 - a fifth of the letters
            return language
    votes = {
        language: sum(word in silent for word in words(sample))
        for language, silent in _STOP_WORDS.items()
    }
    best = max(votes, key=lambda language: votes[language])
    return best if votes[best] >= 2 else ""  # noqa: PLR2004 - one hit may be a name
