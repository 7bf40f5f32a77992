"""`files.getUploadURLExternal`, `completeUploadExternal`, `info`, `delete`."""

from __future__ import annotations

from typing import Any

from bot.sandbox import posting
from bot.sandbox.files import StoredFile, files
from bot.sandbox.refusal import Refusal, invalid_arguments
from bot.sandbox.registry import Call, method
from bot.sandbox.state import Channel


@method("files.getUploadURLExternal", scopes=("files:write",), tier=4)
async def get_upload_url(call: Call) -> dict[str, Any]:
    name = call.args.required("filename")
    length = call.args.number("length", 0)
    if length <= 0:
        raise invalid_arguments("missing required field: length")
    stored = files(call.hub).announce(call.workspace, name, length, call.args.text("alt_txt"))
    return {"upload_url": files(call.hub).upload_url(stored), "file_id": stored.id}


@method("files.completeUploadExternal", scopes=("files:write",), tier=4)
async def complete_upload(call: Call) -> dict[str, Any]:
    uploaded = _uploaded(call)
    channel = _target(call)
    shown = []
    for stored, title in uploaded:
        stored.completed = True
        stored.title = title
        if channel is not None:
            stored.channels.append(channel.id)
        shown.append(files(call.hub).wire(stored, call.bot_user))
    if channel is not None:
        _share(call, channel, shown)
    return {"files": shown}


def _uploaded(call: Call) -> list[tuple[StoredFile, str]]:
    entries = call.args.json_value("files")
    if not isinstance(entries, list) or not entries or not all(map(_is_object, entries)):
        raise invalid_arguments("missing required field: files")
    found = []
    for entry in entries:
        stored = files(call.hub).find(call.workspace, str(entry.get("id")))
        if stored.content is None or stored.completed:
            raise Refusal("file_not_found" if stored.content is None else "file_update_failed")
        found.append((stored, str(entry.get("title") or stored.name)))
    return found


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _target(call: Call) -> Channel | None:
    reference = call.args.text("channel_id")
    if not reference:
        return None
    channel = call.workspace.channels.get(reference)
    if channel is None or (channel.is_private and call.bot_user not in channel.members):
        raise Refusal("channel_not_found")
    if call.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    if channel.is_archived:
        raise Refusal("is_archived")
    return channel


def _share(call: Call, channel: Channel, shown: list[dict[str, Any]]) -> None:
    """Post the files; the answer of the method names no ts, as in Slack."""
    thread_ts = posting.read_thread(call, channel)
    content: dict[str, Any] = {"text": call.args.text("initial_comment"), "files": shown}
    message = posting.new_bot_message(call.hub, call.workspace, channel, content, thread_ts)
    message.subtype = "file_share"
    posting.store(call.hub, call.workspace, channel, message)
    posting.note_reach(call, channel, {"text": content["text"]}, message.ts)


@method("files.info", scopes=("files:read",), tier=4)
async def info(call: Call) -> dict[str, Any]:
    stored = files(call.hub).find(call.workspace, call.args.required("file"))
    return {"file": files(call.hub).wire(stored, call.bot_user), "comments": []}


@method("files.delete", scopes=("files:write",), tier=3)
async def delete(call: Call) -> dict[str, Any]:
    stored = files(call.hub).find(call.workspace, call.args.required("file"))
    del files(call.hub).known[stored.id]
    return {}
