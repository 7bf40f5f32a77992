"""Which sentences of the sources can be shown by themselves, and which tell most. Pure."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.explain.figures import figures
from bot.explain.grounding import quotes_in
from bot.explain.outgoing.check import Outgoing
from bot.explain.plain_language import is_clean, without_reported
from bot.explain.readability import word_count
from bot.explain.rounding import supports
from bot.explain.sentences import split_sentences
from bot.explain.sources import Document, long_words
from bot.explain.sources import outgoing as check_of

_MIN_WORDS, _MAX_WORDS = 6, 40
# Where every character counts as a word, a sentence of news has about so many more.
_DENSE_FACTOR = 2.5
_IS_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\u0e01-\u0e2e]")
_PER_DOCUMENT = 60
_SAME = 0.6
_COVERED = 0.65

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
# Narrow on purpose: advertising, subscriptions, terms of service and data protection make news.
_BOILERPLATE = re.compile(
    r"\b(?:sign up (?:for|to|here|now)|subscribe (?:now|here|today|to (?:our|the|this|get|receive|read))|"
    r"(?:our|the|daily|weekly|free) (?:\w+ )?newsletters?|(?:we|site|website) uses? cookies|cookie (?:policy|settings)|"
    r"(?:our|agree to (?:the|our)|and) (?:privacy policy|terms of (?:use|service))|read (?:more|the (?:full|whole|rest|original))|"
    r"click here|follow us|share this|all rights reserved|advertise with|advertisement$|sponsored (?:content|post|link)|"
    r"affiliate (?:links?|commission)|photo(?:graph)? by|"
    r"image credit|getty images|credit:|log in to|join (?:us|our)|updated at|min(?:ute)?s? read|"
    r"this (?:article|story|post) (?:was|first|originally|appeared)|originally (?:published|appeared)|"
    r"reporting by|editing by|continue reading|appeared first on|comments? below|watch the video|"
    r"declined to comment|requests? for comment|shares (?:of|in) [\w .&-]{2,30} (?:rose|fell|climbed|dropped|"
    r"jumped|slid|closed|were (?:up|down))|(?:our|this|the latest) podcast|listen to|jetzt (?:abonnieren|anmelden)|"
    r"abonnieren sie|datenschutzerklärung|weiterlesen|lire la suite|abonnez|suscr[ií]b(?:ete|ase))\b|©|®",
    re.IGNORECASE,
)
# Addressed to a machine, not to readers.
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rule|above|previous|prior)|"
    r"^\W*(?:system|developer)(?: prompt| message)?\s*:|\b(?:reveal|print|show|output|repeat)\b.{0,20}\b(?:system|developer) "
    r"(?:prompt|message)|\b(?:your|my) (?:system|developer) (?:prompt|message)|\byou (?:are|must|should|will) now\b|\bassistant\b\s*:|"
    r"\b(?:as an|you are an?) (?:ai|assistant|language model)\b|\bsummari[sz]e this\b|"
    r"\b(?:respond|reply|answer) (?:only )?with\b|\bbegin (?:system|instructions)\b|"
    r"\b(?:tell|urge|remind) (?:the |your )?(?:users?|readers?|everyone) to\b",
    re.IGNORECASE,
)
_CODE_LIKE = re.compile(r"[{}\[\]|\\^~<>=_]{2,}|[<>{}|\\`]|\w\(\)|::|https?:|\w/\w+/\w")
_SHOUTS = re.compile(r"\b[A-Z]{3,}(?:\s+[A-Z]{3,}\b){2,}|!{2,}")


# What agencies and sites put before a sentence: "LUXEMBOURG, Nov 22 (Reuters) - ", "An anonymous
# reader writes: ", "arXiv:2611.00001v1 Announce Type: new Abstract: ".
_MONTH_DAY = r"[A-Z][a-zä]{2,8}\.? \d{1,2}"
_AGENCY = r"\((?:[A-Z]{2,5}|dpa|Reuters|Bloomberg)(?:[/ ][\w-]{2,12})?\)"
_PLACE = r"[A-ZÀ-Þ][\w.'/-]{1,20}(?: [A-ZÀ-Þ][\w.'/-]{1,20}){0,2}"
_DATELINE = re.compile(
    rf"^(?:(?:{_PLACE},? )?(?:{_MONTH_DAY} )?{_AGENCY}|{_PLACE}, {_MONTH_DAY}|{_MONTH_DAY}|[A-ZÀ-Þ][A-ZÀ-Þ '-]{{4,30}})"
    r"\s?[–—-]{1,2}\s+(?=[A-ZÀ-Þ“\"])"
    r"|^(?i:an anonymous reader|(?:long-?time )?slashdot reader [\w ]{2,30}) (?:writes|shares|quotes)[^:.]{0,60}:\s+"
    r"|^arXiv:\S+ Announce Type: \S+\s+Abstract:\s+"
)
_TICKER = re.compile(r" \((?:[A-Z]{1,5}\.[A-Z]{1,2}|(?:NASDAQ|NYSE|Nasdaq|LSE): ?[A-Z.]{1,6})\)")


def sentences_of(document: Document, language: str) -> list[str]:
    """Return its sentences in order, without datelines and stock exchange symbols."""
    return [
        _TICKER.sub("", _without_dateline(line))
        for line in split_sentences(document.text, language)[:_PER_DOCUMENT]
    ]


def _without_dateline(line: str) -> str:
    return _DATELINE.sub("", line, count=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that can be shown; `document` and `position` say where it stands."""

    text: str
    document: int
    position: int


