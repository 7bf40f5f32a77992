"""Answers without a model: the sources' own sentences nearest to a question, and the glossary. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.explain.explanation import ExplainedTerm, Level
from bot.explain.glossary import Glossary, GlossaryEntry
from bot.explain.outgoing.check import Outgoing
from bot.explain.pick import candidates, is_repeat, ranked, words_of
from bot.explain.sources import Document
from bot.explain.wordforms import normal_words

MAX_SENTENCES, MAX_TERMS = 4, 4
_MIN_WORD_CHARS = 4
_QUESTION_WORDS = frozenset(
    {
        "what",
        "does",
        "that",
        "this",
        "with",
        "from",
        "about",
        "have",
        "which",
        "when",
        "where",
        "mean",
        "they",
        "would",
        "could",
        "doe",
        "thi",
    }
)


def nearest_sentences(
    question: str,
    chosen: Sequence[Document],
    language: str,
    limit: int = MAX_SENTENCES,
    outgoing: Outgoing | None = None,
) -> tuple[str, ...]:
    """
    Return sentences of the sources that share most words with the question, in their order.

    When none shares any (or nothing was asked), the most telling ones. Only what may be posted:
    *outgoing* is the check for it (default: made of the documents).
    """
    pool = candidates(chosen, language, outgoing)
    wanted = _asked(question)
    order = ranked(pool, chosen)
    near = [one for one in order if wanted & _asked(one.text)]
    near.sort(key=lambda one: -len(wanted & _asked(one.text)))
    kept: list[str] = []
    for one in near or order:
        if len(kept) < limit and not is_repeat(one.text, kept):
            kept.append(one.text)
    places = {one.text: (one.document, one.position) for one in pool}
    return tuple(sorted(kept, key=lambda text: places[text]))


def shares_words(question: str, lines: Sequence[str]) -> bool:
    """Return whether any word that carries the question stands in the sentences."""
    wanted = _asked(question)
    return any(wanted & _asked(line) for line in lines)


def _asked(text: str) -> frozenset[str]:
    """Return the words that carry a question, in one form each ("needs", "need")."""
    long = {word for word in normal_words(text) if len(word) >= _MIN_WORD_CHARS}
    return frozenset(long - _QUESTION_WORDS) | frozenset(words_of(text) if not long else ())


def glossary_paragraphs(entry: GlossaryEntry, level: Level) -> tuple[tuple[str, ...], ...]:
    """Return what the glossary says at a level."""
    if level is Level.NEWCOMER:
        return ((entry.meaning, entry.comparison),)
    return ((entry.meaning,), (entry.practitioner,))


def terms_in(text: str, glossary: Glossary, level: Level) -> tuple[ExplainedTerm, ...]:
    """Return the glossary's terms that a text uses; experts need none."""
    if level is Level.EXPERT:
        return ()
    return tuple(
        ExplainedTerm(
            term=found.as_written, meaning=found.entry.meaning, comparison=found.entry.comparison
        )
        for found in glossary.find_in(text)[:MAX_TERMS]
    )
