"""
Outside text made harmless for any surface: one line, nothing invisible, no terminal escapes.

Feeds, pages, users and models may put anything in a text: control characters, right-to-left
overrides that reorder what follows, invisible letters that hide words, tag characters that carry
a second message, towers of combining marks. None of it is wanted in Slack, a terminal or a prompt.
"""

from __future__ import annotations

import re

# ECMA-48: CSI, OSC (ended by BEL or ST), DCS/PM/APC/SOS strings, and two-character escapes.
_TERMINAL_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
_SPACE = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"
# Unicode categories Cc, Cf (without the joiners), Cs and Co, the noncharacters of every plane's
# end that Python's tables hold, and letters that draw nothing (Hangul fillers, blank Braille, …).
_INVISIBLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b\u200e"
    "\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U0010ffff"
    "\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef"
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]"
)
# Joiners shape Persian, Indic scripts and emoji families; next to ASCII or space they only hide.
_FOREIGN = rf"[^\x00-\x7f\s{_JOINERS}]"
_LOOSE_JOINER = re.compile(rf"(?<!{_FOREIGN})[{_JOINERS}]|[{_JOINERS}](?!{_FOREIGN})")
# No living script stacks more than four of these marks on one letter.
_TOWER = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def one_line(text: str) -> str:
    """
    Return *text* on one line without anything invisible, white space folded and trimmed.

    Idempotent. Line breaks become spaces; lone surrogates, which no encoder takes, are dropped.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    # Spaces before invisibles: a line break is both, and two words must not grow together.
    clean = _SPACE.sub(" ", _TERMINAL_ESCAPES.sub("", text))
    clean = _TOWER.sub(r"\1", _LOOSE_JOINER.sub("", _INVISIBLE.sub("", clean)))
    clean = _SPACE.sub(" ", clean).strip()
    # What was dropped may have stood between two halves of something; the next pass settles it.
    return clean if clean == text else one_line(clean)


def shorten(text: str, limit: int) -> str:
    """Return *text* on one line in at most *limit* characters, cut at a word and ended with "…"."""
    text = one_line(text)
    if len(text) <= limit:
        return text
    kept = text[: max(limit - 1, 0)]
    space = kept.rfind(" ")
    if space > len(kept) * 0.6 and not text[len(kept)].isspace():
        kept = kept[:space]
    return kept.rstrip(" ·—–,;:") + "…"


def stands_in(said: str, text: str) -> bool:
    """Return whether a sentence stands in a text, whatever the case and the blanks."""
    words = one_line(said).casefold().rstrip(".")
    return bool(words) and words in one_line(text).casefold()
