"""The rich_text block: sections, lists, quotes and preformatted text. Nothing in it is parsed."""

from __future__ import annotations

from bot.sandbox.blocks.checks import (
    anything,
    array,
    boolean,
    by_type,
    integer,
    one_of,
    shape,
    string,
    url,
)
from bot.sandbox.blocks.report import Check

_LONG = 40_000
_style = shape(
    dict.fromkeys(
        (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        ),
        boolean,
    )
)


def _part(required: tuple[str, ...], **fields: Check) -> Check:
    return shape({"type": anything, "style": _style, **fields}, required=required)


_id = string(255, min_chars=1)
_PARTS = {
    "text": _part(("text",), text=string(_LONG, min_chars=1)),
    "link": _part(
        ("url",), url=url("http", "https", "mailto", "tel"), text=string(_LONG), unsafe=boolean
    ),
    "emoji": _part(("name",), name=_id, unicode=_id, skin_tone=integer(1, 6)),
    "user": _part(("user_id",), user_id=_id),
    "usergroup": _part(("usergroup_id",), usergroup_id=_id),
    "channel": _part(("channel_id",), channel_id=_id),
    "team": _part(("team_id",), team_id=_id),
    "broadcast": _part(("range",), range=one_of("here", "channel", "everyone")),
    "color": _part(("value",), value=_id),
    "date": _part(
        ("timestamp", "format"),
        timestamp=integer(0, 10**11),
        format=_id,
        url=url(),
        fallback=string(_LONG),
    ),
}

_parts = array(by_type(_PARTS), 0, 10_000)
section = shape({"type": anything, "elements": _parts}, required=("elements",))
_preformatted = shape(
    {"type": anything, "elements": _parts, "border": integer(0, 1), "language": string(64)},
    required=("elements",),
)
_quote = shape(
    {"type": anything, "elements": _parts, "border": integer(0, 1)}, required=("elements",)
)
_list = shape(
    {
        "type": anything,
        "style": one_of("bullet", "ordered"),
        "elements": array(by_type({"rich_text_section": section}), 0, 1_000),
        "indent": integer(0, 8),
        "offset": integer(0, 10_000),
        "border": integer(0, 1),
    },
    required=("style", "elements"),
)

ELEMENTS = {
    "rich_text_section": section,
    "rich_text_list": _list,
    "rich_text_preformatted": _preformatted,
    "rich_text_quote": _quote,
}

rich_text = shape(
    {
        "type": anything,
        "block_id": string(255),
        "elements": array(by_type(ELEMENTS), 0, 1_000),
    },
    required=("elements",),
)
