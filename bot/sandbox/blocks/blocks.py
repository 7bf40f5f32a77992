"""The blocks themselves, with every limit of facts/slack.md section 3, per surface."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks import elements as el
from bot.sandbox.blocks.checks import (
    MAX_ID_CHARS,
    anything,
    array,
    boolean,
    by_type,
    integer,
    lazy,
    one_of,
    shape,
    string,
    url,
)
from bot.sandbox.blocks.objects import any_text, image_fields, plain_text
from bot.sandbox.blocks.report import Check, Report
from bot.sandbox.blocks.rich_text import rich_text

MAX_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MAX_MARKDOWN_CHARS = 12_000
MAX_CHARTS = 2

_ALL = frozenset({"message", "modal", "home"})
_MESSAGE = frozenset({"message"})
_VIEWS = frozenset({"modal", "home"})
SURFACES: dict[str, frozenset[str]] = {
    "actions": _ALL,
    "alert": frozenset({"modal"}),  # node-slack-sdk#2567: messages refuse it
    "card": _MESSAGE,
    "carousel": _MESSAGE,
    "container": _MESSAGE,
    "context": _ALL,
    "context_actions": _MESSAGE,
    "data_table": _MESSAGE,
    "data_visualization": _MESSAGE,
    "divider": _ALL,
    "file": _MESSAGE,
    "header": _ALL,
    "image": _ALL,
    "input": _VIEWS,
    "markdown": _MESSAGE,
    "plan": _MESSAGE,
    "rich_text": _ALL,
    "section": _ALL,
    "table": _MESSAGE,
    "task_card": _MESSAGE,
    "video": _ALL,
}
"""Where each block type may stand."""

_IN_CONTAINER = tuple(sorted(set(SURFACES) - {"markdown", "card", "carousel", "container"}))


def _block(required: tuple[str, ...] = (), then: Any = None, /, **fields: Check) -> Check:
    base = {"type": anything, "block_id": string(MAX_ID_CHARS)}
    return shape({**base, **fields}, required=required, then=then)


def _section_has_content(value: dict[str, Any], where: str, report: Report) -> None:
    if value.get("text") is None and not value.get("fields"):
        report.add(where, "missing required field: text or fields")


def _count_markdown(value: dict[str, Any], where: str, report: Report) -> None:
    text = value.get("text")
    total = report.count("markdown_chars", len(text) if isinstance(text, str) else 0)
    if total > MAX_MARKDOWN_CHARS:
        report.add(where, f"markdown blocks must be less than {MAX_MARKDOWN_CHARS + 1} in all")


def _one_table(value: dict[str, Any], where: str, report: Report) -> None:
    if report.count("tables") > 1:
        report.add(where, "only_one_table_allowed")
    rows = value.get("rows")
    widths = {len(row) for row in rows if isinstance(row, list)} if isinstance(rows, list) else ()
    if len(widths) > 1:
        report.add(f"{where}/rows", "all rows must have the same number of cells")


def _two_charts(_value: dict[str, Any], where: str, report: Report) -> None:
    if report.count("charts") > MAX_CHARTS:
        report.add(where, f"no more than {MAX_CHARTS} data_visualization blocks allowed")


def _container_rules(value: dict[str, Any], where: str, report: Report) -> None:
    if value.get("title") is None and value.get("rich_text_title") is None:
        report.add(where, "missing required field: title")
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        report.add(where, "default_collapsed requires is_collapsible")
    if value.get("is_collapsible") and value.get("has_header_divider"):
        report.add(where, "has_header_divider cannot be set when is_collapsible is true")


def _card_has_content(value: dict[str, Any], where: str, report: Report) -> None:
    if not any(value.get(name) for name in ("hero_image", "title", "actions", "body")):
        report.add(where, "at least one of hero_image, title, actions or body is required")


_raw_text = shape({"type": anything, "text": string(12_000)}, required=("text",))
_cell = by_type(
    {
        "raw_text": _raw_text,
        "raw_number": shape({"type": anything, "value": anything, "text": string(12_000)}),
        "rich_text": rich_text,
    }
)
_table_row = array(_cell, 1, 20)

_CARD = _block(
    (),
    _card_has_content,
    hero_image=el.image,
    icon=el.image,
    title=any_text(150),
    subtitle=any_text(150),
    body=any_text(200),
    actions=array(el.in_card, 1, 5),
)
_TASK = _block(
    ("task_id", "title"),
    task_id=string(255, min_chars=1),
    title=string(256, min_chars=1),
    status=one_of("pending", "in_progress", "complete", "error"),
    details=rich_text,
    output=rich_text,
    sources=array(el.url_source, 0, 50),
)


def _children() -> Check:
    return array(by_type(BLOCKS, allowed=_IN_CONTAINER), 1, 10)


BLOCKS: dict[str, Check] = {
    "header": _block(("text",), text=plain_text(150), level=integer(1, 6)),
    "section": _block(
        (),
        _section_has_content,
        text=any_text(3000),
        fields=array(any_text(2000), 1, 10),
        accessory=el.accessory,
        expand=boolean,
    ),
    "context": _block(("elements",), elements=array(el.in_context, 1, 10)),
    "divider": _block(),
    "actions": _block(("elements",), elements=array(el.in_actions, 1, 25)),
    "context_actions": _block(("elements",), elements=array(el.in_context_actions, 1, 5)),
    "markdown": _block(("text",), _count_markdown, text=string(12_000, min_chars=1)),
    "rich_text": rich_text,
    "table": _block(
        ("rows",),
        _one_table,
        rows=array(_table_row, 1, 100),
        column_settings=array(
            shape({"align": one_of("left", "center", "right"), "is_wrapped": boolean}), 0, 20
        ),
    ),
    "data_table": _block(
        ("rows", "caption"),
        rows=array(_table_row, 2, 101),
        caption=string(2000, min_chars=1),
        page_size=integer(1, 100),
        row_header_column_index=integer(0, 19),
        column_settings=array(anything, 0, 20),
    ),
    "data_visualization": _block(
        ("title", "chart"), _two_charts, title=string(50, min_chars=1), chart=anything
    ),
    "container": _block(
        ("child_blocks",),
        _container_rules,
        title=plain_text(150),
        rich_text_title=rich_text,
        subtitle=any_text(150),
        child_blocks=lazy(_children),
        width=one_of("narrow", "standard", "wide", "full"),
        icon=el.image,
        is_collapsible=boolean,
        default_collapsed=boolean,
        has_header_divider=boolean,
    ),
    "card": _CARD,
    "carousel": _block(("elements",), elements=array(by_type({"card": _CARD}), 1, 10)),
    "image": image_fields({"block_id": string(MAX_ID_CHARS), "title": plain_text(2000)}),
    "task_card": _TASK,
    "plan": _block(
        ("title",),
        title=string(256, min_chars=1),
        tasks=array(by_type({"task_card": _TASK}), 0, 50),
    ),
    "alert": _block(
        ("text",),
        text=any_text(3000),
        level=one_of("default", "info", "warning", "error", "success"),
    ),
    "input": _block(
        ("label", "element"),
        label=plain_text(2000),
        element=el.in_input,
        hint=plain_text(2000),
        optional=boolean,
        dispatch_action=boolean,
    ),
    "video": _block(
        ("title", "video_url", "thumbnail_url", "alt_text"),
        title=plain_text(199),
        video_url=url("https"),
        thumbnail_url=url(),
        alt_text=string(2000),
        title_url=url("https"),
        description=plain_text(199),
        provider_icon_url=url(),
        provider_name=string(50),
        author_name=string(49),
    ),
    "file": _block(("external_id", "source"), external_id=string(255), source=one_of("remote")),
}


_any_block = by_type(BLOCKS)


def check_blocks(blocks: Any, surface: str, *, where: str = "/blocks") -> Report:
    """
    Check a list of blocks as Slack would for this surface.

    With:
        blocks: The value as it came; anything.
        surface: "message", "modal" or "home".

    Returns:
        The report; `problems` is empty when Slack would accept it.
    """
    report = Report(surface)
    array(_on_surface, 0, MAX_BLOCKS[surface])(blocks, where, report)
    return report


def _on_surface(value: Any, where: str, report: Report) -> None:
    _any_block(value, where, report)
    if not isinstance(value, dict):
        return
    kind = value.get("type")
    if isinstance(kind, str) and kind in SURFACES and report.surface not in SURFACES[kind]:
        report.add(
            f"{where}/type", f"unsupported type: {kind} is not allowed in a {report.surface}"
        )
    _note_block_id(value.get("block_id"), where, report)


def _note_block_id(block_id: Any, where: str, report: Report) -> None:
    if not isinstance(block_id, str) or not block_id:
        return
    if block_id in report.block_ids:
        report.add(f"{where}/block_id", f"duplicate block_id: {block_id}")
    report.block_ids.add(block_id)


__all__ = ["BLOCKS", "MAX_BLOCKS", "SURFACES", "check_blocks"]
