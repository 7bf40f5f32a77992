"""
Which entries tell one event: online TF-IDF centroids, and merging of the runner-up.

Each entry, in time order, joins the group whose centroid it resembles most, or opens one; when the
second-best group resembles it as well and the two groups resemble each other, they were one event
all along. Method and thresholds: facts of the experiment in docs/decisions; it beat thirteen
libraries on labelled news. One language at a time: words do not cross languages.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.news.apart import Signs, are_apart, signs_of
from bot.news.entry import Entry
from bot.news.shared_pages import SharedPages, survivor
from bot.news.terms import is_trade_word, term_counts

WINDOW = timedelta(hours=72)

_RARE_SHARE, _TRADE_SHARE = 0.004, 0.12
# Counts start as if this many entries had been read, so that the first day behaves like the tenth.
_PRIOR_ENTRIES = 250
_SWEEP_EVERY = 256
# With few groups every shared word may lead to one.
_COMMON_LEAST = 40
_COMMON_SHARE = 100
_PROMISING = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """
    When entries belong together.

    Attributes:
        join: Least cosine between an entry and a group; merge: between two groups.
        bigram_weight: What a pair of neighbouring words counts against a single word.
    """

    join: float = 0.22
    merge: float = 0.30
    bigram_weight: float = 0.5


# A false merge hides a story, a missed one shows it twice: precision first.
DIGEST = Setting()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """
    Attributes:
        group_of: New entry's id -> the id of its group. A group opened here has its first entry's id.
        merged: Id of a group that ended -> the group it became part of.
    """

    group_of: dict[str, str]
    merged: dict[str, str]


@dataclass(slots=True)
class _Group:
    first: datetime
    latest: datetime
    weights: dict[str, float] = field(default_factory=dict)
    squared: float = 0.0
    signs: Signs = field(default_factory=Signs)


def assign(
    groups: Mapping[str, Sequence[Entry]],
    entries: Iterable[Entry],
    setting: Setting = DIGEST,
    fixed: frozenset[str] = frozenset(),
) -> Assignment:
    """
    Give every new entry a group.

    Args:
        groups: What is known: group id -> its entries.
        entries: New ones; taken in the order of (instant, id), whatever order they come in.
        setting: The thresholds.
        fixed: Groups that are not ours to join together (the wider stories, when own ones are placed
            among them); other groups that resemble one of them become part of it.
    """
    merged: dict[str, str] = {}
    group_of: dict[str, str] = {}
    by_language: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: (entry.at, entry.id)):
        by_language[entry.language].append(entry)
    if fixed:  # own groups may have to settle even where nothing new came
        for group, members in groups.items():
            if group not in fixed:
                by_language.setdefault(members[0].language, [])
    for language, new in sorted(by_language.items()):
        known = {
            group: own
            for group, members in groups.items()
            if (own := [entry for entry in members if entry.language == language])
        }
        clusters = _Clusters(known, new, setting, fixed)
        for entry in new:
            group_of[entry.id] = clusters.place(entry)
        clusters.settle()
        merged.update(clusters.merged)
    return Assignment(
        group_of={entry: survivor(group, merged) for entry, group in group_of.items()},
        merged={old: survivor(old, merged) for old in merged},
    )


class _Clusters:
    """The groups of one language while entries are placed."""

    def __init__(
        self,
        known: Mapping[str, Sequence[Entry]],
        new: Sequence[Entry],
        setting: Setting,
        fixed: frozenset[str],
    ) -> None:
        self.merged: dict[str, str] = {}
        self._setting = setting
        self._known = frozenset(known)
        self._fixed = fixed
        self._groups: dict[str, _Group] = {}
        self._postings: dict[str, dict[str, float]] = defaultdict(dict)
        self._terms: dict[str, Mapping[str, float]] = {}
        self._seen: Counter[str] = Counter()
        self._placed = 0
        self._pages = SharedPages([entry for group in known.values() for entry in group], new)
        for entry in (*(entry for group in known.values() for entry in group), *new):
            self._count(entry)
        for group, members in sorted(known.items()):
            for entry in members:
                self._add(group, entry, self._vector(entry))

    def place(self, entry: Entry) -> str:
        """Return the id of the group that an entry joins or opens."""
        self._sweep(entry.at)
        vector = self._vector(entry)
        page_group = self._pages.group_of(entry, self.merged)
        ranked = self._candidates(entry, vector)
        group = page_group or (ranked[0][1] if ranked else entry.id)
        self._add(group, entry, vector)
        rivals = [rival for _, rival in ranked if rival != group]
        return self._merge_if_alike(group, rivals[0]) if rivals else group

    def settle(self) -> None:
        """Join own groups to the fixed ones they resemble, until nothing changes."""
        free = sorted(self._groups.keys() - self._fixed) if self._fixed else []
        moved = True
        while moved:
            moved = False
            for group in [group for group in free if group in self._groups]:
                rivals = [
                    rival
                    for rival in self._fixed & self._groups.keys()
                    if self._are_near(group, rival)
                ]
                best = max(
                    rivals, key=lambda rival: (self._cosine(group, rival), rival), default=None
                )
                moved |= best is not None and self._merge_if_alike(group, best) != group

    def _count(self, entry: Entry) -> None:
        if entry.id not in self._terms:
            terms = term_counts(
                entry.title, entry.text[:1_500], entry.language, self._setting.bigram_weight
            )
            self._terms[entry.id] = terms
            self._seen.update(terms.keys())

    def _vector(self, entry: Entry) -> dict[str, float]:
        """
        Return the entry's terms weighed by (1 + log tf) x idf, at unit length.

        Terms that no other entry has count in the length and are then left away: they match nothing.
        """
        raw = {
            term: (1.0 + math.log(max(count, 1.0))) * min(count, 1.0) * self._idf(term)
            for term, count in self._terms[entry.id].items()
        }
        length = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        return {term: weight / length for term, weight in raw.items() if self._seen[term] > 1}

    def _idf(self, term: str) -> float:
        share = _TRADE_SHARE if is_trade_word(term) else _RARE_SHARE
        seen = self._seen[term] + share * _PRIOR_ENTRIES
        return math.log((len(self._terms) + _PRIOR_ENTRIES + 1) / seen)

    def _candidates(self, entry: Entry, vector: dict[str, float]) -> list[tuple[float, str]]:
        """Return (-cosine, group) of the groups alike enough and near enough in time, best first."""
        found = []
        signs = signs_of(entry.title, entry.text)
        for group_id in self._promising(vector):
            group = self._groups[group_id]
            if are_apart(signs, group.signs):
                continue
            dot = sum(weight * group.weights.get(term, 0.0) for term, weight in vector.items())
            cosine = dot / math.sqrt(group.squared)
            if cosine >= self._setting.join and self._is_near(group, entry.at):
                found.append((-cosine, group_id))
        return sorted(found)

    def _promising(self, vector: dict[str, float]) -> list[str]:
        """
        Return the few groups that share most of the telling words with an entry.

        A word that stands in many groups leads nowhere by itself; it counts in the cosine of groups
        found by others. Without this, time grows with the square of the entries.
        """
        common = max(_COMMON_LEAST, len(self._groups) // _COMMON_SHARE)
        dots: dict[str, float] = defaultdict(float)
        for term, weight in vector.items():
            posted = self._postings.get(term)
            if posted and len(posted) <= common:
                for group_id, group_weight in posted.items():
                    dots[group_id] += weight * group_weight
        ranked = ((-dot / math.sqrt(self._groups[key].squared), key) for key, dot in dots.items())
        return [group_id for _, group_id in heapq.nsmallest(_PROMISING, ranked)]

    def _is_near(self, group: _Group, at: datetime) -> bool:
        return group.first - WINDOW <= at <= group.latest + WINDOW

    def _add(self, group_id: str, entry: Entry, vector: dict[str, float]) -> None:
        group = self._groups.setdefault(group_id, _Group(entry.at, entry.at))
        dot = sum(weight * group.weights.get(term, 0.0) for term, weight in vector.items())
        group.squared += 2 * dot + 1.0
        group.signs = group.signs.with_those_of(signs_of(entry.title, entry.text))
        group.first, group.latest = min(group.first, entry.at), max(group.latest, entry.at)
        for term, weight in vector.items():
            total = group.weights.get(term, 0.0) + weight
            group.weights[term] = self._postings[term][group_id] = total
        self._pages.remember(entry, group_id)

    def _are_near(self, one: str, other: str) -> bool:
        a, b = self._groups[one], self._groups[other]
        return a.first - WINDOW <= b.latest and b.first <= a.latest + WINDOW

    def _dot(self, one: str, other: str) -> float:
        a, b = self._groups[one].weights, self._groups[other].weights
        small, large = (a, b) if len(a) <= len(b) else (b, a)
        return sum(weight * large.get(term, 0.0) for term, weight in small.items())

    def _cosine(self, one: str, other: str) -> float:
        lengths = self._groups[one].squared * self._groups[other].squared
        return self._dot(one, other) / math.sqrt(lengths) if lengths > 0 else 0.0

    def _merge_if_alike(self, one: str, other: str) -> str:
        """Join two groups when they are alike; return the id under which the first now goes."""
        both_fixed = {one, other} <= self._fixed
        if both_fixed or self._cosine(one, other) < self._setting.merge:
            return one
        if are_apart(self._groups[one].signs, self._groups[other].signs):
            return one
        keep, end = sorted((one, other), key=self._seniority)
        self._absorb(keep, end)
        return keep

    def _seniority(self, group: str) -> tuple[bool, bool, datetime, str]:
        """Fixed groups stay, then known ones (a channel may have been told them), then the earliest."""
        return (
            group not in self._fixed,
            group not in self._known,
            self._groups[group].first,
            group,
        )

    def _absorb(self, keep: str, end: str) -> None:
        dot = self._dot(keep, end)
        kept, ended = self._groups[keep], self._drop(end)
        kept.squared += ended.squared + 2 * dot
        kept.signs = kept.signs.with_those_of(ended.signs)
        kept.first, kept.latest = min(kept.first, ended.first), max(kept.latest, ended.latest)
        for term, weight in ended.weights.items():
            total = kept.weights.get(term, 0.0) + weight
            kept.weights[term] = self._postings[term][keep] = total
        self.merged[end] = keep

    def _drop(self, group_id: str) -> _Group:
        group = self._groups.pop(group_id)
        for term in group.weights:
            self._postings[term].pop(group_id, None)
        return group

    def _sweep(self, at: datetime) -> None:
        """Forget groups that nothing can join any more: entries come in time order."""
        self._placed += 1
        if self._placed % _SWEEP_EVERY == 0:
            for group_id in [
                key for key, group in self._groups.items() if group.latest + WINDOW < at
            ]:
                self._drop(group_id)
