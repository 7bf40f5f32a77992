"""
The glossary: technical and legal words of AI news, what they mean, and where a text uses them.

The data is `glossary.toml` beside this module; its head says how an entry is written.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Annotated, Any, ClassVar, NamedTuple, Self

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from bot.errors import PlainwireError
from bot.explain.wordforms import Word, normal_words, words_of

_Line = Annotated[str, Field(min_length=1, max_length=400, pattern=r"^\S.*\S$")]
_Name = Annotated[str, Field(min_length=2, max_length=60, pattern=r"^\S.*\S$")]

# What may stand between the words of one term: "open source", "open-source", "A/B", a line break.
_JOINTS = frozenset({" ", "-", "\n", "\u00a0", "\u2010", "\u2011", "/", "  ", " \n", "\r\n"})
_NEAR_WORDS = 12
# Each word of a query is looked for in every entry; a longer one finds nothing more.
_MAX_QUERY_CHARS = 200
_TYPO_LIKENESS = 0.9
_TYPO_MIN_CHARS = 6
_TYPO_MAX_CHARS = 60


class GlossaryInvalid(PlainwireError):
    """An entry of the glossary breaks a rule; the sentence names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlossaryEntry:
    """
    A term, explained. All texts are plain, British English, one sentence each.

    Attributes:
        term: In the singular, as it stands inside a sentence.
        aliases: Other names: abbreviations, verb forms, irregular plurals.
        meaning: What the thing does, for a newcomer; at most 30 words.
        comparison: Something from everyday life that works alike; used by no other entry.
        practitioner: What someone who works with it weighs up.
        ambiguous: Those of its names that are also everyday words: found only near a word of `only_with`.
        only_with: Such words; empty means the words of AI that the glossary lists once.
        exact: Those of its names that are found only as written: capitals (RAG), plural (weights).
        not_in: Phrases that hold one of its names and mean something else ("insurance agent").
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    term: _Name
    meaning: _Line
    comparison: _Line
    practitioner: _Line
    aliases: tuple[_Name, ...] = ()
    ambiguous: tuple[_Name, ...] = ()
    only_with: tuple[_Name, ...] = ()
    exact: tuple[_Name, ...] = ()
    not_in: tuple[_Name, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The term, then its aliases."""
        return (self.term, *self.aliases)


@dataclass(frozen=True, slots=True)
class FoundTerm:
    """A use of a term: `text[start:end] == as_written`."""

    entry: GlossaryEntry
    as_written: str
    start: int
    end: int


class _Rule(NamedTuple):
    """One name of an entry and when it counts; a rule without entry takes its words out of play."""

    entry: GlossaryEntry | None
    exact_name: str | None = None
    needs: frozenset[str] = frozenset()

    def is_written(self, as_written: str) -> bool:
        name = self.exact_name
        if name is None:
            return True
        if name.islower():
            return as_written.casefold() == name
        return as_written in {name, f"{name}s"}

    def is_meant(self, words: list[Word], at: int, length: int) -> bool:
        if not self.needs:
            return True
        before, after = (
            words[max(0, at - _NEAR_WORDS) : at],
            words[at + length : at + length + _NEAR_WORDS],
        )
        return any(word.normal in self.needs for word in before + after)


class _Node:
    """A step of the tree of terms, one word per step."""

    __slots__ = ("next", "rules")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.rules: list[_Rule] = []


