"""From what a person did with an element to the values that Slack sends. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]

_ID_FIELDS = {"users": "user", "conversations": "conversation", "channels": "channel"}


class NoSuchChoice(ValueError):
    """The element has no such option."""


def elements_of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield `(block, element)` for every element that one can act on, nested blocks included."""
    for block in blocks:
        for element in _own_elements(block):
            yield block, element
        for name in ("child_blocks", "elements"):
            nested = block.get(name) or []
            if name == "child_blocks" or block.get("type") == "carousel":
                yield from elements_of(nested)


def _own_elements(block: Json) -> list[Json]:
    match block.get("type"):
        case "actions" | "context_actions":
            return list(block.get("elements", []))
        case "section":
            return [block["accessory"]] if block.get("accessory") else []
        case "input":
            return [block["element"]]
        case "card":
            return list(block.get("actions") or [])
        case _:
            return []


def find_element(blocks: list[Json], action_id: str, block_id: str = "") -> tuple[Json, Json]:
    """
    Return the block and element with that action id.

    Raises:
        NoSuchChoice: There is none.
    """
    for block, element in elements_of(blocks):
        if element.get("action_id") == action_id and block_id in {"", block.get("block_id")}:
            return block, element
    raise NoSuchChoice(f"Nothing there has the action_id {action_id!r}.")


def value_fields(element: Json, value: Any = None) -> Json:
    """
    Return the fields that say what was chosen, as `actions[]` and `state.values` have them.

    Args:
        element: The element as the app sent it.
        value: A button needs none; a menu takes the option's value (or several), others the
            id, date ("2026-03-02"), time ("09:00"), number or text. None is the initial value.

    Raises:
        NoSuchChoice: No option has that value.
    """
    kind = str(element.get("type"))
    match kind:
        case "button" | "icon_button":
            shown = {k: element[k] for k in ("text", "style") if k in element}
            return shown | {"value": element.get("value", "")}
        case "feedback_buttons":
            return _feedback(element, value)
        case "overflow" | "static_select" | "external_select" | "radio_buttons":
            chosen = element.get("initial_option") if value is None else _option(element, value)
            return {"selected_option": chosen}
        case "checkboxes" | "multi_static_select" | "multi_external_select":
            if value is None:
                return {"selected_options": element.get("initial_options", [])}
            return {"selected_options": [_option(element, each) for each in value]}
        case _:
            return _other_fields(kind, element, value)


def _other_fields(kind: str, element: Json, value: Any) -> Json:
    for plural, name in _ID_FIELDS.items():
        if kind == f"{plural}_select":
            return {f"selected_{name}": value or element.get(f"initial_{name}")}
        if kind == f"multi_{plural}_select":
            initial = element.get(f"initial_{plural}", [])
            return {f"selected_{plural}": initial if value is None else value}
    match kind:
        case "datepicker":
            return {"selected_date": value or element.get("initial_date")}
        case "timepicker":
            return {"selected_time": value or element.get("initial_time")}
        case "datetimepicker":
            return {"selected_date_time": value or element.get("initial_date_time")}
        case _:
            text = element.get("initial_value") if value is None else value
            return {"value": str(text) if text not in {None, ""} else None}


def _feedback(element: Json, value: Any) -> Json:
    for name in ("positive_button", "negative_button"):
        if value in {None, element[name]["value"], name.partition("_")[0]}:
            return {"value": element[name]["value"], "text": element[name]["text"]}
    raise NoSuchChoice(f"There is no feedback {value!r}.")


def _option(element: Json, value: Any) -> Json:
    wanted = value.get("value") if isinstance(value, Mapping) else value
    groups = element.get("option_groups") or []
    options = element.get("options") or [o for group in groups for o in group["options"]]
    for option in options:
        if option["value"] == wanted:
            return dict(option)
    if element.get("type", "").endswith("external_select") and isinstance(value, Mapping):
        return dict(value)
    raise NoSuchChoice(f"There is no option {wanted!r}.")


def state_of(blocks: list[Json], chosen: Mapping[str, Mapping[str, Any]]) -> Json:
    """
    Return `state.values`: block id -> action id -> what is in the field.

    With:
        chosen: Block id -> action id -> value as `value_fields` takes it.
    """
    values: dict[str, Json] = {}
    for block, element in elements_of(blocks):
        kind, action_id = element.get("type"), element.get("action_id")
        if kind in {"button", "overflow", "feedback_buttons", "icon_button"} or not action_id:
            continue
        block_id = block["block_id"]
        value = chosen.get(block_id, {}).get(action_id)
        values.setdefault(block_id, {})[action_id] = {
            "type": kind,
            **value_fields(element, value),
        }
    return values


def field_problems(blocks: list[Json], values: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """Return what Slack's own client complains about before it sends a view: block id -> words."""
    problems = {}
    for block in blocks:
        if block.get("type") != "input":
            continue
        element = block["element"]
        field = values.get(block["block_id"], {}).get(element.get("action_id", ""), {})
        found = [v for k, v in field.items() if k != "type"]
        content = found[0] if found else None
        words = _complaint(element, content, optional=bool(block.get("optional")))
        if words:
            problems[block["block_id"]] = words
    return problems


def _complaint(element: Json, content: Any, *, optional: bool) -> str:
    if content in (None, "", [], {}):
        return "" if optional else "Please complete this required field."
    match element["type"]:
        case "plain_text_input":
            return _length_complaint(element, str(content))
        case "email_text_input" if "@" not in str(content):
            return "Please enter a valid email address."
        case "url_text_input" if not str(content).startswith(("http://", "https://")):
            return "Please enter a valid URL."
        case "number_input":
            return _number_complaint(element, str(content))
    return ""


def _length_complaint(element: Json, text: str) -> str:
    if len(text) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    if len(text) > element.get("max_length", 3000):
        return f"Please use at most {element.get('max_length', 3000)} characters."
    return ""


def _number_complaint(element: Json, text: str) -> str:
    try:
        number = float(text)
    except ValueError:
        return "Please enter a valid number."
    if not element.get("is_decimal_allowed") and not number.is_integer():
        return "Please enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and number < float(low):
        return f"Please enter a number of at least {low}."
    if high is not None and number > float(high):
        return f"Please enter a number of at most {high}."
    return ""
