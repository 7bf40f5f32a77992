"""`conversations.history` and `conversations.replies`, with their paging."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.paging import decode_cursor, encode_cursor, read_limit
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call, method
from bot.sandbox.state import Channel, Message
from bot.sandbox.wire import message_wire

HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_SCOPE = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
_REPLIES_DEFAULT = 1000
_UNLISTED_LIMIT = 15


def _limit(call: Call, default: int) -> int:
    """Return how many messages one call gives: of unlisted apps Slack cuts what they ask for."""
    asked = read_limit(call, default)
    return min(asked, _UNLISTED_LIMIT) if call.hub.app.unlisted else asked


def _channel_to_read(call: Call) -> Channel:
    channel = call.visible_channel()
    call.need_scope(_SCOPE[channel.kind])
    if call.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _instant(call: Call, name: str) -> Decimal | None:
    text = call.args.text(name)
    if not text or text in {"0", "now"}:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Refusal(f"invalid_ts_{name}") from None
    if not value.is_finite() or value < 0:
        raise Refusal(f"invalid_ts_{name}")
    return value


def _within(call: Call, messages: Sequence[Message]) -> list[Message]:
    """Return the messages of the asked range; its ends count only with `inclusive`."""
    oldest, latest = _instant(call, "oldest"), _instant(call, "latest")
    inclusive = call.args.flag("inclusive")

    def is_in(message: Message) -> bool:
        ts = Decimal(message.ts)
        after = oldest is None or ts > oldest or (inclusive and ts == oldest)
        before = latest is None or ts < latest or (inclusive and ts == latest)
        return after and before

    return [message for message in messages if is_in(message)]


@method("conversations.history", scopes=HISTORY, tier=3)
async def history(call: Call) -> dict[str, Any]:
    """
    Answer newest first.

    With `oldest` alone the page nearest to `oldest` comes first, so one pages forward; with
    `latest`, or neither, the newest page comes first (docs of channels.history, which
    conversations.history replaced).
    """
    channel = _channel_to_read(call)
    limit = _limit(call, 100)
    found = _within(call, channel.top_level())
    forward = _instant(call, "oldest") is not None and _instant(call, "latest") is None
    cursor = call.args.text("cursor")
    if forward:
        page, mark = _page_forward(found, cursor, limit)
    else:
        page, mark = _page_backward(found, cursor, limit)
    return {
        "messages": _wired(call, list(reversed(page))),
        "has_more": bool(mark),
        "pin_count": 0,
        "channel_actions_ts": None,
        "channel_actions_count": 0,
    } | ({"response_metadata": {"next_cursor": mark}} if mark else {})


def _page_backward(found: list[Message], cursor: str, limit: int) -> tuple[list[Message], str]:
    if cursor:
        end = decode_cursor(cursor, "next_ts")
        found = [message for message in found if message.ts <= end]
    page = found[-limit:]
    rest = found[: len(found) - len(page)]
    return page, encode_cursor("next_ts", rest[-1].ts) if rest else ""


def _page_forward(found: list[Message], cursor: str, limit: int) -> tuple[list[Message], str]:
    if cursor:
        start = decode_cursor(cursor, "from_ts")
        found = [message for message in found if message.ts >= start]
    page, rest = found[:limit], found[limit:]
    return page, encode_cursor("from_ts", rest[0].ts) if rest else ""


@method("conversations.replies", scopes=HISTORY, tier=3)
async def replies(call: Call) -> dict[str, Any]:
    """Answer the parent and its replies, oldest first."""
    channel = _channel_to_read(call)
    asked = channel.messages.get(call.args.required("ts"))
    if asked is None:
        raise Refusal("thread_not_found")
    parent = channel.messages.get(asked.thread_ts, asked) if asked.is_reply else asked
    answers = _within(call, channel.replies(parent.ts))
    page, mark = _page_forward(
        [parent, *answers], call.args.text("cursor"), _limit(call, _REPLIES_DEFAULT)
    )
    return {"messages": _wired(call, page), "has_more": bool(mark)} | (
        {"response_metadata": {"next_cursor": mark}} if mark else {}
    )


def _wired(call: Call, messages: Sequence[Message]) -> list[dict[str, Any]]:
    whole = call.args.flag("include_all_metadata")
    return [message_wire(call.workspace, m, with_metadata=whole) for m in messages]
