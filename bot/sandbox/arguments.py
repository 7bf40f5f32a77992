"""Arguments of one API call: JSON, form or query, as Slack accepts them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.refusal import Refusal, invalid_arguments, missing_argument

Json = dict[str, Any]

_TRUE = {"1", "true", "True"}
_FALSE = {"0", "false", "False", ""}


class Arguments:
    """Typed, strict access to the arguments of one call; a wrong type is a `Refusal`."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = {k: v for k, v in values.items() if v is not None}

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def text(self, name: str, default: str = "") -> str:
        value = self.values.get(name, default)
        if isinstance(value, bool | dict | list):
            raise invalid_arguments(f"must be a string [json-pointer:/{name}]")
        return str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise missing_argument(name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.values.get(name, default)
        if isinstance(value, bool):
            return value
        if str(value) in _TRUE:
            return True
        if str(value) in _FALSE:
            return False
        raise invalid_arguments(f"must be a boolean [json-pointer:/{name}]")

    def number(self, name: str, default: int) -> int:
        value = self.values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise invalid_arguments(f"must be a number [json-pointer:/{name}]") from None

    def json_value(self, name: str, *, refusal: str = "invalid_arguments") -> Any:
        """Return a structured argument: as it is in a JSON body, parsed in a form."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(refusal) from None

    def list_of_ids(self, name: str) -> list[str]:
        value = self.values.get(name, "")
        items = value if isinstance(value, list) else str(value).split(",")
        return [str(item).strip() for item in items if str(item).strip()]


async def read_arguments(request: web.Request) -> tuple[str, Arguments]:
    """
    Return the token and the arguments of a request to `/api/<method>`.

    The token stands in the header or, for forms, in the arguments; never in a JSON body.

    Raises:
        Refusal: `invalid_json`, `json_not_object` or `invalid_post_type`, as Slack says.
    """
    values: Json = dict(request.query)
    values |= await _read_body(request)
    scheme, _, header = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        values |= _client_credentials(header)
    from_arguments = str(values.pop("token", ""))
    token = header.strip() if scheme.lower() == "bearer" else from_arguments
    return token, Arguments(values)


def _client_credentials(header: str) -> Json:
    """Return the app's id and secret from HTTP Basic authentication (RFC 6749, section 2.3.1)."""
    try:
        client_id, _, secret = base64.b64decode(header, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return {}
    return {"client_id": client_id, "client_secret": secret}


async def _read_body(request: web.Request) -> Json:
    if request.method != "POST" or not request.can_read_body:
        return {}
    kind = request.content_type
    if kind == "application/json":
        return _parse_json(await request.read())
    if kind in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        form = await request.post()
        return {k: v for k, v in form.items() if isinstance(v, str)}
    if not await request.read():
        return {}
    raise Refusal("invalid_post_type")


def _parse_json(body: bytes) -> Json:
    if not body.strip():
        return {}
    try:
        parsed = json.loads(body)
    except (ValueError, UnicodeDecodeError):
        raise Refusal("invalid_json") from None
    if not isinstance(parsed, dict):
        raise Refusal("json_not_object")
    parsed.pop("token", None)  # Slack does not look for tokens in JSON bodies
    return parsed
