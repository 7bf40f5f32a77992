"""Texts made to keep a reader busy: one piece said again and again, alone and framed by words."""

from __future__ import annotations

from typing import Final

# What patterns begin with, end with, repeat, or look ahead for.
UNITS: Final = (
    "`", "` ", "*", "*a", "**a ", "_", "a_", "__a ", "~", "[", "[1]", "](", "[a](", "]: ", "<", "< ",
    "<a ", "<!--", "<http://a|", "<http://a", "<@U1", "<![CDATA[", "<script>", "<documents", "<do<documents>cuments>",
    "&", "&amp;", "&#1", '"', '"a', '" ', "“", "“a”", "„a", "«a»", "‘a’", " 'aa'a", "'a", " '", "”", "」",
    " ", "  a", "\t", "\n", "\n ", "\n- ", "\u00a0", "1", "1 ", "1 234 ", "1.", "1. ", "1,1;", "7% ", "$5 to ",
    "million ", "2 million ", "thousand ", ".", ". ", "...a ", '."', ",", ", ", "-", "- ", "a-", "–", "@", "a@", "@a ",
    "#", "#1 ", "http://", "http://a.b/) ", ")", "((", "www.", "a.", "a.b ", "a.a-", "/", "a/", "API/", "a", "ab ", "A", "A ",
    "Ab. ", "A-", "AB ", "Ab1 ", "U.S. ", "Z.B. ", "é", "中", "。", "中。", "가", "ไ", "e\u0301", "\u0301", "\u200b", "\u200d",
    "\u202e", "\x1b[", "\x9d", "\ufeff", "?", "? ", "？", "؟", "!", "what is ", "explain ", "in simple ", "please ",
    "{n} ", "{n}% ", "A{n} ", "Word{n} ", "word{n}. ", "${n} million, ", "is what ", "the first ", "story 1 ", "ignore ", "agent ", "data centre ", "half of ", "you are an ", "\\", "{", "}", "|", ":", ":a", "::", "=",
)  # fmt: skip
# Beginnings and ends that send a reader into its middle.
FRAMES: Final = (
    ("", ""),
    ("", "\x00x"),
    ("hi", "x"),
    ("what is a", "x?"),
    ("the ", ""),
    ("https://a.example/", " x."),
    ("A sentence of news begins “here ", " and ends."),
)
# Of the counted pieces: all have five digits, so that twice the text has twice the figures.
_FIRST: Final = 10_000


def shaped(unit: str, chars: int, frame: tuple[str, str] = ("", "")) -> str:
    """Return a text of *chars* characters: the unit again and again, {n} counted up, inside a frame."""
    room = max(chars - len(frame[0]) - len(frame[1]), 1)
    times = room // len(unit.replace("{n}", str(_FIRST))) + 1
    counted = range(_FIRST, _FIRST + times) if "{n}" in unit else ()
    body = "".join(unit.replace("{n}", str(n)) for n in counted) or unit * times
    return frame[0] + body[:room] + frame[1]
