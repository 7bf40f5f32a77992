"""
Typed builders of the Block Kit blocks we use; every text comes in as `Escaped` and is cut to fit.

Limits: facts of Block Kit as of November 2026 (docs.slack.dev and slack_sdk 3.47's own models).
`verbatim` is set on every mrkdwn object, so that Slack links and mentions nothing by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, Literal

from bot.render.message import Block
from bot.render.mrkdwn import Escaped, join, trusted

HEADER_CHARS: Final = 150
SECTION_CHARS: Final = 3_000
CONTEXT_CHARS: Final = 2_000
CONTEXT_ELEMENTS: Final = 10
ACTION_ELEMENTS: Final = 25
BUTTON_CHARS: Final = 75
OPTION_CHARS: Final = 75
OPTION_VALUE_CHARS: Final = 150
OVERFLOW_OPTIONS: Final = 5
VALUE_CHARS: Final = 2_000
ID_CHARS: Final = 255
CONFIRM_TITLE_CHARS: Final = 100
CONFIRM_CHARS: Final = 300
CONFIRM_BUTTON_CHARS: Final = 30
MESSAGE_BLOCKS: Final = 50
FALLBACK_CHARS: Final = 4_000
# chat.postMessage answers `msg_blocks_too_long` above about 13,200, without saying how it counts
# (slackapi/bolt-js issues 2509 and 2867): text, and a share for every block and element around
# it. 24 per object agrees with all that was reported; the rest up to 13,200 is our margin.
MESSAGE_WEIGHT: Final = 12_500
OBJECT_WEIGHT: Final = 24

# Not one that would make an entity of what follows.
_BARE_AMPERSAND: Final = re.compile(r"&amp;(?!(?:lt|gt|amp);)")

Element = dict[str, Any]
Style = Literal["primary", "danger"]


def mrkdwn(text: Escaped, limit: int) -> dict[str, Any]:
    """
    Return a mrkdwn text object.

    Raises:
        TypeError: *text* is not `Escaped`.
        ValueError: *text* is empty, which Slack refuses.
    """
    return {"type": "mrkdwn", "text": _text(text, limit), "verbatim": True}


def plain(text: Escaped, limit: int) -> dict[str, Any]:
    """
    Return a plain_text object without emoji names; raises like `mrkdwn`.

    An ampersand stands as itself: whether Slack decodes `&amp;` here is not documented, and a bare
    one is read rightly either way. `<` and `>` stay escaped.
    """
    shown = _BARE_AMPERSAND.sub("&", _text(text, limit))
    return {"type": "plain_text", "text": shown, "emoji": False}


def header(text: Escaped) -> Block:
    return {"type": "header", "text": plain(text, HEADER_CHARS)}


def section(text: Escaped, accessory: Element | None = None) -> Block:
    """Return a text block that is shown whole, without "see more"; *accessory* stands beside it."""
    beside = {"accessory": accessory} if accessory is not None else {}
    return {"type": "section", "text": mrkdwn(text, SECTION_CHARS), "expand": True, **beside}


def context(*texts: Escaped) -> Block:
    """Return small print; texts beyond Slack's ten elements share the last one."""
    if len(texts) > CONTEXT_ELEMENTS:
        rest = join(trusted(" · "), texts[CONTEXT_ELEMENTS - 1 :])
        texts = (*texts[: CONTEXT_ELEMENTS - 1], rest)
    return {"type": "context", "elements": [mrkdwn(text, CONTEXT_CHARS) for text in texts]}


def divider() -> Block:
    return {"type": "divider"}


def button(
    text: Escaped,
    *,
    action_id: str,
    value: str,
    style: Style | None = None,
    confirm: Element | None = None,
) -> Element:
    """Return a button; raises ValueError when an id or value does not fit, for those are not cut."""
    extras = {"style": style, "confirm": confirm}
    return {
        "type": "button",
        "text": plain(text, BUTTON_CHARS),
        "action_id": fitting(action_id, ID_CHARS),
        "value": fitting(value, VALUE_CHARS),
        **{name: extra for name, extra in extras.items() if extra is not None},
    }


def confirmation(title: Escaped, text: Escaped, *, yes: Escaped, no: Escaped) -> Element:
    """Return the question that Slack asks before a dangerous button counts."""
    return {
        "title": plain(title, CONFIRM_TITLE_CHARS),
        "text": plain(text, CONFIRM_CHARS),
        "confirm": plain(yes, CONFIRM_BUTTON_CHARS),
        "deny": plain(no, CONFIRM_BUTTON_CHARS),
        "style": "danger",
    }


def feedback(
    action_id: str, *, good: tuple[Escaped, str], bad: tuple[Escaped, str], block_id: str
) -> Block:
    """Return Slack's own pair of thumbs; *good* and *bad* are (text, value)."""
    thumbs = {"positive_button": good, "negative_button": bad}
    element = {
        name: {"text": plain(text, BUTTON_CHARS), "value": fitting(value, VALUE_CHARS)}
        for name, (text, value) in thumbs.items()
    }
    return {
        "type": "context_actions",
        "block_id": fitting(block_id, ID_CHARS),
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": fitting(action_id, ID_CHARS),
                **element,
            }
        ],
    }


def overflow(options: Sequence[tuple[Escaped, str]], *, action_id: str) -> Element:
    """Return a "⋯" menu of (text, value) options, at most five."""
    if not 1 <= len(options) <= OVERFLOW_OPTIONS:
        raise ValueError(f"an overflow menu has 1 to {OVERFLOW_OPTIONS} options")
    return {
        "type": "overflow",
        "action_id": fitting(action_id, ID_CHARS),
        "options": [
            {"text": plain(text, OPTION_CHARS), "value": fitting(value, OPTION_VALUE_CHARS)}
            for text, value in options
        ],
    }


def actions(elements: Sequence[Element], *, block_id: str) -> Block:
    """Return a row of buttons and menus, at most 25."""
    if not 1 <= len(elements) <= ACTION_ELEMENTS:
        raise ValueError(f"an actions block has 1 to {ACTION_ELEMENTS} elements")
    return {
        "type": "actions",
        "block_id": fitting(block_id, ID_CHARS),
        "elements": list(elements),
    }


def _text(text: Escaped, limit: int) -> str:
    if not isinstance(text, Escaped):
        raise TypeError("text reaches a block only as Escaped; use escape()")
    if not text:
        raise ValueError("Slack refuses an empty text")
    return str(text.cut(limit))


def fitting(value: str, limit: int) -> str:
    """Return an id or value as it is; raises ValueError when Slack would refuse it."""
    if not 1 <= len(value) <= limit:
        raise ValueError(f"{value[:40]!r} must have 1 to {limit} characters")
    return value
