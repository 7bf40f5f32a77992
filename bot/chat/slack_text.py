"""Slack's own markup in what people type, taken apart into plain text, links and mentions. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"<([@#!]|(?:https?|mailto|tel):)([^<>|]*)(?:\|([^<>]*))?>", re.IGNORECASE)
# Three backticks, or one within a line and at the edges of words; ">" begins a quoted line, ">>>" quotes
# all that follows.
_SHOWN = re.compile(
    r"```(?s:.+?)```|(?<![\w`])`[^`\n]+`(?![\w`])|^(?:&gt;|>){3}(?s:.*)|^(?:&gt;|>)[^\n]*",
    re.MULTILINE,
)
# Of lists within lists in rich text.
_MAX_DEPTH = 10
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_BARE_LINK = re.compile(r"https?://[^\s<>\"”»]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?'’"
# Vertical, small, Arabic, Greek, Ethiopic, Vai, Bamum, Limbu, Coptic, reversed, doubled and mixed ones.
_PLAIN_MARKS = {
    **dict.fromkeys(
        map(
            ord,
            "\ufe16\ufe56\u061f\u037e\u1367\ua60f\ua6f7\u1945\u2cfa\u2cfb\u2e2e\u203d\u2753\u2754\u2e18",
        ),
        "?",
    ),
    # What a full-width keyboard writes for "#2".
    ord("\uff03"): "#",
    ord("\u2047"): "??",
    ord("\u2048"): "?!",
    ord("\u2049"): "!?",
    # Marks of direction, zero-width ones, and the selector that makes an emoji of a sign.
    **dict.fromkeys(
        map(
            ord,
            "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff\ufe0f\ufffd",
        )
    ),
}
# No space follows it where it is used.
_WIDE_MARK = re.compile(r"？(?![\s？]|$)")
# A word: a single letter is a sign in formulas.
_GREEK = re.compile(r"[\u0370-\u037d\u0380-\u03ff\u1f00-\u1fff]{2}")
_GREEK_MARK = re.compile(r";(?=\s|$)")
# Stands within the word that is asked about; the sentence ends elsewhere.
_ARMENIAN_MARK, _ARMENIAN_SENTENCE = "\u055e", re.compile(r"(?<=[։:.!?\n])")
_BROADCASTS = ("here", "channel", "everyone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """
    A message as people see it.

    Attributes:
        text: Plain; mentions of us are gone, of others "@name" or "@someone".
        links: http(s) addresses in order, each once; they also stand in the text.
        mentions_us: The bot is addressed; mentions_others: a person, group or everybody is.
    """

    text: str
    links: tuple[str, ...] = ()
    mentions_us: bool = False
    mentions_others: bool = False


def decode(raw: str, bot_user_id: str = "") -> Heard:
    """
    Return what *raw* says.

    Args:
        raw: A message's `text` as Slack sends it; already decoded text stays as it is.
        bot_user_id: Ours, to tell mentions of us from those of others.
    """
    us = others = False
    shown = [found.span() for found in _SHOWN.finditer(raw)]

    def plain(match: re.Match[str]) -> str:
        nonlocal us, others
        kind, target, label = match[1].casefold(), match[2], match[3] or ""
        # Shown as code, or quoted from somebody: that speaks to nobody now.
        place = bisect_right(shown, match.start(), key=lambda span: span[0]) - 1
        speaks = place < 0 or match.start() >= shown[place][1]
        if kind == "@":
            if bot_user_id and target == bot_user_id:
                us = us or speaks
                return " " if speaks else f"@{label or 'plainwire'}"
            others = others or speaks
            return f"@{label or 'someone'}"
        if kind == "!":
            name = target.split("^", 1)[0]
            others = others or (speaks and name in {*_BROADCASTS, "subteam"})
            return label or f"@{name}"
        if kind == "#":
            return f"#{label or 'channel'}"
        return f"{match[1]}{target}" if kind.startswith("http") else label or target

    text = unescape(_TOKEN.sub(plain, raw)).strip()
    return Heard(text=text, links=links_in(text), mentions_us=us, mentions_others=others)


def addressed_in(blocks: object, bot_user_id: str) -> bool | None:
    """
    Return whether a message's rich text mentions us outside of code and quotations.

    None when it has none: then its text alone has to tell.

    Args:
        blocks: A message's `blocks` as Slack sends them.
        bot_user_id: Ours.
    """
    rich = [block for block in _dicts(blocks) if block.get("type") == "rich_text"]
    if not rich or not bot_user_id:
        return None
    return any(_speaks_to(block, bot_user_id) for block in rich)


def _speaks_to(element: dict[str, Any], user_id: str, depth: int = 0) -> bool:
    if element.get("type") in {"rich_text_preformatted", "rich_text_quote"} or depth > _MAX_DEPTH:
        return False
    if element.get("type") == "user":
        style = element.get("style")
        is_code = isinstance(style, dict) and style.get("code") is True
        return element.get("user_id") == user_id and not is_code
    return any(_speaks_to(one, user_id, depth + 1) for one in _dicts(element.get("elements")))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def unescape(text: str) -> str:
    """Return *text* without Slack's three entities; `&amp;` last, so that nothing is decoded twice."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def with_plain_marks(text: str) -> str:
    """
    Return *text* with every script's question mark as "?", for rules that look for one.

    For judging alone: what people wrote is kept as they wrote it. Invisible marks go, because one may
    stand behind the question mark.
    """
    if text.isascii():
        return text
    if _ARMENIAN_MARK in text:
        text = "".join(map(_asked_in_armenian, _ARMENIAN_SENTENCE.split(text)))
    text = _WIDE_MARK.sub("? ", text.translate(_PLAIN_MARKS)).replace("？", "?")
    # Greek asks with a semicolon, which most keyboards write as the ordinary one.
    return _GREEK_MARK.sub("?", text) if _GREEK.search(text) else text


def _asked_in_armenian(sentence: str) -> str:
    """Return a sentence with its question mark at the end, where the rules look for it."""
    if _ARMENIAN_MARK not in sentence:
        return sentence
    return sentence.replace(_ARMENIAN_MARK, "").rstrip("։:.!? \n") + "? "


def links_in(text: str) -> tuple[str, ...]:
    """Return the http(s) addresses in plain text, each once, without the sentence's punctuation."""
    return tuple(dict.fromkeys(_trimmed(match[0]) for match in _BARE_LINK.finditer(text)))


def without_links(text: str) -> str:
    """Return *text* with its addresses taken out."""
    return _BARE_LINK.sub(" ", text)


def _trimmed(url: str) -> str:
    end = len(url.rstrip(_AFTER_LINK))
    # A closing bracket belongs to the sentence unless the address opened it (Wikipedia's do).
    unopened = url.count(")") - url.count("(")
    while unopened > 0 and end > 0 and url[end - 1] == ")":
        unopened -= 1
        end -= 1
        while end > 0 and url[end - 1] in _AFTER_LINK:
            end -= 1
    return url[:end]
