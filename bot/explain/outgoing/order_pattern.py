"""How patterns of orders are written: over folded lower-case text, every repetition bounded. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from bot.explain.outgoing.fold import fold

_WORD = r"[\w'.+-]+"


def words(most: int) -> str:
    """Return a pattern for up to so many words and the blank after each."""
    return rf"(?:{_WORD}\s){{0,{most}}}?"


class Pattern:
    """One pattern of many, spelled as `fold` spells texts; made at its first use, which takes a while."""

    def __init__(self, alternatives: tuple[str, ...]) -> None:
        self._alternatives = alternatives

    @cached_property
    def _made(self) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{fold(one)})" for one in self._alternatives))

    def search(self, text: str) -> re.Match[str] | None:
        return self._made.search(text)

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        return self._made.finditer(text)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        return self._made.match(text, start)


def pattern(*alternatives: str) -> Pattern:
    """Return one pattern of all."""
    return Pattern(alternatives)
