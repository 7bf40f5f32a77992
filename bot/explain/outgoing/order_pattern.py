"""How patterns of orders are written: over folded lower-case text, every repetition bounded. Pure."""

from __future__ import annotations

import re

from bot.explain.outgoing.fold import fold

_WORD = r"[\w'.+-]+"


def words(most: int) -> str:
    """Return a pattern for up to so many words and the blank after each."""
    return rf"(?:{_WORD}\s){{0,{most}}}?"


def pattern(*alternatives: str) -> re.Pattern[str]:
    """Return one pattern of all, spelled as `fold` spells texts."""
    return re.compile("|".join(f"(?:{fold(one)})" for one in alternatives))
