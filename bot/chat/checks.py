"""What a sentence of an answer may say: two rules, for answers with and without sources. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.explain.glossary import Glossary, GlossaryEntry
from bot.explain.grounding import Grounds, quotes_in
from bot.explain.number_words import MONTHS, WEEKDAYS
from bot.explain.review import is_analogy

_DATE_WORDS = re.compile(
    rf"\b(?:{'|'.join(re.escape(word) for word in sorted({*MONTHS, *WEEKDAYS}, key=len, reverse=True))})\b",
    re.IGNORECASE,
)


class SourcedCheck:
    """
    Every figure, name, quotation and link stands in the sources, or in what was asked.

    Args:
        sources: Texts with their head lines (`sources.grounds`).
        asked: The question and what the person said before.
        glossary: Names of its terms need no source.
        language: Of the answer; source_language: of the sources, "" when unknown.
    """

    def __init__(
        self,
        sources: Sequence[str],
        asked: Sequence[str],
        glossary: Glossary,
        *,
        language: str = "en",
        source_language: str = "",
    ) -> None:
        # A figure in a question is no fact: what people ask may be repeated, and names may be used.
        self._grounds = Grounds(
            [*sources, *asked],
            term_names(glossary.entries),
            language=language,
            source_language=source_language,
        )

    def passes(self, sentence: str) -> bool:
        return not self._grounds.check(sentence, analogy=is_analogy(sentence, ()))


class GeneralCheck:
    """
    General knowledge: no figures, dates, quotations or links at all; names only from the question
    and the glossary.

    Args:
        asked: The question and what the person said before.
        glossary: Its terms may be named.
        language: Of the answer.
    """

    def __init__(self, asked: Sequence[str], glossary: Glossary, *, language: str = "en") -> None:
        used = [found.entry for text in asked for found in glossary.find_in(text)]
        house = [
            text for entry in used for text in (entry.meaning, entry.comparison, entry.practitioner)
        ]
        self._names = Grounds([*asked, *house], term_names(glossary.entries), language=language)

    def passes(self, sentence: str) -> bool:
        if quotes_in(sentence) or _DATE_WORDS.search(_without_may(sentence)):
            return False
        return not self._names.check(sentence, analogy=is_analogy(sentence, ()))


def term_names(entries: Iterable[GlossaryEntry]) -> list[str]:
    return [name for entry in entries for name in entry.names]


def _without_may(sentence: str) -> str:
    """ "May" and "march" are mostly verbs; as months they come with a figure, which is looked at anyway."""
    return re.sub(
        r"\b(?:may|march|mar|sun|sat|dec|sep|mon|wed|mai|so|mi|do|fr|sa|di)\b",
        " ",
        sentence,
        flags=re.IGNORECASE,
    )
