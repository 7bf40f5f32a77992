"""
What a posted text would do to people: whom it pings, and which links hide where they lead.

Pure. Slack's control sequences: docs.slack.dev "Formatting message text". Markdown blocks and
stream chunks are read the same way, because nothing says that Slack disarms mentions there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_LIVE = re.compile(
    r"<!(?P<all>channel|here|everyone|group)(?:\|[^>]*)?>"
    r"|<!subteam\^(?P<team>[A-Z0-9]+)(?:\|[^>]*)?>"
    r"|<@(?P<user>[UWB][A-Z0-9]+)(?:\|[^>]*)?>"
)
_BARE = re.compile(r"(?<![\w@])@(?P<all>channel|here|everyone)\b")
_SLACK_LINK = re.compile(r"<(?P<url>https?://[^|>\s]+)\|(?P<label>[^>]*)>", re.IGNORECASE)
_MARKDOWN_LINK = re.compile(
    r"!?\[(?P<label>[^\]]*)\]\(\s*<?(?P<url>https?://[^\s)>]+)", re.IGNORECASE
)
_NAMED_HOST = re.compile(
    r"(?:https?://)?(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?P<top>[a-z]{2,}))(?:[/:?#]\S*)?",
    re.IGNORECASE,
)
# Without these, product names such as "Node.js" or "ASP.NET Core" would count as addresses.
# fmt: off
_COMMON_TOPS = frozenset((
    "com", "org", "net", "io", "ai", "dev", "co", "app", "gov", "edu", "info", "biz", "news", "tech", "me", "us", "uk", "de",
    "fr", "eu", "cn", "ru", "jp", "in", "nl", "ch", "at", "it", "es", "pl", "se", "br", "ca", "au", "example", "test", "invalid",
))
# fmt: on


@dataclass(frozen=True, slots=True, kw_only=True)
class Ping:
    """`kind` is "channel", "here", "everyone", "user" or "subteam"; `where` a JSON pointer."""

    kind: str
    target: str
    where: str
    channel: str = ""
    ts: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskedLink:
    """A link whose label names another host than the one it leads to."""

    url: str
    label: str
    where: str
    channel: str = ""
    ts: str = ""
    method: str = ""


def texts_of(body: Any, where: str = "") -> Iterator[tuple[str, str, str]]:
    """
    Yield `(pointer, text, kind)` for every text that Slack would interpret.

    `kind` is "mrkdwn", "markdown" or "element" (a rich-text element that mentions by itself,
    given as the control sequence it amounts to). plain_text is not interpreted, so not yielded.
    """
    if isinstance(body, list):
        for index, item in enumerate(body):
            yield from texts_of(item, f"{where}/{index}")
    elif isinstance(body, dict):
        yield from _texts_of_object(body, where)


def _texts_of_object(body: dict[str, Any], where: str) -> Iterator[tuple[str, str, str]]:
    kind, text = body.get("type"), body.get("text")
    if kind in {"mrkdwn", "markdown"} and isinstance(text, str):
        yield f"{where}/text", text, str(kind)
        return
    mention = _element_mention(body)
    if mention:
        yield where, mention, "element"
        return
    if kind == "link" and isinstance(text, str):
        yield f"{where}/text", f"<{body.get('url', '')}|{text}>", "mrkdwn"
        return
    for name, value in body.items():
        if isinstance(value, dict | list):
            yield from texts_of(value, f"{where}/{name}")


def _element_mention(body: dict[str, Any]) -> str:
    kind = body.get("type")
    if kind == "broadcast":
        return f"<!{body.get('range', 'channel')}>"
    if kind == "user" and "user_id" in body:
        return f"<@{body['user_id']}>"
    if kind == "usergroup" and "usergroup_id" in body:
        return f"<!subteam^{body['usergroup_id']}>"
    return ""


def live_mentions(text: str, *, parse_names: bool = False) -> list[tuple[str, str]]:
    """
    Return `(kind, target)` for each mention in *text* that would notify somebody.

    With:
        parse_names: With `link_names` or `parse=full` a bare `@here` counts too.
    """
    found = [_mention(match) for match in _LIVE.finditer(text)]
    if parse_names:
        found += [(match["all"], match["all"]) for match in _BARE.finditer(text)]
    return found


def _mention(match: re.Match[str]) -> tuple[str, str]:
    if match["all"]:
        return match["all"], match["all"]
    return ("subteam", match["team"]) if match["team"] else ("user", match["user"])


def masked_links(text: str, kind: str) -> list[tuple[str, str]]:
    """Return `(url, label)` of links whose label looks like an address of another host."""
    pattern = _MARKDOWN_LINK if kind == "markdown" else _SLACK_LINK
    return [
        (match["url"], match["label"])
        for match in pattern.finditer(text)
        if _lies(match["url"], match["label"])
    ]


def _lies(url: str, label: str) -> bool:
    named = _NAMED_HOST.fullmatch(label.strip())
    if named is None or named["top"].lower() not in _COMMON_TOPS:
        return False
    try:
        actual = (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return True
    shown = named["host"].lower().removeprefix("www.")
    return not (actual == shown or actual.endswith("." + shown))
