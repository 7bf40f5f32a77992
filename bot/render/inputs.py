"""
Typed builders of the fields of modals and of the App Home, and of the two views themselves.

Limits: facts of Block Kit as of November 2026. Labels come in as `Escaped`; what stands in an input
(`initial_value`) is shown as it is and parsed by nobody, so it is plain text on one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.render.blocks import (
    ID_CHARS,
    OPTION_CHARS,
    OPTION_VALUE_CHARS,
    Element,
    fitting,
    plain,
)
from bot.render.clean import one_line
from bot.render.message import Block
from bot.render.mrkdwn import EMPTY, Escaped

VIEW_BLOCKS: Final = 100
VIEW_TITLE_CHARS: Final = 24
LABEL_CHARS: Final = 2_000
HINT_CHARS: Final = 2_000
PLACEHOLDER_CHARS: Final = 150
INPUT_CHARS: Final = 3_000
METADATA_CHARS: Final = 3_000
CHOICES: Final = 10
SELECT_OPTIONS: Final = 100

View = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a list; `hint` is its second line, where the list shows one."""

    text: Escaped
    value: str
    hint: Escaped = EMPTY


def modal(
    title: Escaped,
    blocks: Sequence[Block],
    *,
    callback_id: str,
    submit: Escaped = EMPTY,
    close: Escaped = EMPTY,
    metadata: str = "",
) -> View:
    """
    Return a modal view.

    Raises:
        ValueError: More than 100 blocks, or metadata that does not fit; neither is cut.
    """
    buttons = {"submit": submit, "close": close}
    shown = {name: plain(text, VIEW_TITLE_CHARS) for name, text in buttons.items() if text}
    return {
        "type": "modal",
        "callback_id": fitting(callback_id, ID_CHARS),
        "title": plain(title, VIEW_TITLE_CHARS),
        **shown,
        **({"private_metadata": fitting(metadata, METADATA_CHARS)} if metadata else {}),
        "blocks": _counted(blocks),
    }


def home(blocks: Sequence[Block], *, callback_id: str) -> View:
    """Return an App Home view; raises ValueError when it has more than 100 blocks."""
    return {
        "type": "home",
        "callback_id": fitting(callback_id, ID_CHARS),
        "blocks": _counted(blocks),
    }


def field(
    block_id: str,
    label: Escaped,
    element: Element,
    *,
    hint: Escaped = EMPTY,
    optional: bool = False,
    dispatch: bool = False,
) -> Block:
    """Return an input block; *dispatch* tells us of every change at once."""
    return {
        "type": "input",
        "block_id": fitting(block_id, ID_CHARS),
        "label": plain(label, LABEL_CHARS),
        "element": element,
        "optional": optional,
        **({"hint": plain(hint, HINT_CHARS)} if hint else {}),
        **({"dispatch_action": True} if dispatch else {}),
    }


def radio(action_id: str, choices: Sequence[Choice], chosen: str) -> Element:
    """Return radio buttons, at most 10; *chosen* is the value of one of them."""
    options = _options(choices, CHOICES)
    first = next((option for option in options if option["value"] == chosen), options[0])
    return _element("radio_buttons", action_id, options=options, initial_option=first)


def checkboxes(action_id: str, choices: Sequence[Choice], chosen: Iterable[str]) -> Element:
    """Return boxes to tick, at most 10."""
    options = _options(choices, CHOICES)
    return _element("checkboxes", action_id, options=options, **_initial(options, chosen))


def select(action_id: str, choices: Sequence[Choice], chosen: str) -> Element:
    """Return a drop-down list of one choice, at most 100."""
    options = _options(choices, SELECT_OPTIONS)
    first = next((option for option in options if option["value"] == chosen), None)
    extras = {"initial_option": first} if first else {}
    return _element("static_select", action_id, options=options, **extras)


def multi_select(
    action_id: str, choices: Sequence[Choice], chosen: Iterable[str], *, placeholder: Escaped
) -> Element:
    """Return a drop-down list of any number of choices, at most 100 offered."""
    options = _options(choices, SELECT_OPTIONS)
    return _element(
        "multi_static_select",
        action_id,
        options=options,
        placeholder=plain(placeholder, PLACEHOLDER_CHARS),
        **_initial(options, chosen),
    )


def people_select(action_id: str, chosen: Iterable[str], *, placeholder: Escaped) -> Element:
    """Return a list of the workspace's people, for any number of them."""
    people = sorted(chosen)[:SELECT_OPTIONS]
    return _element(
        "multi_users_select",
        action_id,
        placeholder=plain(placeholder, PLACEHOLDER_CHARS),
        **({"initial_users": people} if people else {}),
    )


def time_of_day(action_id: str, at: str) -> Element:
    """Return a time picker; *at* is "HH:MM"."""
    return _element("timepicker", action_id, initial_time=at)


def text_line(action_id: str, value: str, *, placeholder: Escaped, kind: str = "plain") -> Element:
    """Return a line to type in; *kind* "url" lets Slack check for an address first."""
    shown = one_line(value)[:INPUT_CHARS]
    return _element(
        f"{kind}_text_input",
        action_id,
        placeholder=plain(placeholder, PLACEHOLDER_CHARS),
        **({"initial_value": shown} if shown else {}),
    )


def _element(kind: str, action_id: str, **fields: Any) -> Element:
    return {"type": kind, "action_id": fitting(action_id, ID_CHARS), **fields}


def _options(choices: Sequence[Choice], limit: int) -> list[Element]:
    if not 1 <= len(choices) <= limit:
        raise ValueError(f"{len(choices)} choices where Slack takes 1 to {limit}")
    return [_option(choice) for choice in choices]


def _option(choice: Choice) -> Element:
    hint = {"description": plain(choice.hint, OPTION_CHARS)} if choice.hint else {}
    return {
        "text": plain(choice.text, OPTION_CHARS),
        "value": fitting(choice.value, OPTION_VALUE_CHARS),
        **hint,
    }


def _initial(options: Sequence[Element], chosen: Iterable[str]) -> dict[str, list[Element]]:
    values = set(chosen)
    ticked = [option for option in options if option["value"] in values]
    # Slack refuses an empty list of initial options.
    return {"initial_options": ticked} if ticked else {}


def _counted(blocks: Sequence[Block]) -> list[Block]:
    if not 1 <= len(blocks) <= VIEW_BLOCKS:
        raise ValueError(f"a view has 1 to {VIEW_BLOCKS} blocks, not {len(blocks)}")
    return list(blocks)