class Glossary:
    """
    Entries, and finding them.

    Args:
        entries: No two may share a name.
        ai_words: Words near which an ambiguous name is meant the AI way.

    Raises:
        GlossaryInvalid: Two entries share a name, or a rule names something that is no name of its entry.
    """

    def __init__(self, entries: Sequence[GlossaryEntry], *, ai_words: Sequence[str] = ()) -> None:
        self.entries = tuple(sorted(entries, key=lambda entry: entry.term.casefold()))
        self._ai_words = _normal_set(ai_words)
        self._by_name: dict[tuple[str, ...], GlossaryEntry] = {}
        self._by_letters: dict[str, GlossaryEntry] = {}
        self._root = _Node()
        for entry in self.entries:
            _check(entry)
            self._add(entry)

    @classmethod
    def load(cls) -> Self:
        """
        Read the glossary that comes with the package.

        Raises:
            GlossaryInvalid: Naming the first entry that breaks a rule.
        """
        data = resources.files("bot.explain").joinpath("glossary.toml").read_text(encoding="utf-8")
        return cls.from_toml(data)

    @classmethod
    def from_toml(cls, text: str) -> Self:
        """Read a glossary from TOML: `ai_words`, then one `[[entry]]` per term. Raises GlossaryInvalid."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise GlossaryInvalid(f"The glossary is not valid TOML: {error}.") from error
        return cls([_read(row) for row in data.get("entry", ())], ai_words=data.get("ai_words", ()))

    def look_up(self, words: str) -> GlossaryEntry | None:
        """
        Return the entry that *words* name, or None.

        Case, plural, hyphens, articles, British or American spelling, surrounding punctuation and, in
        words of six letters or more, a slip of the pen make no difference.
        """
        name = normal_words(words)
        letters = "".join(name)
        found = self._by_name.get(name) or self._by_letters.get(letters)
        return found or self._nearly(letters)

    def find_in(self, text: str) -> list[FoundTerm]:
        """
        Return the first use of each entry in *text*, in the order of the text.

        Whole words only; of two terms that share words the longer one wins.
        """
        words = words_of(text)
        first: dict[str, FoundTerm] = {}
        at = 0
        while at < len(words):
            if words[at].normal not in self._root.next:  # most words: keep it quick
                at += 1
                continue
            length, entry = self._match(text, words, at)
            if entry is not None and entry.term not in first:
                start, end = words[at].start, words[at + length - 1].end
                first[entry.term] = FoundTerm(entry, text[start:end], start, end)
            at += max(1, length)
        return list(first.values())

    def search(self, query: str) -> list[GlossaryEntry]:
        """
        Return the entries for browsing, best first; all of them for an empty query.

        First the one so named, then those whose names hold all words of the query or begin with it,
        then those whose meaning does.
        """
        wanted = normal_words(query[:_MAX_QUERY_CHARS])
        if not wanted:
            return list(self.entries)
        ranked = [(_rank(entry, wanted), entry) for entry in self.entries]
        hits = sorted((hit for hit in ranked if hit[0] is not None), key=lambda hit: hit[0] or 0)
        named = self.look_up(query)
        rest = [entry for _, entry in hits if entry is not named]
        return rest if named is None else [named, *rest]

    def _add(self, entry: GlossaryEntry) -> None:
        for name in entry.names:
            key = normal_words(name)
            for taken in (self._by_name.get(key), self._by_letters.get("".join(key))):
                if taken is not None and taken is not entry:
                    raise _invalid(entry.term, f"its name {name!r} also belongs to {taken.term!r}")
            self._by_name[key] = self._by_letters["".join(key)] = entry
            self._grow(name, self._rule(entry, name))
        for phrase in entry.not_in:
            self._grow(phrase, _Rule(None))

    def _rule(self, entry: GlossaryEntry, name: str) -> _Rule:
        needs = _normal_set(entry.only_with) or self._ai_words
        return _Rule(
            entry,
            exact_name=name if name in entry.exact else None,
            needs=needs if name in entry.ambiguous else frozenset(),
        )

    def _grow(self, name: str, rule: _Rule) -> None:
        node = self._root
        for word in normal_words(name):
            node = node.next.setdefault(word, _Node())
        node.rules.append(rule)

    def _match(self, text: str, words: list[Word], at: int) -> tuple[int, GlossaryEntry | None]:
        """Return how many words the longest rule takes that allows them, and its entry."""
        for length, rules in reversed(list(self._paths(text, words, at))):
            as_written = text[words[at].start : words[at + length - 1].end]
            for rule in rules:
                if rule.is_written(as_written) and rule.is_meant(words, at, length):
                    return length, rule.entry
        return 0, None

    def _paths(self, text: str, words: list[Word], at: int) -> Iterator[tuple[int, list[_Rule]]]:
        node: _Node | None = self._root
        for index in range(at, len(words)):
            if index > at and text[words[index - 1].end : words[index].start] not in _JOINTS:
                return
            node = node.next.get(words[index].normal) if node is not None else None
            if node is None:
                return
            if node.rules:
                yield index - at + 1, node.rules

    def _nearly(self, letters: str) -> GlossaryEntry | None:
        if not _TYPO_MIN_CHARS <= len(letters) <= _TYPO_MAX_CHARS:
            return None
        alike = [name for name in self._by_letters if name[0] == letters[0]]
        close = difflib.get_close_matches(letters, alike, n=1, cutoff=_TYPO_LIKENESS)
        return self._by_letters[close[0]] if close else None


def _rank(entry: GlossaryEntry, wanted: tuple[str, ...]) -> int | None:
    names = [normal_words(name) for name in entry.names]
    if any(set(wanted) <= set(name) for name in names):
        return 1
    if any(" ".join(name).startswith(" ".join(wanted)) for name in names):
        return 2
    return 3 if set(wanted) <= set(normal_words(entry.meaning)) else None


def _normal_set(words: Sequence[str]) -> frozenset[str]:
    return frozenset(part for word in words for part in normal_words(word))


def _check(entry: GlossaryEntry) -> None:
    for name in (*entry.ambiguous, *entry.exact):
        if name not in entry.names:
            raise _invalid(entry.term, f"{name!r} is none of its names")


def _read(row: Any) -> GlossaryEntry:
    try:
        return _ENTRY.validate_python(row)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        term = row.get("term") if isinstance(row, dict) else None
        raise _invalid(str(term or "without a term"), f"{where}: {first['msg']}") from error


def _invalid(term: str, why: str) -> GlossaryInvalid:
    return GlossaryInvalid(
        f"The glossary entry {term!r} is invalid: {why}.",
        next_step="Correct bot/explain/glossary.toml.",
    )


_ENTRY = TypeAdapter(GlossaryEntry)
