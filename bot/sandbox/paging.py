"""Cursor paging as Slack does it: opaque text, a limit, `next_cursor` empty at the end."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call

Item = TypeVar("Item")
MAX_LIMIT = 1000


def encode_cursor(kind: str, value: str) -> str:
    return base64.b64encode(f"{kind}:{value}".encode()).decode()


def decode_cursor(cursor: str, kind: str) -> str:
    """
    Return the value inside a cursor.

    Raises:
        Refusal: `invalid_cursor`.
    """
    try:
        found, _, value = base64.b64decode(cursor, validate=True).decode().partition(":")
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise Refusal("invalid_cursor") from None
    if found != kind or not value:
        raise Refusal("invalid_cursor")
    return value


def read_limit(call: Call, default: int) -> int:
    """
    Return the checked `limit`; 0 means the default.

    Raises:
        Refusal: `invalid_limit`.
    """
    limit = call.args.number("limit", default) or default
    if not 1 <= limit <= MAX_LIMIT:
        raise Refusal("invalid_limit")
    return limit


def page_of(
    call: Call, items: Sequence[Item], *, default: int = 100
) -> tuple[Sequence[Item], dict[str, Any]]:
    """Return one page of *items* and the `response_metadata` that goes with it."""
    limit = read_limit(call, default)
    cursor = call.args.text("cursor")
    start = _offset(cursor) if cursor else 0
    page = items[start : start + limit]
    following = start + limit
    mark = encode_cursor("offset", str(following)) if following < len(items) else ""
    return page, {"next_cursor": mark}


def _offset(cursor: str) -> int:
    value = decode_cursor(cursor, "offset")
    if not value.isdigit():
        raise Refusal("invalid_cursor")
    return int(value)
