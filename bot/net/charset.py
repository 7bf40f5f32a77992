"""From bytes of a stranger to text: which character set, decided in a fixed order."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})|<meta[^>]{0,300}?charset\s*=\s*[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,300}\?>")
_HEAD_BYTES = 4096
_GUESS_BYTES = 64 * 1024
# What browsers read when a document says Latin-1 (WHATWG Encoding Standard).
_LATIN_1 = frozenset({"ascii", "iso8859-1", "cp1252"})
# Python calls these text encodings too; no document is written in them, and UTF-7 hides markup.
_NEVER = frozenset(
    {"utf-7", "idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
)


def decode(body: bytes, header_charset: str = "") -> str:
    """
    Decode a document: byte order mark, then the HTTP header, then what it says itself, then UTF-8.

    One exception: bytes that are valid UTF-8 are never read as a single-byte Latin set, because
    servers add `charset=iso-8859-1` to everything, and text of that kind is UTF-8 by chance only
    in constructed cases. A wide set is not believed when there is no zero byte, and UTF-7, which
    hides markup, never (both as browsers do). Undecodable bytes become U+FFFD; nothing is raised.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    wide = _without_mark(body)
    if wide:
        return body.decode(wide, "replace")
    for name in (_known(header_charset), _declared(body)):
        text = _strictly(body, name)
        if text is not None:
            return text
    text = _strictly(body, "utf-8")
    return body.decode(_guessed(body), "replace") if text is None else text


def as_utf8_xml(text: str) -> bytes:
    """Return the document as UTF-8 without a declaration that says something else."""
    return _XML_DECLARATION.sub("", text, count=1).encode("utf-8", "replace")


def _strictly(body: bytes, name: str) -> str | None:
    wide_by_mistake = name.startswith(("utf-16", "utf-32")) and b"\0" not in body[:_HEAD_BYTES]
    if not name or wide_by_mistake:
        return None
    if name in _LATIN_1:
        try:
            return body.decode("utf-8")
        except UnicodeDecodeError:
            return body.decode("cp1252", "replace")
    try:
        return body.decode(name)
    except UnicodeError:
        return None


def _known(name: str) -> str:
    """Return Python's name of a text encoding, or ""."""
    try:
        found = codecs.lookup(name) if name else None
    except LookupError:
        return ""
    # hex, rot13, zip and such are codecs too, but no character sets.
    if found is None or found.name in _NEVER or not found._is_text_encoding:  # noqa: SLF001  (no public way)
        return ""
    return found.name


def _without_mark(body: bytes) -> str:
    """Recognise UTF-16 without a byte order mark by the zero beside the first "<" or "{"."""
    if body[:2] in {b"<\0", b"{\0"}:
        return "utf-16-le"
    return "utf-16-be" if body[:2] in {b"\0<", b"\0{"} else ""


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:_HEAD_BYTES])
    return _known((found[1] or found[2]).decode("ascii", "replace")) if found else ""


def _guessed(body: bytes) -> str:
    """Guess a legacy encoding that nobody declared."""
    from charset_normalizer import from_bytes

    best = from_bytes(body[:_GUESS_BYTES]).best()
    return _known(best.encoding) or "cp1252" if best is not None else "cp1252"
