"""
Our own check of a message against Slack's limits, before it is posted.

slack_sdk's models miss some (field length, block count, the sum of all texts) and know not every
block; Slack's answer to a breach is `invalid_blocks` for the whole digest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from bot.render import blocks as limits
from bot.render.message import Block, Message
from bot.render.mrkdwn import utf16_len

Found = Iterator[str]


def check(message: Message) -> list[str]:
    """Return what Slack would refuse or cut, one sentence each; [] when nothing."""
    return list(_message(message))


def weight(value: Any) -> int:
    """Return what a block counts toward `MESSAGE_WEIGHT`: UTF-16 units and a share per object."""
    if isinstance(value, list):
        return sum(map(weight, value))
    if not isinstance(value, dict):
        return 0
    text = value.get("text")
    own = limits.OBJECT_WEIGHT if "type" in value or "value" in value else 0
    own += utf16_len(text) if isinstance(text, str) else 0
    return own + sum(map(weight, value.values()))


def _message(message: Message) -> Found:
    if not message.text.strip():
        yield "the fallback text is empty"
    if utf16_len(message.text) >= limits.FALLBACK_CHARS:
        yield f"the fallback text reaches {limits.FALLBACK_CHARS} characters"
    if len(message.blocks) > limits.MESSAGE_BLOCKS:
        yield f"{len(message.blocks)} blocks, more than {limits.MESSAGE_BLOCKS}"
    total = sum(map(weight, message.blocks))
    if total > limits.MESSAGE_WEIGHT:
        yield f"all blocks weigh {total}, more than {limits.MESSAGE_WEIGHT}"
    ids = [block["block_id"] for block in message.blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "two blocks have the same block_id"
    for number, block in enumerate(message.blocks):
        yield from (f"block {number}: {found}" for found in _block(block))


def _block(block: Block) -> Found:
    kind = block.get("type", "")
    known = _KINDS.get(kind)
    if known is None:
        yield f"{kind!r} is no block of ours"
        return
    yield from _length("block_id", block.get("block_id"), limits.ID_CHARS, required=False)
    yield from known(block)


def _header(block: Block) -> Found:
    yield from _text(block.get("text"), "plain_text", limits.HEADER_CHARS)


def _section(block: Block) -> Found:
    yield from _text(block.get("text"), "mrkdwn", limits.SECTION_CHARS)
    if "accessory" in block:
        yield from _element(block["accessory"])


def _context(block: Block) -> Found:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= limits.CONTEXT_ELEMENTS:
        yield f"{len(elements)} elements in a context"
    for element in elements:
        yield from _text(element, "mrkdwn", limits.CONTEXT_CHARS)


def _actions(block: Block) -> Found:
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= limits.ACTION_ELEMENTS:
        yield f"{len(elements)} elements in actions"
    action_ids = [element.get("action_id") for element in elements]
    if len(action_ids) != len(set(action_ids)):
        yield "two elements of one block have the same action_id"
    for element in elements:
        yield from _element(element)


def _element(element: dict[str, Any]) -> Found:
    yield from _length("action_id", element.get("action_id"), limits.ID_CHARS)
    if element.get("type") == "button":
        yield from _text(element.get("text"), "plain_text", limits.BUTTON_CHARS)
        yield from _length("value", element.get("value"), limits.VALUE_CHARS)
    elif element.get("type") == "overflow":
        yield from _options(element.get("options", []))
    else:
        yield f"{element.get('type')!r} is no element of ours"


def _context_actions(block: Block) -> Found:
    for element in block.get("elements", []):
        if element.get("type") != "feedback_buttons":
            yield f"{element.get('type')!r} is no element of ours"
            continue
        yield from _length("action_id", element.get("action_id"), limits.ID_CHARS)
        for name in ("positive_button", "negative_button"):
            thumb = element.get(name, {})
            yield from _text(thumb.get("text"), "plain_text", limits.BUTTON_CHARS)
            yield from _length("value", thumb.get("value"), limits.VALUE_CHARS)


def _options(options: list[dict[str, Any]]) -> Found:
    if not 1 <= len(options) <= limits.OVERFLOW_OPTIONS:
        yield f"{len(options)} options in an overflow menu"
    for option in options:
        yield from _text(option.get("text"), "plain_text", limits.OPTION_CHARS)
        yield from _length("value", option.get("value"), limits.OPTION_VALUE_CHARS)


def _divider(_block: Block) -> Found:
    yield from ()


def _text(found: Any, kind: str, limit: int) -> Found:
    if not isinstance(found, dict) or found.get("type") != kind:
        yield f"needs a {kind} text"
        return
    yield from _length("text", found.get("text"), limit)
    if kind == "mrkdwn" and found.get("verbatim") is not True:
        yield "a mrkdwn text without verbatim"


def _length(name: str, value: Any, limit: int, *, required: bool = True) -> Found:
    if value is None and not required:
        return
    if not isinstance(value, str) or not value.strip():
        yield f"{name} is empty"
    elif utf16_len(value) > limit:
        yield f"{name} has {utf16_len(value)} characters, more than {limit}"


_KINDS: dict[str, Callable[[Block], Found]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "divider": _divider,
}
