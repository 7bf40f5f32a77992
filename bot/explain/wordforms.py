"""Words of a text and their normal form: what case, plural, hyphen and British or American spelling leave the same."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
# Tells "agent" from the parts of agent.py, agent_view, @agent, /api/agent and api.example.com. The
# possessive ++ keeps a refused word from being tried again without its last letter.
_LONE_WORD = re.compile(r"(?<![\w@\\])(?<!\w\.)(?<!\W/)(?<!^/)[^\W_]++(?![@_\\])(?!\.[^\W_])")
_URL = re.compile(r"(?:https?://|www\.|(?<!\S)/)\S+", re.IGNORECASE)
_LONGEST_WORD = 60  # longer ones are nobody's term and would fill the cache
_SHORTEST_PLURAL = 4  # "apps", but not "gas"
_PLURAL_ES = ("sses", "shes", "ches", "xes", "zes")
_ACRONYM_PLURAL = re.compile(r"[A-Z0-9]{2,}s")
_NO_PLURAL = ("ss", "us", "is")
# Both spellings meet in one of them. Applied to both sides of a comparison, so a wrong hit
# ("noise" -> "noize") does no harm.
_SPELLINGS = (
    (re.compile(r"(?<=\w{2})is(?=(?:e|ed|er|ing|ation)$)"), "iz"),
    (re.compile(r"(?<=\w{2})ys(?=(?:e|ed|er|ing)$)"), "yz"),
    (re.compile(r"licenc"), "licens"),
    (re.compile(r"defence$"), "defense"),
    (re.compile(r"centre$"), "center"),
    (re.compile(r"ogue$"), "og"),
    (re.compile(r"(?<=\w{2})our(?=$|al$|ed$|ing$)"), "or"),
    (re.compile(r"ll(?=(?:ed|er|ing)$)"), "l"),
    (re.compile(r"programme$"), "program"),
    (re.compile(r"grey"), "gray"),
)
# Not the A of "A/B test".
_ARTICLE = re.compile(r"^\W*(?:an?|the)\s++(?=.*[^\W_])", re.IGNORECASE | re.DOTALL)


class Word(NamedTuple):
    """A word of a text: `normal` is its normal form, `start` and `end` its place in the text."""

    normal: str
    start: int
    end: int


def normal_form(word: str) -> str:
    """Return what "Modelling", "modeling" / "GPUs", "gpu" / "Licences", "license" have in common."""
    return _normal_form(word) if len(word) <= _LONGEST_WORD else word


@lru_cache(maxsize=20_000)
def _normal_form(word: str) -> str:
    if _ACRONYM_PLURAL.fullmatch(word):
        word = word[:-1]
    word = _singular(word.casefold())
    for pattern, spelling in _SPELLINGS:
        word = pattern.sub(spelling, word)
    return word


def _singular(word: str) -> str:
    if len(word) < _SHORTEST_PLURAL or not word.endswith("s") or word.endswith(_NO_PLURAL):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(_PLURAL_ES) else word[:-1]


def normal_words(text: str) -> tuple[str, ...]:
    """Return the normal forms of all words of *text*, without an article in front."""
    return tuple(normal_form(word) for word in _WORD.findall(_ARTICLE.sub("", text)))


def words_of(text: str) -> list[Word]:
    """Return the words of *text* in order; what stands inside a URL, a path or a file name is no word."""
    without_urls = _URL.sub(lambda url: " " * len(url[0]), text)
    return [
        Word(normal_form(found[0]), *found.span()) for found in _LONE_WORD.finditer(without_urls)
    ]
