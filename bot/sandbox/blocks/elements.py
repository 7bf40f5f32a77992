"""Block elements: buttons, menus, inputs. Limits: facts/slack.md section 3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.blocks.checks import (
    MAX_ID_CHARS,
    anything,
    array,
    boolean,
    by_type,
    integer,
    lazy,
    number,
    one_of,
    shape,
    string,
    url,
)
from bot.sandbox.blocks.objects import (
    any_text,
    choice_option,
    confirm,
    conversation_filter,
    dispatch_config,
    image_fields,
    option_group,
    plain_text,
    select_option,
)
from bot.sandbox.blocks.report import Check, Report

_action_id = string(MAX_ID_CHARS, min_chars=1)
_id = string(255, min_chars=1)


def _element(required: tuple[str, ...] = (), then: Any = None, **fields: Check) -> Check:
    base = {"type": anything, "action_id": _action_id, "confirm": confirm}
    return shape({**base, **fields}, required=required, then=then)


def _input(required: tuple[str, ...] = (), then: Any = None, **fields: Check) -> Check:
    base: dict[str, Check] = {"placeholder": plain_text(150), "focus_on_load": boolean}
    return _element(required, then, **{**base, **fields})


def _options_or_groups(value: dict[str, Any], where: str, report: Report) -> None:
    if ("options" in value) == ("option_groups" in value):
        report.add(where, "must provide exactly one of options and option_groups")


def _select(**extra: Check) -> Callable[..., Check]:
    def make(required: tuple[str, ...] = (), then: Any = None, **fields: Check) -> Check:
        return _input(required, then, **{**extra, **fields})

    return make


_single = _select(response_url_enabled=boolean)
_multi = _select(max_selected_items=integer(1, 100))
_options = array(select_option, 1, 100)
_groups = array(option_group, 1, 100)
_ids = array(_id, 0, 100)

_feedback = shape(
    {
        "text": plain_text(75),
        "value": string(2000, min_chars=1),
        "accessibility_label": string(75),
    },
    required=("text", "value"),
)

ELEMENTS: dict[str, Check] = {
    "button": _element(
        ("text",),
        text=plain_text(75),
        url=url("http", "https", "mailto", "tel", "slack"),
        value=string(2000),
        style=one_of("primary", "danger"),
        accessibility_label=string(75),
        agent_prompt=string(4000),
    ),
    "overflow": _element(("options",), options=array(select_option, 1, 5)),
    "feedback_buttons": _element(
        ("positive_button", "negative_button"), positive_button=_feedback, negative_button=_feedback
    ),
    "icon_button": _element(
        ("icon", "text"),
        icon=_id,
        text=plain_text(75),
        value=string(2000),
        accessibility_label=string(75),
        visible_to_user_ids=_ids,
    ),
    "workflow_button": _element(
        ("text", "workflow"),
        text=plain_text(75),
        workflow=anything,
        style=one_of("primary", "danger"),
        accessibility_label=string(75),
    ),
    "image": image_fields({}),
    "static_select": _single(
        then=_options_or_groups,
        options=_options,
        option_groups=_groups,
        initial_option=select_option,
    ),
    "multi_static_select": _multi(
        then=_options_or_groups,
        options=_options,
        option_groups=_groups,
        initial_options=array(select_option, 1, 100),
    ),
    "external_select": _single(initial_option=select_option, min_query_length=integer(0, 100)),
    "multi_external_select": _multi(
        initial_options=array(select_option, 1, 100), min_query_length=integer(0, 100)
    ),
    "users_select": _single(initial_user=_id),
    "multi_users_select": _multi(initial_users=_ids),
    "conversations_select": _single(
        initial_conversation=_id,
        default_to_current_conversation=boolean,
        filter=conversation_filter,
    ),
    "multi_conversations_select": _multi(
        initial_conversations=_ids,
        default_to_current_conversation=boolean,
        filter=conversation_filter,
    ),
    "channels_select": _single(initial_channel=_id),
    "multi_channels_select": _multi(initial_channels=_ids),
    "checkboxes": _input(
        ("options",),
        options=array(choice_option, 1, 10),
        initial_options=array(choice_option, 1, 10),
    ),
    "radio_buttons": _input(
        ("options",), options=array(choice_option, 1, 10), initial_option=choice_option
    ),
    "datepicker": _input(initial_date=string(10, min_chars=10)),
    "timepicker": _input(initial_time=string(5, min_chars=5), timezone=string(64)),
    "datetimepicker": _input(initial_date_time=integer(0, 10**10)),
    "plain_text_input": _input(
        initial_value=string(3000),
        multiline=boolean,
        min_length=integer(0, 3000),
        max_length=integer(1, 3000),
        dispatch_action_config=dispatch_config,
    ),
    "email_text_input": _input(initial_value=string(255), dispatch_action_config=dispatch_config),
    "url_text_input": _input(initial_value=string(3000), dispatch_action_config=dispatch_config),
    "number_input": _input(
        ("is_decimal_allowed",),
        is_decimal_allowed=boolean,
        initial_value=string(255),
        min_value=string(255),
        max_value=string(255),
        dispatch_action_config=dispatch_config,
    ),
    "rich_text_input": _input(initial_value=anything, dispatch_action_config=dispatch_config),
    "file_input": _input(filetypes=array(_id, 1, 100), max_files=integer(1, 10)),
    "url_source": shape({"type": anything, "url": url(), "text": string(3000), "confirm": number}),
}

_SELECTS = tuple(name for name in ELEMENTS if name.endswith("_select"))
_ACTIONABLE = (
    "button",
    "overflow",
    "workflow_button",
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "datetimepicker",
    *_SELECTS,
)
_INPUTS = (
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
    "checkboxes",
    "radio_buttons",
    "datepicker",
    "timepicker",
    "datetimepicker",
    *_SELECTS,
)
_MODAL_ONLY = frozenset({"file_input"})


def _placed(allowed: tuple[str, ...]) -> Check:
    """Check an element in a place that takes only *allowed* types, and note its action id."""
    inner = by_type(ELEMENTS, allowed=allowed)

    def check(value: Any, where: str, report: Report) -> None:
        inner(value, where, report)
        if isinstance(value, dict) and isinstance(value.get("action_id"), str):
            _note_action(value["action_id"], where, report)
        kind = value.get("type") if isinstance(value, dict) else None
        if kind in _MODAL_ONLY and report.surface == "message":
            report.add(f"{where}/type", f"{kind} is only allowed in modals")

    return check


def _note_action(action_id: str, where: str, report: Report) -> None:
    """Action ids are unique within their block (docs: "within the containing block")."""
    # "/blocks/2/…" in a message, "/view/blocks/2/…" in a view.
    parts = where.split("/")
    block = "/".join(parts[: parts.index("blocks") + 2])
    if (block, action_id) in report.action_ids:
        report.add(f"{where}/action_id", f"duplicate action_id: {action_id}")
    report.action_ids.add((block, action_id))


accessory = _placed((*_ACTIONABLE, "image"))
in_actions = _placed((*_ACTIONABLE, "rich_text_input"))
in_context_actions = _placed(("feedback_buttons", "icon_button"))
in_input = _placed(_INPUTS)
in_card = _placed(("button", "overflow", "icon_button"))
overflow_only = _placed(("overflow",))
image = ELEMENTS["image"]
in_context = by_type(
    {
        "image": image,
        "plain_text": lazy(lambda: any_text(3000)),
        "mrkdwn": lazy(lambda: any_text(3000)),
    }
)
url_source = ELEMENTS["url_source"]
