"""
The most common fault of real feeds, mended before parsing: "&" that starts no entity.

An XML parser in recovery mode drops it with what follows, which turns `?a=1&b=2` into another
address. Sections marked as CDATA are left alone, since "&" is an ordinary character there.
"""

from __future__ import annotations

import re
from html.entities import html5

_XML_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_BARE = re.compile(r"&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});)")
_NAMED = re.compile(r"&(\w{1,32});")
_CDATA, _CDATA_END = "<![CDATA[", "]]>"
# Not allowed in XML 1.0 at all; one of them makes libxml2 stop reading.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def repaired(text: str) -> str:
    """Return the document with bare ampersands, HTML's own entities and control characters mended."""
    text = _FORBIDDEN.sub("", text)
    if "&" not in text:
        return text
    parts: list[str] = []
    position = 0
    while (start := text.find(_CDATA, position)) >= 0:
        end = text.find(_CDATA_END, start)
        end = len(text) if end < 0 else end + len(_CDATA_END)
        parts += [_mended(text[position:start]), text[start:end]]
        position = end
    parts.append(_mended(text[position:]))
    return "".join(parts)


def _mended(markup: str) -> str:
    if "&" not in markup:
        return markup
    return _NAMED.sub(_character, _BARE.sub("&amp;", markup))


def _character(found: re.Match[str]) -> str:
    """Replace `&nbsp;` and its like, which XML does not know; leave what a DTD may declare."""
    if found[1] in _XML_ENTITIES:
        return found[0]
    return html5.get(found[1] + ";", found[0])
