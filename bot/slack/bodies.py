"""A message as the arguments of a posting method, and the last look at it before it goes out."""

from __future__ import annotations

from typing import Any, Final

import structlog

from bot.render.check import check
from bot.render.message import Message

log: Final = structlog.get_logger(__name__)


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
    findings = check(message)
    if findings:
        log.warning(
            "message_breaks_limits",
            method=method,
            findings=len(findings),
            first=findings[0],
            blocks=len(message.blocks),
        )
