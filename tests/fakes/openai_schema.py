"""
What a request to the model must look like: the public OpenAI schema, and the installed SDK's types.

The schema is a public artefact that is not ours to commit; look whether `SCHEMAS` exists.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import TypeAdapter

SCHEMAS = Path(__file__).parents[2].parent / "shared" / "data" / "openai-requests.json.gz"


@cache
def request_validator() -> Draft202012Validator:
    """Return a validator for the body of `POST /responses`; an unknown key fails."""
    spec = _closed(json.loads(gzip.decompress(SCHEMAS.read_bytes())))
    parts = spec["components"]["schemas"]
    for name in (
        "CreateResponse",
        "EasyInputMessage",
        "Reasoning",
        "ResponseTextParam",
        "TextResponseFormatJsonSchema",
    ):
        parts[name]["unevaluatedProperties"] = False
    spec["$ref"] = "#/components/schemas/CreateResponse"
    return Draft202012Validator(spec)


@cache
def sdk_types() -> tuple[TypeAdapter[Any], TypeAdapter[Any]]:
    """Return the SDK's own parameter types, for whole and for streamed answers."""
    from openai.types.responses import response_create_params as params

    return (
        TypeAdapter(params.ResponseCreateParamsNonStreaming),
        TypeAdapter(params.ResponseCreateParamsStreaming),
    )


def _closed(node: Any) -> Any:
    """Make oneOf anyOf (the spec's alternatives overlap), and drop the discriminators."""
    if isinstance(node, list):
        return [_closed(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        ("anyOf" if name == "oneOf" else name): _closed(value)
        for name, value in node.items()
        if name != "discriminator"
    }
