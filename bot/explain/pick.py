"""Which sentences of the sources can be shown by themselves, and which tell most. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.explain.grounding import quotes_in
from bot.explain.plain_language import is_clean
from bot.explain.readability import word_count
from bot.explain.sentences import split_sentences
from bot.explain.sources import Document

_MIN_WORDS, _MAX_WORDS = 6, 40
_PER_DOCUMENT = 60
_SAME = 0.6

# Leans on a sentence before it, so it cannot stand alone.
_LEANS_BACK = re.compile(
    r"(?:He|She|It|They|We|I|You|This(?! (?:week|month|year|morning|quarter|spring|summer|autumn|winter)\b)|That|These|Those|Such|His|Her|Its|Their|Our|My|But|And|Or|So|"
    r"However|Also|Meanwhile|Moreover|Nevertheless|Still|Yet|Instead|Then|There|Here|Both|Neither|"
    r"Another|Others|Additionally|Furthermore|Therefore|Thus|Indeed|Similarly|Likewise|Because|"
    r"For example|For instance|In addition|As a result|At the same time|On the other hand|"
    r"The (?:company|firm|startup|start-up|move|announcement|pair|two|latter|former|same|other|"
    r"spokes\w+|statement|post|article|report says|result|news)|"
    r"Er|Sie|Es|Wir|Ich|Dies\w*|Das (?:ist|war|hat|wird|soll|sagte?|zeigt|heißt|bedeutet|macht)|Damit|Dabei|Dazu|Aber|Und|Doch|Auch|Allerdings|Außerdem|Jedoch|"
    r"Zudem|Deshalb|Daher|So|Seine?\w*|Ihre?\w*|Das Unternehmen|Die Firma|"
    r"Il|Elle|Ils|Elles|Ce|Cette|Ces|Cela|Mais|Et|Nous|Cependant|Ainsi|Son|Sa|Ses|Leurs?|"
    r"Él|Ella|Ellos|Esto|Esta|Este|Estos|Estas|Pero|Sin embargo|Además|Su|Sus)\b",
)
_FIRST_PERSON = re.compile(
    r"\b(?:I|I'm|I've|we|we're|we've|our|ours|us|my|wir|uns|unser\w*|nous|notre|nos)\b"
)
_BOILERPLATE = re.compile(
    r"\b(?:sign up|subscribe|newsletter|cookies?\b|privacy policy|terms of (?:use|service)|read more|"
    r"click here|follow us|share this|all rights reserved|advertis\w+|sponsored|affiliate|photo(?:graph)? by|"
    r"image credit|getty images|credit:|caption|log in|join (?:us|our)|updated at|min(?:ute)?s? read|"
    r"this (?:article|story|post) (?:was|first|originally|appeared)|originally (?:published|appeared)|"
    r"reporting by|editing by|continue reading|appeared first on|comments? below|watch the video|"
    r"podcast|abonnier\w+|anmelden|datenschutz|weiterlesen|lire la suite|abonnez|suscr[ií]b\w+)\b|©|®",
    re.IGNORECASE,
)
# Addressed to a machine, not to readers.
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|above|previous|prior)|"
    r"\b(?:system|developer) (?:prompt|message)|\byou (?:are|must|should|will) now\b|\bassistant\b\s*:|"
    r"\b(?:as an|you are an?) (?:ai|assistant|language model)\b|\bsummari[sz]e this\b|"
    r"\b(?:respond|reply|answer) (?:only )?with\b|\bbegin (?:system|instructions)\b|"
    r"\b(?:tell|urge|remind) (?:the |your )?(?:users?|readers?|everyone) to\b",
    re.IGNORECASE,
)
_CODE_LIKE = re.compile(r"[{}\[\]|\\^~<>=_]{2,}|[<>{}|\\`]|\w+\(\)|::|https?:|\w/\w+/\w")
_SHOUTS = re.compile(r"\b[A-Z]{3,}(?:\s+[A-Z]{3,}\b){2,}|!{2,}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that can be shown; `document` and `position` say where it stands."""

    text: str
    document: int
    position: int


def candidates(chosen: Sequence[Document], language: str) -> list[Candidate]:
    """Return the sentences of the documents that stand alone, in order."""
    found = []
    for number, document in enumerate(chosen):
        lines = split_sentences(document.text, language)[:_PER_DOCUMENT]
        found += [
            Candidate(" ".join(line.split()), number, position)
            for position, line in enumerate(lines)
            if stands_alone(line)
        ]
    return found


def stands_alone(sentence: str) -> bool:
    """Return True for a whole sentence that needs no other one, and speaks to readers of news."""
    line = " ".join(sentence.split())
    if not line or not _MIN_WORDS <= word_count(line) <= _MAX_WORDS:
        return False
    if line[-1] not in '.!?。！？”"»' or line[-1] == "?" or line.endswith("..."):
        return False
    if line[0].islower() or not (line[0].isalnum() or line[0] in '“"«„'):
        return False
    if _LEANS_BACK.match(line) or not is_clean(line) or _has_half_quote(line):
        return False
    unquoted = re.sub(r"[“\"«„][^“”\"«»„]*[”\"»“]", " ", line)
    patterns = (_FIRST_PERSON, _BOILERPLATE, _ORDERS, _CODE_LIKE, _SHOUTS)
    return not any(pattern.search(unquoted) for pattern in patterns) and not _ORDERS.search(line)


def ranked(pool: Sequence[Candidate], chosen: Sequence[Document]) -> list[Candidate]:
    """
    Return the candidates, most telling first.

    A sentence scores by how much of the story's common vocabulary it carries for its length (words
    that several sentences and the titles share), and by how early its article says it.
    """
    if not pool:
        return []
    weights = Counter(word for candidate in pool for word in words_of(candidate.text))
    title_words = {word for document in chosen for word in words_of(document.title)}
    most = max(weights.values(), default=1)

    def score(candidate: Candidate) -> float:
        words = words_of(candidate.text)
        if not words:
            return 0.0
        common = sum(weights[word] / most for word in words) / math.sqrt(len(words))
        titled = len(words & title_words) / math.sqrt(len(words))
        early = 1.2 / (1 + candidate.position / 3)
        figures = 0.2 if any(letter.isdigit() for letter in candidate.text) else 0.0
        return common + titled + early + figures - 0.3 * (candidate.document > 0)

    return sorted(pool, key=lambda c: (-score(c), c.document, c.position))


def is_repeat(sentence: str, used: Sequence[str]) -> bool:
    """Return True when one of the sentences used says nearly the same."""
    words = words_of(sentence)
    if not words:
        return True
    for other in used:
        others = words_of(other)
        shared = len(words & others)
        if others and shared >= _SAME * min(len(words), len(others)):
            return True
    return False


def words_of(text: str) -> set[str]:
    """Return the longer words of a text, folded; Chinese and Japanese by pairs of characters."""
    words = {word for word in re.findall(r"[^\W_]+", text.casefold()) if len(word) > 3}  # noqa: PLR2004
    dense = re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text)
    return words | {first + second for first, second in pairwise(dense)}


def _has_half_quote(line: str) -> bool:
    """Return True when a quotation begins or ends outside of the sentence."""
    if line.count('"') % 2:
        return True
    if line.count("“") != line.count("”") and "„" not in line:
        return True
    # A sentence that is nothing but a quotation does not say who speaks.
    return any(len(quote) > 0.8 * len(line) for quote in quotes_in(line))
