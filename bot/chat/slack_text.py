"""Slack's own markup in what people type, taken apart into plain text, links and mentions. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"<([@#!]|(?:https?|mailto|tel):)([^<>|]*)(?:\|([^<>]*))?>", re.IGNORECASE)
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_BARE_LINK = re.compile(r"https?://[^\s<>\"”»]+", re.IGNORECASE)
_AFTER_LINK = ".,;:!?'’"
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

    def plain(match: re.Match[str]) -> str:
        nonlocal us, others
        kind, target, label = match[1].casefold(), match[2], match[3] or ""
        if kind == "@":
            if bot_user_id and target == bot_user_id:
                us = True
                return " "
            others = True
            return f"@{label or 'someone'}"
        if kind == "!":
            name = target.split("^", 1)[0]
            others = others or name in {*_BROADCASTS, "subteam"}
            return label or f"@{name}"
        if kind == "#":
            return f"#{label or 'channel'}"
        return f"{match[1]}{target}" if kind.startswith("http") else label or target

    text = unescape(_TOKEN.sub(plain, raw)).strip()
    return Heard(text=text, links=links_in(text), mentions_us=us, mentions_others=others)


def unescape(text: str) -> str:
    """Return *text* without Slack's three entities; `&amp;` last, so that nothing is decoded twice."""
    for entity, character in _ENTITIES:
        text = text.replace(entity, character)
    return text


def links_in(text: str) -> tuple[str, ...]:
    """Return the http(s) addresses in plain text, each once, without the sentence's punctuation."""
    return tuple(dict.fromkeys(_trimmed(match[0]) for match in _BARE_LINK.finditer(text)))


def without_links(text: str) -> str:
    """Return *text* with its addresses taken out."""
    return _BARE_LINK.sub(" ", text)


def _trimmed(url: str) -> str:
    url = url.rstrip(_AFTER_LINK)
    # A closing bracket belongs to the sentence unless the address opened it (Wikipedia's do).
    while url.endswith(")") and url.count(")") > url.count("("):
        url = url[:-1].rstrip(_AFTER_LINK)
    return url
