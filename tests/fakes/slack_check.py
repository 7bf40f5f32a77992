"""Slack's own judgement of what we draw: the sandbox's validator, slack_sdk's models, nothing live."""

from __future__ import annotations

import json
import re
from typing import Any

from slack_sdk.models.blocks import Block as SlackBlock
from slack_sdk.models.views import View as SlackView

from bot.render.check import check
from bot.render.message import Message
from bot.sandbox.blocks import blocks_size, check_blocks
from bot.sandbox.blocks.size import MAX_MESSAGE_SIZE


def assert_message_sound(message: Message) -> None:
    """Limits kept by all three validators, and nothing live in any text."""
    assert check(message) == []
    assert check_blocks(list(message.blocks), "message").problems == []
    assert blocks_size(list(message.blocks)) <= MAX_MESSAGE_SIZE
    for block in message.blocks:
        assert_parsed(block)
    json.dumps(message.blocks, ensure_ascii=False).encode("utf-8")
    for text in (message.text, *texts_in(message.blocks)):
        assert_nothing_live(text)


def assert_view_sound(view: dict[str, Any]) -> None:
    """A modal or App Home that Slack takes, with nothing live in any text."""
    surface = view["type"]
    assert check_blocks(view["blocks"], surface).problems == []
    SlackView(**view).validate_json()
    for block in view["blocks"]:
        assert_parsed(block)
    json.dumps(view, ensure_ascii=False).encode("utf-8")
    for text in texts_in(view):
        assert_nothing_live(text)


def assert_parsed(block: dict[str, Any]) -> None:
    parsed = SlackBlock.parse(block)
    assert parsed is not None
    assert parsed.to_dict()["type"] == block["type"]


def texts_in(value: Any) -> list[str]:
    """Return every string under a "text" key, at any depth."""
    found: list[str] = []
    if isinstance(value, dict):
        found += [v for k, v in value.items() if k == "text" and isinstance(v, str)]
        for inner in value.values():
            found += texts_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            found += texts_in(inner)
    return found


def assert_nothing_live(text: str) -> None:
    """Every `<` opens an honest link of http(s) or the one allowed mention of a person."""
    for inside in re.findall(r"<([^>]*)", text):
        assert re.fullmatch(r"https?://[^\s<>|]+(\|[^<>|]+)?|@[UW][A-Z0-9]+", inside), inside
        target, _, label = inside.partition("|")
        host = target.split("/")[2] if label else ""
        for name in re.findall(r"[a-z0-9-]+\.[a-z]{2,}(?=$|[\s/])", label):
            assert host.endswith(name)


def buttons_in(value: Any) -> dict[str, str]:
    """Return action id -> value of every button, at any depth."""
    found: dict[str, str] = {}
    if isinstance(value, dict):
        if value.get("type") == "button":
            found[value["action_id"]] = value["value"]
        for inner in value.values():
            found |= buttons_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            found |= buttons_in(inner)
    return found


def state_of(view: dict[str, Any]) -> dict[str, Any]:
    """Return the `state.values` that Slack sends when a view is submitted as it was opened."""
    return {
        block["block_id"]: {block["element"]["action_id"]: _state(block["element"])}
        for block in view["blocks"]
        if block["type"] == "input"
    }


def _state(element: dict[str, Any]) -> dict[str, Any]:
    kind = element["type"]
    if kind in {"radio_buttons", "static_select"}:
        return {"type": kind, "selected_option": element.get("initial_option")}
    if kind in {"checkboxes", "multi_static_select"}:
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind == "timepicker":
        return {"type": kind, "selected_time": element.get("initial_time")}
    return {"type": kind, "value": element.get("initial_value")}
