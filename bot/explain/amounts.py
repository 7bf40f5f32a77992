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


def _percent(*values: int | str) -> Callable[[Figure], bool]:
    wanted = {Decimal(value) for value in values}
    return lambda figure: figure.unit == "percent" and bool(wanted & figure.values)


def _count(least: int) -> Callable[[Figure], bool]:
    """Counts only: a sum of money is no number of people, nor is a year."""

    def says(figure: Figure) -> bool:
        counted = [value for value in figure.values if value not in _YEARS]
        return not figure.unit and max(counted, default=Decimal(0)) >= least

    return says


_YEARS = range(1900, 2101)
_AMOUNTS = (
    _Amount(
        _words(
            r"doubl(?:ed|e|ing|es)|2x|two times|twofold|twice (?:as|the|that|its)|verdoppel\w*|doppelt so|"
            r"a doublé|ont doublé|duplic(?:ó|aron|ado)"
        ),
        _percent(100, 200),
    ),
    _Amount(
        _words(
            r"tripl(?:ed|e|ing|es)|3x|three times|threefold|verdreifach\w*|dreimal so|a triplé|ont triplé|triplic(?:ó|aron|ado)"
        ),
        _percent(200, 300),
    ),
    _Amount(_words(r"quadrupl(?:ed|e|ing|es)|4x|four times|fourfold|vervierfach\w*"), _percent(300, 400)),
    _Amount(
        _words(
            r"halv(?:ed|ing|es)|half (?:of|the|its|their|as)|by half|in half|(?:die )?Hälfte|halbier\w*|"
            r"(?:la )?moitié|(?:la )?mitad"
        ),
        _percent(50),
    ),
    _Amount(_words(r"(?:one|a|two)[ -]thirds?(?: of)"), _percent(33, 66, 67, "33.3", "66.7")),
    _Amount(_words(r"dozens of"), _count(20)),
    _Amount(_words(r"hundreds of|hunderte\w*|centaines|cientos de"), _count(100)),
    _Amount(_words(r"thousands of|tausende\w*|milliers|miles de"), _count(1_000)),
    _Amount(_words(r"millions of|Millionen (?:von|Menschen)|des millions de"), _count(10**6)),
    _Amount(_words(r"billions of|Milliarden (?:von|an)|des milliards de"), _count(10**9)),
)  # fmt: skip


class ToldAmounts:
    """
    The amounts in words that sources tell; each is looked for once, and only when a text has it.

    Args:
        sources: Their texts, joined.
        known: The sources' figures.
    """

    def __init__(self, sources: str, known: Iterable[Figure]) -> None:
        self._sources, self._figures = sources, tuple(known)
        self._told: dict[int, bool] = {}

    def unfounded(self, sentence: str) -> list[str]:
        """Return the amounts in words of a sentence that no source tells."""
        found = [(n, amount.words.search(sentence)) for n, amount in enumerate(_AMOUNTS)]
        return [match[0] for n, match in found if match and not self._is_told(n)]

    def _is_told(self, number: int) -> bool:
        if number not in self._told:
            amount = _AMOUNTS[number]
            self._told[number] = bool(amount.words.search(self._sources)) or any(
                map(amount.said_by, self._figures)
            )
        return self._told[number]
