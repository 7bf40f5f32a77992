"""
Text from outside that every store and encoder takes.

JSON can carry half of a character (the first half of an emoji), U+0000 and noncharacters.
UTF-8, PostgreSQL and XML refuse one or another of them, and a question must not be lost for it. They
mean nothing to a reader, so they are dropped, once, where a text comes in.
"""

from __future__ import annotations

import re
from typing import Any

_NO_TEXT = re.compile(
    "[\x00\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000)
    )
    + "]"
)
# Deeper than anything that Slack or a model sends; what lies below is dropped.
_MAX_DEPTH = 60


def well_formed(text: str) -> str:
    """Return *text* without lone surrogates, U+0000 and noncharacters."""
    return text if text.isascii() and "\x00" not in text else _NO_TEXT.sub("", text)


def well_formed_json(value: Any, depth: int = 0) -> Any:
    """Return parsed JSON with every text in it well-formed, names of fields included."""
    if isinstance(value, str):
        return well_formed(value)
    if not isinstance(value, (dict, list)):
        return value
    if depth == _MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {
            well_formed(name): well_formed_json(item, depth + 1) for name, item in value.items()
        }
    return [well_formed_json(item, depth + 1) for item in value]
