"""
The longest start tag of a document, found in linear time before any parser sees it.

libxml2 and its kin compare each attribute of a tag with all earlier ones: 100,000 attributes on one
tag take a minute. No honest feed has a start tag over 16 kB, no honest page one over 64 kB. A tag
that hides its length behind quoted ">" gets past this check and meets the worker's time limit.
"""

from __future__ import annotations

import re

from bot.errors import ParseFailed

_PIECE = re.compile(rb"<(?:(!\[CDATA\[)|(!--)|(script|style)\b|[A-Za-z_:][^<>]*)", re.IGNORECASE)
_ENDS = {1: b"]]>", 2: b"-->"}


def refuse_long_start_tag(document: bytes, *, max_bytes: int, html: bool) -> None:
    """
    Raise when a start tag is longer than *max_bytes*.

    Args:
        document: UTF-8 or any other encoding that keeps ASCII bytes.
        max_bytes: Of one tag, from "<" to the next angle bracket.
        html: The content of script and style elements is not markup.

    Raises:
        ParseFailed: There is such a tag.
    """
    if longest_start_tag_bytes(document, html=html) > max_bytes:
        raise ParseFailed(
            f"The document has a tag of more than {max_bytes // 1000} kB.",
            next_step="It was left out, because such tags are made to keep readers busy.",
        )


def longest_start_tag_bytes(document: bytes, *, html: bool) -> int:
    """Return the length of the longest start tag outside of CDATA, comments and scripts."""
    longest = position = 0
    lower = document.lower() if html else b""
    while found := _PIECE.search(document, position):
        position = found.end()
        end = _ENDS.get(found.lastindex or 0)
        if found.lastindex == 3 and html:  # noqa: PLR2004  (the third group: raw text)
            end = b"</" + found[3].lower()
            position = lower.find(end, position)
        elif end is not None:
            position = document.find(end, position)
        else:
            longest = max(longest, found.end() - found.start())
        if position < 0:
            break
    return longest
