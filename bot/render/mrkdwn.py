"""
The one way by which text reaches Slack: the type `Escaped`.

Slack's mrkdwn has three control characters, `&`, `<` and `>`; entity-escaping them disarms every
mention, link and date. It has no escape for the formatting characters `* _ ~` and the backtick,
nor for `>` at the start of a line. Invisible characters in between would break searching and
copying, so where such a character would format it is replaced by one that looks alike; inside a
word (`snake_case`, `2*3`) Slack leaves it alone, and so do we.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, LiteralString, NamedTuple, NoReturn, final

from bot.render.clean import one_line
from bot.render.links import honest_label, safe_url

ELLIPSIS: Final = "…"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LOOKALIKES = {"*": "∗", "_": "ˍ", "~": "∼"}
# A marker with a letter or digit on both sides stands inside a word.
_MARKER = re.compile(r"(?<![^\W_])[*_~]|[*_~](?![^\W_])")
_QUOTE_AT_START = re.compile(r"^\s*>+")
# `:name:` becomes an emoji, custom ones included; a time such as 10:30:45 does not.
_EMOJI_NAME = re.compile(r"(?<![0-9]):(?=[a-z0-9_+'-]+:)")
_USER_ID = re.compile(r"[UW][A-Z0-9]{2,20}")
_CONTROL = re.compile(r"[<>]|&(?!(?:amp|lt|gt);)")
_OPEN_ENTITY = re.compile(r"&[a-z]{0,3}$")


class _Part(NamedTuple):
    """A piece of mrkdwn; a *whole* one (link, bold, mention) is kept or dropped, never cut."""

    text: str
    whole: bool


@final
class Escaped:
    """
    Text that is safe in any mrkdwn object.

    Made only by `escape`, `bold`, `italic`, `code`, `link`, `mention_user`, `trusted` and `join`,
    and by adding two of them. Adding a plain string is a TypeError.
    """

    __slots__ = ("_parts",)
    _parts: tuple[_Part, ...]

    def __init__(self) -> None:
        raise TypeError("Escaped is made by escape(), link(), bold(), … not by hand")

    def __str__(self) -> str:
        return "".join(part.text for part in self._parts)

    def __repr__(self) -> str:
        return f"Escaped({str(self)!r})"

    def __len__(self) -> int:
        """Return the length that Slack may count: UTF-16 units of the raw mrkdwn."""
        return sum(utf16_len(part.text) for part in self._parts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Escaped) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))

    def __add__(self, other: Escaped) -> Escaped:
        if not isinstance(other, Escaped):
            return NotImplemented
        return _make(self._parts + other._parts)

    def __radd__(self, other: object) -> NoReturn:
        raise TypeError("plain text must go through escape() first")

    def between(self, pieces: Iterable[Escaped]) -> Escaped:
        """Return the pieces with this text between them."""
        parts: list[_Part] = []
        for number, piece in enumerate(pieces):
            parts += (*(self._parts if number else ()), *piece._parts)  # noqa: SLF001 - of this class
        return _make(tuple(parts))

    def cut(self, limit: int) -> Escaped:
        """
        Return at most *limit* UTF-16 units, cut at a word boundary and ended with "…".

        Links, mentions and bold words are kept whole or dropped. Idempotent.
        """
        if len(self) <= limit:
            return self
        room = limit - 1
        kept: list[_Part] = []
        for part in self._parts:
            size = utf16_len(part.text)
            if size > room:
                if not part.whole:
                    kept.append(_Part(_cut_text(part.text, room), whole=False))
                break
            kept.append(part)
            room -= size
        return _ended(kept)

    def split(self, limit: int) -> tuple[Escaped, ...]:
        """
        Return the text in pieces of at most *limit* UTF-16 units, broken at words; () when empty.

        Links, mentions and bold words stay whole; one longer than *limit* becomes "…". Only a word
        longer than *limit* is broken.
        """
        found: list[Escaped] = []
        current: list[_Part] = []
        waiting = list(reversed(self._parts))
        while waiting:
            part = waiting.pop()
            room = limit - sum(utf16_len(kept.text) for kept in current)
            # Counted only when it may fit: no character has less than one unit.
            if len(part.text) <= room and utf16_len(part.text) <= room:
                current.append(part)
                continue
            head, tail = _divided(part, room, alone=not current)
            current += [head] if head else []
            waiting += [tail] if tail else []
            found += [_make(tuple(current))] if current else []
            current = []
        return (*found, _make(tuple(current))) if current else tuple(found)


def utf16_len(text: str) -> int:
    """Return the length in UTF-16 units, what JavaScript and Java call a string's length."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> Escaped:
    """Return outside text on one line: no control sequence, no formatting, nothing invisible."""
    return escape_piece(one_line(text))


