"""What the model writes: the strict schema sent to it, and the reader of its answer."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from bot.errors import PlainwireError
from bot.model.port import JsonSchema
from bot.well_formed import well_formed_json


class WireInvalid(PlainwireError):
    """The model's text is not JSON of our schema."""


class WireTerm(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    term: str
    meaning: str
    comparison: str


class WireExplanation(BaseModel):
    """
    One explanation as it comes over the wire.

    Bare types only: Azure's strict mode knows no lengths, ranges or patterns. The real limits are
    in `plain_language` and `grounding`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    headline: str
    means_for_reader: str
    in_short: str
    paragraphs: list[str]
    terms: list[WireTerm]
    why_it_matters: str | None
    what_is_new: str | None


def explanation_schema() -> JsonSchema:
    """Return the strict schema, inside Azure's documented limits."""
    return JsonSchema(
        name="explanation", schema=_without_titles(WireExplanation.model_json_schema())
    )


def parse(text: str) -> WireExplanation:
    """
    Read the model's answer.

    Raises:
        WireInvalid: It is not JSON of the schema.
    """
    try:
        # Not pydantic's own reader, which refuses a whole answer for half an emoji in it.
        return WireExplanation.model_validate(well_formed_json(json.loads(text)))
    except (ValueError, RecursionError) as error:
        raise WireInvalid("The model's answer does not have the agreed form.") from error


def _without_titles(node: Any) -> Any:
    """Drop what pydantic adds for people (title, description): it would cost tokens on every call."""
    if isinstance(node, list):
        return [_without_titles(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {}
    for name, value in node.items():
        if name == "properties":
            kept[name] = {key: _without_titles(item) for key, item in value.items()}
        elif name not in {"title", "description"}:
            kept[name] = _without_titles(value)
    return kept
