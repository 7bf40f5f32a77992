"""What Slack makes of the words that a person types: wire text and rich_text blocks. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(
    r"(?P<wire><(?:[@#!][^<>\s]+|https?://[^<>\s]+|mailto:[^<>\s]+)>)"
    r"|(?P<url>https?://[^\s<>\"|]+[^\s<>\"|.,;:!?)\]'])"
    r"|(?P<bare>(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|ai|dev|news|co\.uk|de|fr|eu)"
    r"(?![\w-])(?:/[^\s<>\"|]*[^\s<>\"|.,;:!?)\]'])?)"
    r"|@(?P<name>[\w.-]*\w)"
    r"|#(?P<channel>[\w-]+)",
    re.IGNORECASE,
)
_BROADCASTS = {"channel", "here", "everyone"}


def escape(text: str) -> str:
    """Return *text* with Slack's three control characters escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def to_wire(typed: str, people: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """
    Return the message text that an app receives for what a person typed.

    `@name` and `#channel` become mentions, addresses become links, the rest is escaped. Wire
    tokens such as `<@U123>` are kept, so that tests can be exact.

    With:
        people: User name -> user id.
        channels: Channel name -> channel id.
    """
    return "".join(wire for wire, _ in _pieces(typed, people, channels))


def to_blocks(
    typed: str, people: Mapping[str, str], channels: Mapping[str, str], block_id: str
) -> list[dict[str, Any]]:
    """Return the rich_text block that goes with the text."""
    elements = [element for _, element in _pieces(typed, people, channels)]
    section = {"type": "rich_text_section", "elements": elements}
    return [{"type": "rich_text", "block_id": block_id, "elements": [section]}]


def _pieces(
    typed: str, people: Mapping[str, str], channels: Mapping[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    found: list[tuple[str, dict[str, Any]]] = []
    at = 0
    for match in _TOKEN.finditer(typed):
        piece = _piece(match, people, channels)
        if piece is None:
            continue
        if match.start() > at:
            found.append(_plain(typed[at : match.start()]))
        found.append(piece)
        at = match.end()
    if at < len(typed):
        found.append(_plain(typed[at:]))
    return found


def _plain(text: str) -> tuple[str, dict[str, Any]]:
    return escape(text), {"type": "text", "text": text}


def _piece(
    match: re.Match[str], people: Mapping[str, str], channels: Mapping[str, str]
) -> tuple[str, dict[str, Any]] | None:
    if match["wire"]:
        return match["wire"], _wire_element(match["wire"][1:-1])
    if match["url"]:
        url = match["url"]
        return f"<{escape(url)}>", {"type": "link", "url": url}
    if match["bare"]:
        url = "http://" + match["bare"]
        return f"<{url}|{match['bare']}>", {"type": "link", "url": url, "text": match["bare"]}
    if match["name"]:
        return _mention(match["name"], people)
    channel = channels.get(match["channel"])
    if channel is None:
        return None
    return f"<#{channel}|{match['channel']}>", {"type": "channel", "channel_id": channel}


def _mention(name: str, people: Mapping[str, str]) -> tuple[str, dict[str, Any]] | None:
    if name in _BROADCASTS:
        return f"<!{name}>", {"type": "broadcast", "range": name}
    user = people.get(name)
    return (f"<@{user}>", {"type": "user", "user_id": user}) if user else None


def _wire_element(inner: str) -> dict[str, Any]:
    target = inner[1:].partition("|")[0]
    match inner[0]:
        case "@":
            return {"type": "user", "user_id": target}
        case "#":
            return {"type": "channel", "channel_id": target}
        case "!":
            return {"type": "broadcast", "range": target}
        case _:
            url, _, label = inner.partition("|")
            return {"type": "link", "url": url} | ({"text": label} if label else {})
