"""The words by which people say how they want something explained. Data only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from bot.digest.languages import LANGUAGE_NAMES
from bot.explain.explanation import Level

# Names of languages in English, in themselves, and in German.
LANGUAGES: dict[str, str] = LANGUAGE_NAMES | {
    "deutsch": "de",
    "englisch": "en",
    "französisch": "fr",
    "spanisch": "es",
    "italienisch": "it",
    "niederländisch": "nl",
    "polnisch": "pl",
    "türkisch": "tr",
    "français": "fr",
    "francais": "fr",
    "español": "es",
    "espanol": "es",
    "italiano": "it",
    "nederlands": "nl",
    "português": "pt",
    "portugues": "pt",
    "svenska": "sv",
    "polsku": "pl",
    "dansk": "da",
    "norsk": "no",
    "anglais": "en",
    "inglés": "en",
}

# "In plain English" is a wish for plain words, whatever the language.
LEVEL_WORDS: tuple[tuple[Level, str], ...] = (
    (
        Level.NEWCOMER,
        (
            r"simply(?:\s+put)?|simple|simpler|more\s+simply|plainly|eli5|(?:explain\s+)?like\s+i(?:['’]m|\s+am)\s+(?:five|5)|"
            r"in\s+(?:very\s+|more\s+)?(?:simple|simpler|plain|easy|everyday|layman['’]?s)\s+(?:words|terms|language|english)|"
            r"in\s+layman\s+terms|(?:for|to)\s+(?:a\s+|an\s+|my\s+)?(?:absolute\s+|complete\s+)?"
            r"(?:beginners?|newcomers?|dummies|laypeople|lay\s*persons?|non-?experts?|kids?|child(?:ren)?|grandma|five-year-old|5-year-old)|"
            r"einfach(?:er)?|ganz\s+einfach|in\s+(?:ganz\s+)?einfachen\s+worten|für\s+(?:anfänger|laien|einsteiger|dummies)"
        ),
    ),
    (
        Level.EXPERT,
        (
            r"(?:for|to)\s+(?:an\s+)?experts?|as\s+an\s+expert|(?:at\s+)?expert\s+level|technically|in\s+technical\s+terms|"
            r"für\s+(?:experten|expertinnen|profis|fachleute)"
        ),
    ),
    (
        Level.PRACTITIONER,
        (
            r"(?:for|to)\s+(?:a\s+)?(?:practitioners?|developers?|engineers?|programmers?|professionals?)|"
            r"für\s+(?:entwickler|entwicklerinnen|praktiker)"
        ),
    ),
)
LENGTH_WORDS: tuple[tuple[Literal["short", "long"], str], ...] = (
    (
        "short",
        (
            r"short(?:er)?|briefly|in\s+short|in\s+brief|in\s+a\s+nutshell|in\s+(?:one|a|two)\s+(?:single\s+)?sentences?|"
            r"tl;?dr|keep\s+it\s+short|kurz|kürzer|in\s+kurz|in\s+aller\s+kürze|in\s+einem\s+satz"
        ),
    ),
    (
        "long",
        (
            r"(?:in|with)\s+(?:more\s+|full\s+|great\s+)?(?:detail|details|depth)|in-depth|detailed|longer|at\s+length|"
            r"more\s+detail|ausführlich(?:er)?|im\s+detail|genauer|detaillierter?"
        ),
    ),
)


def alternatives(words: Iterable[str]) -> str:
    """Return a pattern for any of *words*, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))
