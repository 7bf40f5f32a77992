"""Streamed messages: text that grows until it is stopped. Facts: facts/slack.md section 2."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox import posting
from bot.sandbox.blocks import check_blocks, fill_defaults
from bot.sandbox.content import refuse_blocks
from bot.sandbox.hub import Hub
from bot.sandbox.pings import MaskedLink, Ping, live_mentions, masked_links
from bot.sandbox.refusal import Refusal, invalid_arguments
from bot.sandbox.state import Channel, Message, Workspace
from bot.sandbox.wire import message_wire

Json = dict[str, Any]

MAX_CHUNK_CHARS = 12_000
MAX_TASK_FIELD_CHARS = 256
"""Live-probed by others (facts section 2); the docs name no number."""
_STATUSES = {"pending", "in_progress", "complete", "error"}


@dataclass(slots=True, kw_only=True)
class Stream:
    """
    One stream.

    Attributes:
        started: Monotonic seconds.
        tasks: Task id -> task card; `details` grows, the rest is replaced.
        stopped_by: "" while it runs, else "app", "user" or "time".
    """

    message: Message
    channel: Channel
    started: float
    text: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    plan_title: str = ""
    blocks: list[Json] = field(default_factory=list)
    stopped_by: str = ""


@dataclass(slots=True)
class Streams:
    """All streams, by channel and ts."""

    hub: Hub
    known: dict[tuple[str, str], Stream] = field(default_factory=dict)

    def start(self, workspace: Workspace, channel: Channel, thread_ts: str) -> Stream:
        """Put an empty, growing message into a thread."""
        message = posting.new_bot_message(self.hub, workspace, channel, {}, thread_ts)
        message.streaming = True
        stream = Stream(message=message, channel=channel, started=time.monotonic())
        self.known[channel.id, message.ts] = stream
        posting.store(self.hub, workspace, channel, message)
        return stream

    def running(self, channel: Channel, ts: str) -> Stream:
        """
        Return a stream that still runs.

        Raises:
            Refusal: `message_not_found`, `message_not_in_streaming_state`, `stopped_by_user`.
        """
        if ts not in channel.messages:
            raise Refusal("message_not_found")
        stream = self.known.get((channel.id, ts))
        if stream is None:
            raise Refusal("message_not_in_streaming_state")
        if not stream.stopped_by and time.monotonic() - stream.started > self.hub.timings.stream:
            self.end(stream, "time")
        if stream.stopped_by == "user":
            raise Refusal("stopped_by_user")
        if stream.stopped_by:
            raise Refusal("message_not_in_streaming_state")
        return stream

    def end(self, stream: Stream, by: str) -> None:
        """Stop a stream: by the "app", by the "user", or because its "time" is over."""
        stream.stopped_by = by
        stream.message.streaming = False

    def append(
        self, workspace: Workspace, stream: Stream, markdown: str, chunks: list[Json]
    ) -> None:
        """Let the message grow; all of it is checked before any of it is taken."""
        for index, chunk in enumerate(chunks):
            check_chunk(chunk, f"/chunks/{index}")
        added = markdown
        for chunk in chunks:
            added += self._take(stream, chunk)
        before, stream.text = stream.text, stream.text + added
        self._note_reach(stream, before)
        self.draw(workspace, stream)

    @staticmethod
    def _take(stream: Stream, chunk: Json) -> str:
        match chunk["type"]:
            case "markdown_text":
                return str(chunk["text"])
            case "plan_update":
                stream.plan_title = chunk["title"]
            case "blocks":
                stream.blocks += chunk["blocks"]
            case "task_update":
                _take_task(stream, chunk)
        return ""

    def _note_reach(self, stream: Stream, before: str) -> None:
        """Look at the whole text, since a mention may form across two chunks."""
        place = {
            "where": "/stream",
            "channel": stream.channel.id,
            "ts": stream.message.ts,
            "method": "chat.appendStream",
        }
        old = len(live_mentions(before))
        for kind, target in live_mentions(stream.text)[old:]:
            self.hub.pings.append(Ping(kind=kind, target=target, **place))
        masked = len(masked_links(before, "markdown"))
        for url, label in masked_links(stream.text, "markdown")[masked:]:
            self.hub.masked_links.append(MaskedLink(url=url, label=label, **place))

    def draw(self, workspace: Workspace, stream: Stream) -> None:
        """Put what there is into the message, and show it."""
        blocks: list[Json] = []
        if stream.tasks:
            tasks = [dict(task) for task in stream.tasks.values()]
            title = stream.plan_title or "Working on it"
            blocks.append({"type": "plan", "title": title, "tasks": tasks})
        if stream.text:
            blocks.append({"type": "markdown", "text": stream.text})
        stream.message.body["text"] = stream.text
        stream.message.body["blocks"] = fill_defaults([*blocks, *stream.blocks])
        posting.show(self.hub, workspace, stream.channel, stream.message)

    def stop(
        self, workspace: Workspace, stream: Stream, blocks: list[Json], metadata: Json | None
    ) -> Message:
        """End the stream with *blocks* at its bottom; the app hears `message_changed`."""
        stream.blocks += blocks
        self.end(stream, "app")
        previous = message_wire(workspace, stream.message)
        self.draw(workspace, stream)
        if metadata:
            stream.message.body["metadata"] = metadata
        posting.announce_edit(self.hub, workspace, stream.channel, stream.message, previous)
        return stream.message


def _take_task(stream: Stream, chunk: Json) -> None:
    task = stream.tasks.setdefault(chunk["id"], {"type": "task_card", "task_id": chunk["id"]})
    task["title"] = chunk["title"]
    task["status"] = chunk["status"]
    if chunk.get("details"):
        _grow_details(task, chunk["details"])
    if chunk.get("output"):
        task["output"] = _rich(chunk["output"])


def _grow_details(task: Json, words: str) -> None:
    """Details append while everything else replaces (facts section 2, probed by others)."""
    old = task.get("details")
    before = old["elements"][0]["elements"][0]["text"] if old else ""
    task["details"] = _rich(before + words)


def _rich(words: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
    return {"type": "rich_text", "elements": [section]}


def check_chunk(chunk: Any, where: str) -> None:
    """
    Check one chunk of a stream.

    Raises:
        Refusal: `invalid_arguments`, `msg_too_long` or `invalid_blocks`.
    """
    kind = chunk.get("type") if isinstance(chunk, dict) else None
    match kind:
        case "markdown_text":
            _need_text(chunk, "text", where, MAX_CHUNK_CHARS)
        case "plan_update":
            _need_text(chunk, "title", where, MAX_TASK_FIELD_CHARS)
        case "task_update":
            _check_task(chunk, where)
        case "blocks":
            report = check_blocks(chunk.get("blocks"), "message", where=f"{where}/blocks")
            if report.problems:
                raise refuse_blocks(report.problems)
        case _:
            raise invalid_arguments(f"unsupported type: {kind} [json-pointer:{where}/type]")


def _check_task(chunk: Json, where: str) -> None:
    for name in ("id", "title"):
        _need_text(chunk, name, where, MAX_TASK_FIELD_CHARS)
    if chunk.get("status") not in _STATUSES:
        raise invalid_arguments(f"must be a valid enum value [json-pointer:{where}/status]")
    for name in ("details", "output"):
        if chunk.get(name) is not None:
            _need_text(chunk, name, where, MAX_TASK_FIELD_CHARS)


def _need_text(chunk: Json, name: str, where: str, most: int) -> None:
    value = chunk.get(name)
    if not isinstance(value, str):
        raise invalid_arguments(f"missing required field: {name} [json-pointer:{where}]")
    if len(value) > most:
        raise Refusal("msg_too_long")


def streams(hub: Hub) -> Streams:
    found: Streams = hub.shelves.setdefault("streams", Streams(hub))
    return found
