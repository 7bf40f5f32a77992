"""
What tells two alike reports apart: another model's version, or another actor with other figures.

"Harvey raises $160m at $8bn valuation" and "Lovable raises $330m at $6.6bn valuation" share most of
their words and are two events. Both rules ask for a sign on each side, so a report that names
nobody and no figure is never kept apart by them. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.news.figures import Figure, figures
from bot.news.terms import is_trade_word
from bot.news.text import opening, stem

_CAPITAL = re.compile(r"(?<![\w'’])[A-ZÀ-Þ][\w&-]*")
_VERSION = re.compile(
    r"(?<![\w'’])([A-ZÀ-Þ][A-Za-zÀ-ÿ]+)([- ]?)(\d{1,2}(?:\.\d{1,2})?)(?![\w,.%]*\d|%)"
)
_TITLE_CHARS, _OPENING_CHARS = 300, 1_500


@dataclass(frozen=True, slots=True)
class Signs:
    """
    What one report, or all reports of a group, name.

    Attributes:
        leads: The first name of each title, folded; capitals: every capitalised word.
        versions: Versioned names of the titles ("gemini4"); all_versions: of titles and openings.
        figures: Of titles and openings.
    """

    leads: frozenset[str] = frozenset()
    capitals: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset()
    all_versions: frozenset[str] = frozenset()
    figures: tuple[Figure, ...] = ()

    def with_those_of(self, other: Signs) -> Signs:
        """Return the signs of both."""
        return Signs(
            self.leads | other.leads,
            self.capitals | other.capitals,
            self.versions | other.versions,
            self.all_versions | other.all_versions,
            tuple(dict.fromkeys((*self.figures, *other.figures))),
        )


@lru_cache(maxsize=4_096)
def signs_of(title: str, text: str) -> Signs:
    """Return the signs of one report: of its title and the first sentences of its text."""
    title, start = title[:_TITLE_CHARS], opening(text[:_OPENING_CHARS])
    in_start = {word.casefold() for word in _CAPITAL.findall(start)}
    names = [word.casefold() for word in _CAPITAL.findall(title)]
    leads = [name for name in names if name in in_start and not _says_the_trade(name)]
    versions = _versions(title, repeated_in=start)
    return Signs(
        leads=frozenset(leads[:1]),
        capitals=frozenset({*names, *in_start}),
        versions=versions,
        all_versions=versions | _versions(start, repeated_in=start),
        figures=tuple(figures(f"{title}. {start}")),
    )


def are_apart(one: Signs, other: Signs) -> bool:
    """Return True when two reports, however alike, tell different events."""
    return _other_version(one, other) or (_other_actor(one, other) and _other_figures(one, other))


def _other_version(one: Signs, other: Signs) -> bool:
    """Each title has a version, and neither text mentions that of the other."""
    return bool(
        one.versions
        and other.versions
        and one.versions.isdisjoint(other.all_versions)
        and other.versions.isdisjoint(one.all_versions)
    )


def _other_actor(one: Signs, other: Signs) -> bool:
    return bool(
        one.leads
        and other.leads
        and one.leads.isdisjoint(other.capitals)
        and other.leads.isdisjoint(one.capitals)
    )


def _other_figures(one: Signs, other: Signs) -> bool:
    """Both count the same thing (dollars, per cent, …), and no value is in both."""
    shared = {figure.unit for figure in one.figures} & {figure.unit for figure in other.figures}
    mine = [figure for figure in one.figures if figure.unit in shared]
    theirs = [figure for figure in other.figures if figure.unit in shared]
    return bool(mine) and not any(a.same_as(b) for a in mine for b in theirs)


def _versions(text: str, *, repeated_in: str) -> frozenset[str]:
    """Return "gpt6" for "GPT-6"; with a space ("Cuts 12 jobs") only what the text says, too."""
    found = _VERSION.findall(text)
    said = {f"{name} {number}" for name, gap, number in _VERSION.findall(repeated_in) if gap == " "}
    return frozenset(
        f"{name}{number}".casefold()
        for name, gap, number in found
        if gap != " " or f"{name} {number}" in said
    )


def _says_the_trade(name: str) -> bool:
    return name in {"ai", "ki", "ia"} or (is_trade_word(stem(name)) and name not in _ACTORS)


# Trade words for grouping, and yet actors.
_ACTORS = frozenset({"openai", "google", "microsoft", "meta"})
