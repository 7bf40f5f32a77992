"""
The shape of what Slack sends, checked before Bolt sees it.

Bolt decodes and parses first and verifies later, and lets its parser's exceptions out; so whatever
it could trip over is refused here. Only the shape is looked at: what it means is the listeners'.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
# Objects and texts that Bolt reads from a body to find out who asks; null stands for "none".
_OBJECTS = ("event", "user", "team", "channel", "view", "message", "container", "enterprise")
_LISTS = ("authorizations", "actions")
# In these payloads the same names hold ids or texts as well.
_OBJECT_OR_TEXT = {"user", "team", "channel", "message", "enterprise"}
_TEXTS = ("team_id", "user_id", "channel_id", "enterprise_id", "event_id", "response_url", "token")
_COMMAND_FIELDS = ("team_id", "channel_id", "user_id")
_MAX_FIELDS = 200
# Slack's ids have about a dozen characters.
_MAX_ID_CHARS = 255
_IDS = ("team_id", "user_id", "channel_id", "enterprise_id")


class Malformed(ValueError):
    """The body is nothing that Slack sends."""


def check_body(body: str, content_type: str) -> None:
    """
    Check a request's body.

    Args:
        body: Decoded.
        content_type: Without parameters, in small letters.

    Raises:
        Malformed: It is no event, command or interaction. Never says what stood in it.
    """
    if content_type == JSON:
        _check_event(_object(body))
    elif content_type == FORM:
        _check_form(_fields(body))
    else:
        raise Malformed("another content type")


def _check_event(value: dict[str, Any]) -> None:
    _need_text(value, "type")
    _check_known(value)
    if value["type"] == "event_callback":
        event = value.get("event")
        if not isinstance(event, dict):
            raise Malformed("no event")
        _need_text(event, "type")
        _need_text(value, "team_id")
        _check_known(event)
    if value["type"] == "url_verification":
        _need_text(value, "challenge")


def _check_form(fields: dict[str, str]) -> None:
    if "payload" in fields:
        value = _object(fields["payload"])
        _need_text(value, "type")
        _check_known(value)
    elif "command" in fields:
        if not fields["command"].startswith("/"):
            raise Malformed("no command")
        if not all(fields.get(name) for name in _COMMAND_FIELDS):
            raise Malformed("a field is missing")
        _check_known(dict(fields))
    elif fields.get("ssl_check") != "1":
        raise Malformed("no payload")


def _check_known(value: dict[str, Any]) -> None:
    for name in _OBJECTS:
        allowed = (dict, str) if name in _OBJECT_OR_TEXT else (dict,)
        if value.get(name) is not None and not isinstance(value[name], allowed):
            raise Malformed("a field of another type")
    for name in _TEXTS:
        if value.get(name) is not None and not isinstance(value[name], str):
            raise Malformed("a field of another type")
    for name in _IDS:
        if len(value.get(name) or "") > _MAX_ID_CHARS:
            raise Malformed("an id that is too long")
    for name in _LISTS:
        items = value.get(name)
        if items is not None and not (
            isinstance(items, list) and all(isinstance(item, dict) for item in items)
        ):
            raise Malformed("a field of another type")


def _need_text(value: dict[str, Any], name: str) -> None:
    if not isinstance(value.get(name), str) or not value[name]:
        raise Malformed("a field is missing")


def _object(text: str) -> dict[str, Any]:
    # Bolt takes a body for JSON only when it begins so.
    if not text.startswith("{"):
        raise Malformed("no JSON object")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("no JSON") from error
    assert isinstance(value, dict)
    return value


def _fields(text: str) -> dict[str, str]:
    # Bolt would read it as JSON, whatever the header says.
    if text.startswith("{"):
        raise Malformed("no form")
    try:
        parsed = parse_qs(
            text,
            keep_blank_values=True,
            strict_parsing=True,
            # As Bolt reads it: a command with half an emoji in it is a command.
            errors="replace",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError as error:
        raise Malformed("no form") from error
    if any(len(values) > 1 for values in parsed.values()):
        raise Malformed("a field twice")
    return {name: values[0] for name, values in parsed.items()}