def candidates(
    chosen: Sequence[Document], language: str, outgoing: Outgoing | None = None
) -> list[Candidate]:
    """
    Return the sentences of the documents that stand alone and may be posted, in order.

    Args:
        chosen: The documents.
        language: Of their texts.
        outgoing: The check for what is said about them (default: made of them).
    """
    outgoing = outgoing or check_of(chosen)
    found = []
    for number, document in enumerate(chosen):
        lines = sentences_of(document, language)
        found += [
            Candidate(" ".join(line.split()), number, position)
            for position, line in enumerate(lines)
            if stands_alone(line)
            and outgoing.fits(" ".join(line.split()), lines[position - 1] if position else "")
        ]
    return found


def stands_alone(sentence: str, *, min_words: int = _MIN_WORDS) -> bool:
    """Return True for a whole sentence that needs no other one, and speaks to readers of news."""
    line = " ".join(sentence.split())
    if not line or not min_words <= length(line) <= _MAX_WORDS:
        return False
    if line[-1] not in '.!?。！？”"»' or line[-1] == "?" or line.endswith("..."):
        return False
    if line[0].islower() or not (line[0].isalnum() or line[0] in '“"«„'):
        return False
    if _LEANS_BACK.match(line) or not is_clean(line) or _has_half_quote(line):
        return False
    unquoted = re.sub(r"[“\"«„][^“”\"«»„]*[”\"»“]", " ", line)
    patterns = (_FIRST_PERSON, _BOILERPLATE, _ORDERS, _CODE_LIKE, _SHOUTS)
    return not any(pattern.search(unquoted) for pattern in patterns) and not _ORDERS.search(
        without_reported(line)
    )


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


def length(sentence: str) -> float:
    """Return how long a sentence is, in words of a language with spaces."""
    return word_count(sentence) / (_DENSE_FACTOR if _IS_DENSE.search(sentence) else 1.0)


def has_no_case(sentence: str) -> bool:
    """Return True in scripts without capitals, also when a Latin name stands in between."""
    letters = [letter for letter in sentence if letter.isalpha()]
    return sum(letter.isupper() or letter.islower() for letter in letters) < len(letters) / 2


def is_covered(sentence: str, used: Sequence[str]) -> bool:
    """Return True when the sentences used together say nearly all of this one."""
    words = words_of(sentence)
    told = {word for other in used for word in words_of(other)}
    return len(words & told) >= _COVERED * len(words)


def is_retold(candidate: Candidate, used: Sequence[Candidate]) -> bool:
    """Return True when another document's sentence is used that tells the same sum or share."""
    told = [figure for figure in figures(candidate.text) if figure.unit]
    return any(
        other.document != candidate.document and supports(figure, mine)
        for other in used
        for figure in figures(other.text)
        for mine in told
    )


def words_of(text: str) -> set[str]:
    """Return the longer words of a text, folded; Chinese and Japanese by pairs of characters."""
    dense = re.findall(r"[\u3040-\u30ff\u4e00-\u9fff]", text)
    return long_words(text) | {first + second for first, second in pairwise(dense)}


def _has_half_quote(line: str) -> bool:
    """Return True when a quotation begins or ends outside of the sentence."""
    if line.count('"') % 2:
        return True
    if line.count("“") != line.count("”") and "„" not in line:
        return True
    # A sentence that is nothing but a quotation does not say who speaks.
    return any(len(quote) > 0.8 * len(line) for quote in quotes_in(line))
