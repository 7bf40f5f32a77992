"""`chat.startStream`, `appendStream`, `stopStream`."""

from __future__ import annotations

from typing import Any

from bot.sandbox import posting, status
from bot.sandbox.blocks import check_blocks
from bot.sandbox.content import read_metadata, refuse_blocks
from bot.sandbox.refusal import Refusal, invalid_arguments
from bot.sandbox.registry import Call, method
from bot.sandbox.state import Channel
from bot.sandbox.streams import MAX_CHUNK_CHARS, Stream, streams
from bot.sandbox.wire import message_wire

_MODES = {"timeline", "plan"}


def _channel(call: Call) -> Channel:
    channel = call.visible_channel()
    posting.check_may_post(call, channel)
    return channel


def _content(call: Call) -> tuple[str, list[dict[str, Any]]]:
    markdown = call.args.text("markdown_text")
    chunks = call.args.json_value("chunks") or []
    if not isinstance(chunks, list):
        raise invalid_arguments("must provide an array [json-pointer:/chunks]")
    if len(markdown) > MAX_CHUNK_CHARS:
        raise Refusal("msg_too_long")
    return markdown, chunks


def _check_recipient(call: Call, channel: Channel) -> None:
    """In channels Slack wants to know for whom the text streams."""
    if channel.kind == "im":
        return
    user = call.args.text("recipient_user_id")
    if not user:
        raise Refusal("missing_recipient_user_id")
    if not call.args.text("recipient_team_id"):
        raise Refusal("missing_recipient_team_id")
    if user not in call.workspace.users:
        raise Refusal("user_not_found")


@method("chat.startStream", scopes=("chat:write",), tier=2)
async def start_stream(call: Call) -> dict[str, Any]:
    channel = _channel(call)
    call.args.required("thread_ts")
    thread_ts = posting.read_thread(call, channel)
    _check_recipient(call, channel)
    mode = call.args.text("task_display_mode")
    if mode and mode not in _MODES:
        raise invalid_arguments("must be a valid enum value [json-pointer:/task_display_mode]")
    markdown, chunks = _content(call)
    book = streams(call.hub)
    stream = book.start(call.workspace, channel, thread_ts)
    status.clear(call.hub, call.workspace, channel.id, thread_ts)
    book.append(call.workspace, stream, markdown, chunks)
    return {"channel": channel.id, "ts": stream.message.ts}


def _running(call: Call) -> Stream:
    channel = call.visible_channel()
    return streams(call.hub).running(channel, call.args.required("ts"))


@method("chat.appendStream", scopes=("chat:write",), tier=4)
async def append_stream(call: Call) -> dict[str, Any]:
    stream = _running(call)
    markdown, chunks = _content(call)
    if not markdown and not chunks:
        raise Refusal("no_text")
    streams(call.hub).append(call.workspace, stream, markdown, chunks)
    return {"channel": stream.channel.id, "ts": stream.message.ts}


@method("chat.stopStream", scopes=("chat:write",), tier=2)
async def stop_stream(call: Call) -> dict[str, Any]:
    stream = _running(call)
    markdown, chunks = _content(call)
    blocks = call.args.json_value("blocks", refusal="invalid_blocks_format") or []
    report = check_blocks(blocks, "message")
    if report.problems:
        raise refuse_blocks(report.problems)
    metadata = read_metadata(call)
    book = streams(call.hub)
    book.append(call.workspace, stream, markdown, chunks)
    posting.note_reach(call, stream.channel, {"blocks": blocks}, stream.message.ts)
    message = book.stop(call.workspace, stream, blocks, metadata)
    shown = message_wire(call.workspace, message)
    return {"channel": stream.channel.id, "ts": message.ts, "message": shown}
