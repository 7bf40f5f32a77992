"""The rules of the form (design: what an explanation looks like), checked without a model. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.explain.draft import Draft, Field
from bot.explain.explanation import ExplainedTerm, Form, Level
from bot.explain.language import is_in
from bot.explain.readability import word_count

MAX_WORDS = {Form.DIGEST: 150, Form.FULL: 350}
MIN_WORDS = {Form.DIGEST: 90, Form.FULL: 150}
MAX_TERMS = {Form.DIGEST: 4, Form.FULL: 8}
MAX_HEADLINE_CHARS = 110
MAX_SENTENCE_WORDS = {Level.NEWCOMER: 32, Level.PRACTITIONER: 36, Level.EXPERT: 40}
# Longer than this is no sentence: it is dropped, not only found fault with.
_RUNAWAY_WORDS = 70
# Below this many words of source material no minimum is asked for: it would invite invention.
_THIN_SOURCE_WORDS = 150

_LINK = re.compile(r"https?:|ftp:|www\.|\w@\w+\.\w|\]\(|\bmailto:", re.IGNORECASE)
_MENTION = re.compile(r"<[@!#]|(?<![\w.])@\w|(?<!\w)#[a-z]\w+", re.IGNORECASE)
_MARKUP = re.compile(
    r"<\s*(?:/\s*)?[a-z!?][^>]*>?|&(?:lt|gt|amp|#\d+);|```|`[^`]+`|\*\*|__|~~|"
    r"(?<!\w)[*_~](?=\S)[^*_~]+(?<=\S)[*_~](?!\w)|^\s*(?:#{1,6}\s|[-*•]\s|>\s)|"
    r"(?<!\w):[a-z0-9_+-]+:(?!\w)|\{\{|\}\}|<\|",
    re.IGNORECASE,
)
_TALKS_AS_MODEL = re.compile(
    r"\b(?:as an ai|language model,? i|i cannot|i can't|i'm sorry|my system prompt|"
    r"(?:reveal|print|show|output|repeat|leak)s? (?:the|your) system prompt|"
    r"(?:ignore|disregard|forget)\b.{0,30}\binstructions?|these instructions|"
    r"(?:give|send|tell|enter|type|confirm|share|reveal|provide|submit|post|paste)\b.{0,30}\b"
    r"your (?:password|token|api key))\b",
    re.IGNORECASE,
)
# News about attacks quotes what the attackers wrote.
_ABOUT_ATTACKS = re.compile(
    r"\b(?:attack\w*|hackers?|researchers?|injections?|hidden|hid|malicious|jailbreak\w*|phishing|fooled|tricked)\b",
    re.IGNORECASE,
)
_IN_QUOTES = re.compile(r"[“\"«„][^“”\"«»„]{1,200}[”\"»“]")
_HYPE = re.compile(
    r"\b(?:revolutioni[sz]\w*|revolutionary|game[- ]?chang\w+|ground-?breaking|mind-?blowing|"
    r"unprecedented|jaw-?dropping|cutting-edge|state-of-the-art|next-generation|exciting|"
    r"amazing|incredible|stunning|insane|must-have|supercharge\w*|unleash\w*|skyrocket\w*|"
    r"bahnbrechend\w*|revolutionär\w*|sensationell\w*|révolutionnaire\w*|revolucionari\w*)\b",
    re.IGNORECASE,
)
_ENOUGH_SHARED = 0.6
_SMALL_WORD_CHARS = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """
    A rule that a draft breaks.

    Attributes:
        reason: A sentence for the repair call.
        field, sentence: Where; "" and "" for the text as a whole.
        hard: A sentence with it is never shown; a soft fault is worth the one repair call only.
    """

    reason: str
    field: Field | str = ""
    sentence: str = ""
    hard: bool = False


def check(
    draft: Draft, *, form: Form, level: Level, language: str, source_words: int
) -> list[Fault]:
    """
    Return the rules that *draft* breaks.

    Args:
        draft: What the model wrote.
        form: Sets length and number of terms.
        level: Sets the length of sentences.
        language: The one wanted.
        source_words: How many words the documents have; thin ones need no minimum.
    """
    return [
        *_missing(draft),
        *_length(draft, form, source_words),
        *(
            fault
            for field, line in draft.sentences()
            for fault in _sentence_faults(field, line, level)
        ),
        *_term_faults(draft, form),
        *_language_fault(draft, language),
    ]


def is_clean(text: str) -> bool:
    """Return True when *text* has no link, mention, markup or words to a machine."""
    if any(pattern.search(text) for pattern in (_LINK, _MENTION, _MARKUP)):
        return False
    return not _TALKS_AS_MODEL.search(without_reported(text))


def without_reported(text: str) -> str:
    """Return *text* without what it quotes, when it is news about an attack."""
    return _IN_QUOTES.sub(" ", text) if _ABOUT_ATTACKS.search(text) else text


def explains(term: ExplainedTerm, text: str) -> bool:
    """Return True when the term and most words of its meaning stand in *text*."""
    return term.term.casefold() in text.casefold() and shared_words(term.meaning, text)


def shared_words(part: str, text: str) -> bool:
    """Return True when at least 60 % of the longer words of *part* stand in *text*."""
    wanted, there = _long_words(part), _long_words(text)
    return bool(wanted) and len(wanted & there) >= _ENOUGH_SHARED * len(wanted)


def _missing(draft: Draft) -> Iterator[Fault]:
    if not draft.headline:
        yield Fault("The headline is empty.", hard=True)
    if len(draft.headline) > MAX_HEADLINE_CHARS:
        yield Fault(f"The headline is longer than {MAX_HEADLINE_CHARS} characters.")
    if not draft.in_short:
        yield Fault("in_short is empty.", hard=True)
    if not draft.paragraphs:
        yield Fault("There are no paragraphs.", hard=True)


def _length(draft: Draft, form: Form, source_words: int) -> Iterator[Fault]:
    words = word_count(draft.text)
    if words > MAX_WORDS[form]:
        yield Fault(f"It has {words} words; at most {MAX_WORDS[form]} are wanted.")
    if words < MIN_WORDS[form] and source_words >= max(_THIN_SOURCE_WORDS, MIN_WORDS[form] * 2):
        yield Fault(f"It has {words} words; at least {MIN_WORDS[form]} are wanted.")


def _sentence_faults(field: Field, line: str, level: Level) -> Iterator[Fault]:
    named = (
        (_LINK, "A link or address stands in"),
        (_MENTION, "A mention stands in"),
        (_MARKUP, "Markup stands in"),
        (_TALKS_AS_MODEL, "Words that do not belong to the news stand in"),
    )
    for pattern, what in named:
        if pattern.search(without_reported(line) if pattern is _TALKS_AS_MODEL else line):
            yield Fault(f'{what}: "{line[:120]}"', field, line, hard=True)
    if _HYPE.search(line):
        yield Fault(f'This cheers instead of telling: "{line[:120]}"', field, line)
    words = word_count(line)
    if words > MAX_SENTENCE_WORDS[level]:
        reason = f'A sentence has {words} words: "{line[:80]}…"'
        yield Fault(reason, field, line, hard=words > _RUNAWAY_WORDS)


def _term_faults(draft: Draft, form: Form) -> Iterator[Fault]:
    if len(draft.terms) > MAX_TERMS[form]:
        yield Fault(f"It explains {len(draft.terms)} terms; at most {MAX_TERMS[form]} are wanted.")
    comparisons = [term.comparison.casefold() for term in draft.terms if term.comparison]
    if len(set(comparisons)) < len(comparisons):
        yield Fault("A comparison is used twice.")
    text = draft.text
    for term in draft.terms:
        if not explains(term, text):
            yield Fault(f'The text does not explain "{term.term[:60]}" with the words given.')


def _language_fault(draft: Draft, language: str) -> Iterator[Fault]:
    body = " ".join(line for field, line in draft.sentences() if field != "headline")
    if not is_in(body, language):
        yield Fault(f"It is not written in the language wanted ({language}).", hard=True)


def _long_words(text: str) -> set[str]:
    """Return the words that carry meaning: longer than "the" and "and", or not written in ASCII."""
    words = re.findall(r"[^\W_]+", text.casefold())
    return {word for word in words if len(word) > _SMALL_WORD_CHARS or not word.isascii()}
