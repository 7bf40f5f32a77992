"""A message as the arguments of a posting method, and the last look at it before it goes out."""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.render.check import check
from bot.render.message import Message

log: Final = structlog.get_logger(__name__)
_MOST_CHECKED: Final = 256
_CHECKED: Final[dict[int, tuple[Message, list[str]]]] = {}


def body_of(message: Message, **extra: Any) -> dict[str, Any]:
    """
    Return the JSON arguments that post a message; what is None is left out.

    `parse: none` and no link_names: nothing in the fallback text becomes a link or a mention but
    what the escaper made. Unfurling is off: our messages have their own words for every link.
    """
    body = {
        "text": message.text,
        "blocks": list(message.blocks) or None,
        "parse": "none",
        "unfurl_links": False,
        "unfurl_media": False,
        **extra,
    }
    return {name: value for name, value in body.items() if value is not None}


def update_of(message: Message, **extra: Any) -> dict[str, Any]:
    """Return the JSON arguments that replace a message: an empty list removes earlier blocks."""
    return {"text": message.text, "blocks": list(message.blocks), "parse": "none", **extra}


def log_findings(message: Message, *, method: str) -> None:
    """Log what our own check has against a message; it is sent all the same, Slack decides."""
    findings = _checked(message)
    if findings:
        log.warning(
            "message_breaks_limits",
            method=method,
            findings=len(findings),
            first=findings[0],
            blocks=len(message.blocks),
        )


def _checked(message: Message) -> list[str]:
    """Check a message; one that is posted to many channels only once in a while."""
    kept = _CHECKED.get(id(message))
    if kept is None:
        if len(_CHECKED) >= _MOST_CHECKED:
            _CHECKED.clear()
        # The message stands beside, so that its id() is nobody else's meanwhile.
        kept = _CHECKED[id(message)] = (message, check(message))
    return kept[1]
