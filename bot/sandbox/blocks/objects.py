"""Composition objects: text, option, confirmation. Limits: facts/slack.md section 3."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks.checks import anything, array, boolean, by_type, one_of, shape, string, url
from bot.sandbox.blocks.report import Check, Report

OPTION_TEXT_CHARS = 75
OPTION_VALUE_CHARS = 150


def plain_text(max_chars: int) -> Check:
    return by_type({"plain_text": _plain(max_chars)})


def any_text(max_chars: int) -> Check:
    return by_type({"plain_text": _plain(max_chars), "mrkdwn": _mrkdwn(max_chars)})


def _plain(max_chars: int) -> Check:
    fields = {"type": anything, "text": string(max_chars, min_chars=1), "emoji": boolean}
    return shape(fields, required=("text",))


def _mrkdwn(max_chars: int) -> Check:
    fields = {"type": anything, "text": string(max_chars, min_chars=1), "verbatim": boolean}
    return shape(fields, required=("text",))


def option(text: Check) -> Check:
    return shape(
        {
            "text": text,
            "value": string(OPTION_VALUE_CHARS, min_chars=1),
            "description": any_text(OPTION_TEXT_CHARS),
            "url": url(),
        },
        required=("text", "value"),
    )


select_option = option(plain_text(OPTION_TEXT_CHARS))
choice_option = option(any_text(OPTION_TEXT_CHARS))

option_group = shape(
    {"label": plain_text(75), "options": array(select_option, 1, 100)},
    required=("label", "options"),
)

confirm = shape(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
        "style": one_of("primary", "danger"),
    },
    required=("title", "text"),
)

dispatch_config = shape(
    {
        "trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 1, 2),
    }
)

conversation_filter = shape(
    {
        "include": array(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)

slack_file = shape({"id": string(255, min_chars=1), "url": url()})


def image_fields(extra: dict[str, Check]) -> Check:
    """Return the check of an image: `image_url` or `slack_file`, and a required `alt_text`."""
    fields = {
        "type": anything,
        "image_url": url(),
        "slack_file": slack_file,
        "alt_text": string(2000),
    }
    return shape({**fields, **extra}, required=("alt_text",), then=_has_source)


def _has_source(value: dict[str, Any], where: str, report: Report) -> None:
    if ("image_url" in value) == ("slack_file" in value):
        report.add(where, "must provide exactly one of image_url and slack_file")