def escape_piece(clean: str) -> Escaped:
    """Escape a piece of what `one_line` returned, keeping the spaces at its ends."""
    return _make((_Part(_disarm(clean).translate(_ENTITIES), whole=False),))


def trusted(text: LiteralString) -> Escaped:
    """
    Return our own constant mrkdwn as it is; separators and markers only.

    Raises:
        ValueError: It holds an unescaped control character, which no constant of ours needs.
    """
    if _CONTROL.search(text):
        raise ValueError("trusted() is for constants without control characters")
    return _make((_Part(text, whole=False),))


def bold(text: str) -> Escaped:
    """Return outside text in bold; no `*` inside it can end the bold early."""
    return _marked("*", text)


def italic(text: str) -> Escaped:
    """Return outside text in italics; no `_` inside it can end them early."""
    return _marked("_", text)


def code(text: str) -> Escaped:
    """Return a command or name as inline code."""
    return _marked("`", text)


def link(url: str, label: str = "") -> Escaped:
    """
    Return a link, or the escaped label alone when *url* is no address we link to.

    Without a label, or with one that names another site, the target's host is the label.
    """
    target = safe_url(url)
    if target is None:
        return escape(label)
    shown = str(escape(honest_label(label, target)))
    return _make((_Part(f"<{target.translate(_ENTITIES)}|{shown}>", whole=True),))


def bare_link(url: str) -> Escaped:
    """Return an address that shows itself, for the fallback text; empty when not linkable."""
    target = safe_url(url)
    if target is None:
        return EMPTY
    return _make((_Part(f"<{target.translate(_ENTITIES)}>", whole=True),))


def mention_user(user_id: str) -> Escaped:
    """Return a live mention of one person; empty when the id is not a user id. Nobody else pings."""
    if not _USER_ID.fullmatch(user_id):
        return EMPTY
    return _make((_Part(f"<@{user_id}>", whole=True),))


def join(separator: Escaped, pieces: Iterable[Escaped]) -> Escaped:
    """Return the pieces that are not empty, with *separator* between them."""
    return separator.between(piece for piece in pieces if piece)


def _divided(part: _Part, room: int, *, alone: bool) -> tuple[_Part | None, _Part | None]:
    """Return what of a part fits into *room* and the rest; *alone*: a new piece would not help."""
    if part.whole:
        return (_Part(ELLIPSIS, whole=False), None) if alone else (None, part)
    head = _cut_text(part.text, room)
    after = part.text[len(head) :]
    if not alone and not after.startswith(" "):
        return None, part
    tail = after.lstrip(" ")
    return _Part(head, whole=False), _Part(tail, whole=False) if tail else None


def _make(parts: tuple[_Part, ...]) -> Escaped:
    made = object.__new__(Escaped)
    # The only place that fills an Escaped; the constructor refuses.
    made._parts = tuple(part for part in parts if part.text)
    return made


def _marked(marker: str, text: str) -> Escaped:
    inner = str(escape(text.replace(marker, _LOOKALIKES.get(marker, "'"))))
    return _make((_Part(f"{marker}{inner}{marker}", whole=True),)) if inner else EMPTY


def _disarm(text: str) -> str:
    text = _QUOTE_AT_START.sub(lambda match: match.group().replace(">", "＞"), text)
    text = _EMOJI_NAME.sub("∶", text.replace("`", "'"))
    return _MARKER.sub(lambda match: _LOOKALIKES[match.group()], text)


def _cut_text(text: str, room: int) -> str:
    """Cut escaped text to *room* units: at a space when one is near, never inside an entity."""
    # No character has less than one unit; "ignore" drops half a surrogate pair at the end.
    units = text[: max(room, 0)].encode("utf-16-le")
    kept = units[: 2 * max(room, 0)].decode("utf-16-le", "ignore")
    space = kept.rfind(" ")
    if space > len(kept) * 0.6 and not text[len(kept) : len(kept) + 1].isspace():
        kept = kept[:space]
    return _OPEN_ENTITY.sub("", kept)


def _ended(kept: list[_Part]) -> Escaped:
    while kept and not kept[-1].whole:
        last = kept.pop()
        trimmed = last.text.rstrip(" \n·—–,:")  # not ";": it may end an entity
        if trimmed:
            kept.append(_Part(trimmed, whole=False))
            break
    return _make((*kept, _Part(ELLIPSIS, whole=False)))


EMPTY: Final = _make(())
