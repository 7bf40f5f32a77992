"""
Markup made plain: what a feed or page says, as one line of text.

Own code, because titles and summaries are not documents: they hold half a tag, markup escaped twice,
or a bare "<", and a real HTML parser would lose text or invent it.
"""

from __future__ import annotations

import re
from html import unescape

_MAX_ROUNDS = 3
_INLINE = "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u var wbr"
_BLOCK = (
    "address article aside audio blockquote body br button canvas caption center col colgroup dd "
    "details div dl dt embed fieldset figcaption figure footer form frame h1 h2 h3 h4 h5 h6 head "
    "header hr html iframe img input label legend li link main map meta nav noscript object ol "
    "option p param picture pre script section select source style summary svg table tbody td "
    "template textarea tfoot th thead title tr track ul video math path g"
)
_INLINE_NAMES = frozenset(_INLINE.split())
_KNOWN_NAMES = _INLINE_NAMES | frozenset(_BLOCK.split())
_UNREADABLE = frozenset(
    {"script", "style", "template", "iframe", "object", "svg", "noembed", "figcaption"}
)
# Bounded and possessive, so that a million half tags cost linear time.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>|<[!?][A-Za-z][^<>]{0,2000}>"
    r"|<(/?)([A-Za-z][\w:.-]{0,40})(?:(?:\s|/)(?:[^<>\"']|\"[^\"<]{0,4000}\"|'[^'<]{0,4000}'|[\"']){0,4000}+)?>",
    re.DOTALL,
)
# What no reader sees but what changes or hides text: bidirectional overrides, zero-width spaces,
# soft hyphens, tag characters, supplementary variation selectors, noncharacters, lone surrogates.
# ZWJ and ZWNJ stay: emoji and Persian need them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\U000e0000-\U000e0fff\ud800-\udfff]|[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]"
)
_SPACE = re.compile(r"\s+")
# Stands for the edge of a block while markup is taken out; white space to everything else.
_EDGE = "\x1e"
# White space before it is trimmed from the part that it ends; looking for it would start anew at each.
_PARAGRAPH = re.compile(r"(?:\x1e|\n[^\S\n]*+\n)\s*+")

# No sign has so long a number, and Python refuses to read one of thousands of digits.
_NO_SIGN = re.compile(r"&#[xX]?[0-9a-fA-F]{9,};?")


def plain(text: str, max_chars: int) -> str:
    """
    Return *text* without markup, entities, control characters and needless white space.

    Entities are decoded up to three times (feeds escape twice); elements that start a new line
    become a space; scripts and styles go with their content; what is cut ends in "…".
    Something in angle brackets that is no HTML, such as `vector<int>`, stays.
    """
    return shortened(clean(_unmarked(text, max_chars)), max_chars)


def paragraphs(text: str, max_chars: int) -> str:
    """
    Return *text* as `plain` does, with an empty line between its paragraphs.

    Otherwise a caption, a byline and a heading would run into the first sentence after them.
    """
    parts = map(clean, _PARAGRAPH.split(_unmarked(text, max_chars)))
    return shortened("\n\n".join(filter(None, parts)), max_chars)


def unescaped(text: str) -> str:
    """Return text with its character references read; those of no sign at all become a blank."""
    return unescape(_NO_SIGN.sub(" ", text))


def _unmarked(text: str, max_chars: int) -> str:
    text = text[: max_chars * 20 + 20_000]
    for _ in range(_MAX_ROUNDS):
        stripped = unescaped(_without_tags(text))
        if stripped == text:
            break
        text = stripped
    return text


def clean(text: str) -> str:
    """Return text on one line without invisible characters."""
    return _SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def shortened(text: str, max_chars: int) -> str:
    """Cut to *max_chars*, with "…" as the last one when something was cut."""
    return text if len(text) <= max_chars else text[: max_chars - 1].rstrip() + "…"


def first_words(text: str, max_chars: int = 80) -> str:
    """Return the beginning of *text*, cut between words."""
    if len(text) <= max_chars:
        return text
    return text[:max_chars].rpartition(" ")[0].rstrip(" ,;:-") + "…"


def _without_tags(text: str) -> str:
    if "<" not in text and "]]>" not in text:
        return text
    parts: list[str] = []
    position = 0
    closers: set[str] | None = None
    while found := _TAG.search(text, position):
        name = (found[2] or "").lower()
        if name and name not in _KNOWN_NAMES:
            closers = _closed_names(text) if closers is None else closers
            if name not in closers:
                parts.append(text[position : found.end()])
                position = found.end()
                continue
        parts.append(text[position : found.start()])
        parts.append("" if name in _INLINE_NAMES else "\n" if name == "br" else _EDGE)
        position = found.end()
        if name in _UNREADABLE and not found[1] and not found[0].endswith("/>"):
            position = _end_of(text, name, position)
    parts.append(text[position:])
    return "".join(parts)


def _closed_names(text: str) -> set[str]:
    """Return every element name that has an end tag: such a thing is markup, whatever its name."""
    return {name.lower() for name in re.findall(r"</([A-Za-z][\w:.-]{0,40})\s*>", text)}


def _end_of(text: str, name: str, position: int) -> int:
    closing = re.compile(rf"</{name}\b[^>]{{0,200}}>?", re.IGNORECASE).search(text, position)
    return closing.end() if closing else len(text)
