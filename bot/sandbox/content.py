"""What a message may hold: text, blocks, attachments, metadata, each checked as Slack does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from bot.sandbox.blocks import blocks_size, check_blocks
from bot.sandbox.blocks.size import MAX_MESSAGE_SIZE
from bot.sandbox.files import files
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call

MAX_TEXT_CHARS = 40_000
"""Slack truncates longer texts; the sandbox refuses them, so that nobody loses words unseen."""
MAX_UPDATE_TEXT_CHARS = 4_000
MAX_MARKDOWN_CHARS = 12_000
MAX_ATTACHMENTS = 100
MAX_METADATA_BYTES = 16_000
"""Unpublished; far above what a reasonable event_payload holds."""

_TS = re.compile(r"\d{9,11}\.\d{6}")
_CUSTOMIZE = ("username", "icon_emoji", "icon_url")


def is_ts(value: str) -> bool:
    return bool(_TS.fullmatch(value))


def refuse_blocks(problems: list[str]) -> Refusal:
    return Refusal("invalid_blocks", errors=problems, response_metadata={"messages": problems})


def read_content(call: Call, *, max_text_chars: int = MAX_TEXT_CHARS) -> dict[str, Any]:
    """
    Return the checked content of a message: those of text, blocks, attachments and metadata given.

    A `markdown_text` becomes one markdown block, as it does in Slack.

    Raises:
        Refusal: `no_text`, `msg_too_long`, `invalid_blocks`, `msg_blocks_too_long`,
            `too_many_attachments`, `markdown_text_conflict`, `missing_scope` and so on.
    """
    args = call.args
    if any(name in args for name in _CUSTOMIZE):
        call.need_scope("chat:write.customize")
    content: dict[str, Any] = {}
    if "text" in args:
        content["text"] = args.text("text")
    blocks = args.json_value("blocks", refusal="invalid_blocks_format")
    if blocks is not None:
        content["blocks"] = blocks
    attachments = args.json_value("attachments", refusal="invalid_attachments")
    if attachments is not None:
        content["attachments"] = attachments
    _take_markdown(call, content)
    _check_slack_files(call, content.get("blocks"), "/blocks")
    check_content(content, max_text_chars=max_text_chars)
    metadata = read_metadata(call)
    if metadata is not None:
        content["metadata"] = metadata
    return content


def _check_slack_files(call: Call, value: Any, where: str) -> None:
    """Refuse pictures of files that are not there (yet), as Slack does right after an upload."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            _check_slack_files(call, item, f"{where}/{index}")
    elif isinstance(value, dict):
        file = value.get("slack_file")
        if isinstance(file, dict) and "id" in file and not _is_stored(call, str(file["id"])):
            raise refuse_blocks([f"[ERROR] invalid slack file [json-pointer:{where}/slack_file]"])
        for name, item in value.items():
            if isinstance(item, dict | list):
                _check_slack_files(call, item, f"{where}/{name}")


def _is_stored(call: Call, file_id: str) -> bool:
    stored = files(call.hub).known.get(file_id)
    return stored is not None and stored.completed


def _take_markdown(call: Call, content: dict[str, Any]) -> None:
    markdown = call.args.text("markdown_text")
    if not markdown:
        return
    if content.get("text") or content.get("blocks"):
        raise Refusal("markdown_text_conflict")
    if len(markdown) > MAX_MARKDOWN_CHARS:
        raise Refusal("msg_too_long")
    content["text"] = markdown
    content["blocks"] = [{"type": "markdown", "text": markdown}]


def check_content(
    content: Mapping[str, Any], *, max_text_chars: int = MAX_TEXT_CHARS, surface: str = "message"
) -> None:
    """
    Check text, blocks and attachments of a message from anywhere.

    Raises:
        Refusal: The first thing that Slack would complain about.
    """
    text, blocks = content.get("text") or "", content.get("blocks") or []
    attachments = content.get("attachments") or []
    if not isinstance(text, str):
        raise Refusal("invalid_arguments")
    if not text.strip() and not blocks and not attachments:
        raise Refusal("no_text")
    if len(text) > max_text_chars:
        raise Refusal("msg_too_long")
    report = check_blocks(blocks, surface)
    if report.problems:
        raise refuse_blocks(report.problems)
    if blocks_size(blocks) > MAX_MESSAGE_SIZE:
        raise Refusal("msg_blocks_too_long")
    _check_attachments(attachments)


def _check_attachments(attachments: Any) -> None:
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise Refusal("invalid_attachments")
    if len(attachments) > MAX_ATTACHMENTS:
        raise Refusal("too_many_attachments")
    for index, attachment in enumerate(attachments):
        where = f"/attachments/{index}/blocks"
        report = check_blocks(attachment.get("blocks") or [], "message", where=where)
        if report.problems:
            raise refuse_blocks(report.problems)


def read_metadata(call: Call) -> dict[str, Any] | None:
    """
    Return the message metadata, checked.

    Raises:
        Refusal: `invalid_metadata_format`, `invalid_metadata_schema` or `metadata_too_large`.
    """
    metadata = call.args.json_value("metadata", refusal="invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise Refusal("invalid_metadata_format")
    if not metadata:
        return {}
    event_type, payload = metadata.get("event_type"), metadata.get("event_payload")
    has_event = isinstance(event_type, str) and event_type and isinstance(payload, dict)
    if not has_event and "entities" not in metadata:
        raise Refusal("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > MAX_METADATA_BYTES:
        raise Refusal("metadata_too_large")
    return metadata
