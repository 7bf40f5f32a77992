"""How much a message weighs, and what Slack adds to blocks that it stores."""

from __future__ import annotations

import copy
import secrets
from typing import Any

MAX_MESSAGE_SIZE = 13_200
"""
Slack refuses more with `msg_blocks_too_long`, without saying how it counts.

Measured by others: markdown blocks alone pass up to about 13,297 characters, and "12,000 text
characters with a buffer for block containers" is what a maintainer said (bolt-js#2509); a message
of 11,341 text characters in many small rich-text elements was refused (bolt-js#2867). We count
text plus a fixed share per block or element, which agrees with all three.
"""
_PER_OBJECT = 24


def blocks_size(blocks: Any) -> int:
    """Return our estimate of Slack's measure: characters of text plus a share per object."""
    if isinstance(blocks, list):
        return sum(blocks_size(item) for item in blocks)
    if not isinstance(blocks, dict):
        return 0
    own = _PER_OBJECT if "type" in blocks else 0
    text = blocks.get("text")
    own += len(text) if isinstance(text, str) else 0
    return own + sum(blocks_size(value) for value in blocks.values())


def fill_defaults(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a copy as Slack stores it: every block with an id, every text object complete."""
    filled = copy.deepcopy(blocks)
    for block in filled:
        block.setdefault("block_id", secrets.token_urlsafe(4)[:5])
        _complete(block)
    return filled


def _complete(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            _complete(item)
    elif isinstance(value, dict):
        if value.get("type") == "plain_text":
            value.setdefault("emoji", True)
        elif value.get("type") == "mrkdwn":
            value.setdefault("verbatim", False)
        for item in value.values():
            _complete(item)
