"""What a sentence of an answer may say: two rules, for answers with and without sources. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.explain.glossary import Glossary, GlossaryEntry
from bot.explain.grounding import Grounds, quotes_in
from bot.explain.number_words import MONTHS, WEEKDAYS
from bot.explain.review import is_analogy
from bot.explain.update import Update

_DATE_WORDS = re.compile(
    rf"\b(?:{'|'.join(re.escape(word) for word in sorted({*MONTHS, *WEEKDAYS}, key=len, reverse=True))})\b",
    re.IGNORECASE,
)

_MAKER_NAMES = (
    "google meta microsoft amazon apple nvidia anthropic mistral deepseek deepmind gemini claude copilot llama grok "
    "siri alexa cortana perplexity facebook twitter ibm intel amd samsung tesla baidu alibaba tencent bytedance "
    "huawei oracle salesforce adobe slack zoom cohere midjourney stability runway suno sora bard qwen kimi "
    "elevenlabs databricks snowflake sap siemens nokia sony reddit wikipedia github gitlab musk altman china "
    "europe america germany france britain japan india"
)
_MAKERS = frozenset(_MAKER_NAMES.split())
# Plurals are left alone: "Researchers introduced …" names nobody.
_OPENING = re.compile(
    r"\W*(?P<word>[A-Z]\w*)(?:['’]s)?(?P<acts>(?<!s)\s+(?:invented|founded|created|developed|built|owns|owned|sells|"
    r"sold|introduced|published|coined|pioneered|popularised|popularized|acquired|launched|unveiled)\b)?"
)


class SourcedCheck:
    """
    Every figure, name, quotation and link stands in the sources, or in what was asked.

    Args:
        sources: Texts with their head lines (`sources.grounds`).
        asked: The question and what the person said before.
        glossary: Names of its terms need no source.
        language: Of the answer; source_language: of the sources, "" when unknown.
        updates: What the later sources changed (`Document.updates`).
    """

    def __init__(
        self,
        sources: Sequence[str],
        asked: Sequence[str],
        glossary: Glossary,
        *,
        language: str = "en",
        source_language: str = "",
        updates: Sequence[Update] = (),
    ) -> None:
        # A figure in a question is no fact: what people ask may be repeated, and names may be used.
        self._grounds = Grounds(
            sources,
            term_names(glossary.entries),
            language=language,
            said=asked,
            source_language=source_language,
            updates=updates,
        )

    def passes(self, sentence: str) -> bool:
        return not self._grounds.check(sentence, analogy=is_analogy(sentence, ()))


class GeneralCheck:
    """
    General knowledge: no figures, dates, quotations or links at all, few names.

    Names may come from the question and the glossary only.

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
        self._named = frozenset(re.findall(r"\w+", " ".join([*asked, *house]).casefold()))

    def passes(self, sentence: str) -> bool:
        if quotes_in(sentence) or _DATE_WORDS.search(_without_may(sentence)):
            return False
        if self._opens_with_name(sentence):
            return False
        return not self._names.check(sentence, analogy=is_analogy(sentence, ()))

    def _opens_with_name(self, sentence: str) -> bool:
        """A capital at the beginning proves nothing; known names and what acts like one do."""
        found = _OPENING.match(sentence)
        if found is None or found["word"].casefold() in self._named:
            return False
        return found["word"].casefold() in _MAKERS or found["acts"] is not None


def term_names(entries: Iterable[GlossaryEntry]) -> list[str]:
    return [name for entry in entries for name in entry.names]


def _without_may(sentence: str) -> str:
    """Leave out what is mostly another word ("may", "so"); as a date it comes with a figure."""
    return re.sub(
        r"\b(?:may|march|mar|sun|sat|dec|sep|mon|wed|mai|so|mi|do|fr|sa|di)\b",
        " ",
        sentence,
        flags=re.IGNORECASE,
    )
