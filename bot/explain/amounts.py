"""
Amounts told in words, which no list of numbers knows: "doubled", "half", "millions of people". Pure.

A text may tell them only when its sources do, in words or in figures ("a twofold rise", "50 %").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.explain.figures import Figure


@dataclass(frozen=True, slots=True)
class _Amount:
    """Words of several languages for one amount, and the figures that say the same."""

    words: re.Pattern[str]
    said_by: Callable[[Figure], bool]


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


def _is(*values: int | str) -> Callable[[Figure], bool]:
    wanted = {Decimal(value) for value in values}
    return lambda figure: bool(wanted & figure.values)


def _from(least: int) -> Callable[[Figure], bool]:
    return lambda figure: max(figure.values, default=Decimal(0)) >= least


_AMOUNTS = (
    _Amount(
        _words(
            r"doubl(?:ed|ing|es)|twofold|twice (?:as|the|that|its)|verdoppel\w*|doppelt so|"
            r"a doublé|ont doublé|duplic(?:ó|aron|ado)"
        ),
        _is(2, 100, 200),
    ),
    _Amount(
        _words(
            r"tripl(?:ed|ing|es)|threefold|verdreifach\w*|dreimal so|a triplé|ont triplé|triplic(?:ó|aron|ado)"
        ),
        _is(3, 200, 300),
    ),
    _Amount(_words(r"quadrupl(?:ed|ing|es)|fourfold|vervierfach\w*"), _is(4, 300, 400)),
    _Amount(
        _words(
            r"halv(?:ed|ing|es)|half (?:of|the|its|their|as)|by half|in half|(?:die )?Hälfte|halbier\w*|"
            r"(?:la )?moitié|(?:la )?mitad"
        ),
        _is(50, "0.5"),
    ),
    _Amount(_words(r"(?:one|a|two)[ -]thirds?(?: of)"), _is(33, 66, 67, "33.3", "66.7")),
    _Amount(_words(r"dozens of"), _from(20)),
    _Amount(_words(r"hundreds of|hunderte\w*|centaines|cientos de"), _from(100)),
    _Amount(_words(r"thousands of|tausende\w*|milliers|miles de"), _from(1_000)),
    _Amount(_words(r"millions of|Millionen (?:von|Menschen)|des millions|millones de"), _from(10**6)),
    _Amount(_words(r"billions of|Milliarden (?:von|an)|des milliards"), _from(10**9)),
)  # fmt: skip


def unfounded_amounts(sentence: str, sources: str, known: Iterable[Figure]) -> list[str]:
    """
    Return the amounts in words that no source tells.

    Args:
        sentence: To be checked.
        sources: Their texts, joined.
        known: The sources' figures.
    """
    found = [(amount, match[0]) for amount in _AMOUNTS if (match := amount.words.search(sentence))]
    if not found:
        return []
    figures = list(known)
    return [
        words
        for amount, words in found
        if not amount.words.search(sources) and not any(map(amount.said_by, figures))
    ]
