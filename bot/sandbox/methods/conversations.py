"""`conversations.*` except reading messages (see `history.py`)."""

from __future__ import annotations

from typing import Any

from bot.sandbox.membership import join_channel, leave_channel
from bot.sandbox.paging import page_of
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call, method
from bot.sandbox.state import Channel
from bot.sandbox.wire import channel_wire

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_READ_SCOPE = {"channel": "channels:read", "group": "groups:read", "im": "im:read"}
_TYPE_SCOPE = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}
_KIND_OF_TYPE = {"public_channel": "channel", "private_channel": "group", "im": "im"}


def readable_channel(call: Call) -> Channel:
    """Return the channel that `channel` names, if the scope for its kind is granted."""
    channel = call.visible_channel()
    call.need_scope(_READ_SCOPE[channel.kind])
    return channel


def _wanted_kinds(call: Call) -> set[str]:
    kinds = set()
    for name in call.args.list_of_ids("types") or ["public_channel"]:
        if name not in _TYPE_SCOPE:
            raise Refusal("invalid_types")
        call.need_scope(_TYPE_SCOPE[name])
        kinds.add(_KIND_OF_TYPE.get(name, ""))
    return kinds


def _listed(call: Call, channels: list[Channel]) -> dict[str, Any]:
    kinds = _wanted_kinds(call)
    without_archived = call.args.flag("exclude_archived")
    wanted = [
        channel
        for channel in channels
        if channel.kind in kinds and not (without_archived and channel.is_archived)
    ]
    page, metadata = page_of(call, wanted)
    shown = [channel_wire(call.workspace, channel, call.bot_user) for channel in page]
    return {"channels": shown, "response_metadata": metadata}


@method("conversations.list", scopes=READ, tier=2)
async def list_channels(call: Call) -> dict[str, Any]:
    return _listed(call, call.workspace.visible_channels(call.bot_user))


@method("users.conversations", scopes=READ, tier=3)
async def user_conversations(call: Call) -> dict[str, Any]:
    user = call.args.text("user") or call.bot_user
    if user not in call.workspace.users:
        raise Refusal("user_not_found")
    visible = call.workspace.visible_channels(call.bot_user)
    return _listed(call, [channel for channel in visible if user in channel.members])


@method("conversations.info", scopes=READ, tier=3)
async def info(call: Call) -> dict[str, Any]:
    channel = readable_channel(call)
    shown = channel_wire(call.workspace, channel, call.bot_user)
    if call.args.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


@method("conversations.members", scopes=READ, tier=4)
async def members(call: Call) -> dict[str, Any]:
    channel = readable_channel(call)
    page, metadata = page_of(call, channel.members)
    return {"members": list(page), "response_metadata": metadata}


@method("conversations.join", scopes=("channels:join",), tier=3)
async def join(call: Call) -> dict[str, Any]:
    channel = call.visible_channel()
    if channel.kind != "channel":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refusal("is_archived")
    already = call.bot_user in channel.members
    join_channel(call.hub, call.workspace, channel, call.bot_user)
    answer: dict[str, Any] = {"channel": channel_wire(call.workspace, channel, call.bot_user)}
    if already:
        answer |= {
            "warning": "already_in_channel",
            "response_metadata": {"warnings": ["already_in_channel"]},
        }
    return answer


@method("conversations.leave", scopes=("channels:manage", "groups:write", "im:write"), tier=3)
async def leave(call: Call) -> dict[str, Any]:
    channel = call.visible_channel()
    if channel.kind == "im":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.is_general:
        raise Refusal("cant_leave_general")
    if channel.is_archived:
        raise Refusal("is_archived")
    if call.bot_user not in channel.members:
        return {"not_in_channel": True}
    leave_channel(call.hub, call.workspace, channel, call.bot_user)
    return {}


@method("conversations.open", scopes=("im:write", "mpim:write"), tier=3)
async def open_conversation(call: Call) -> dict[str, Any]:
    users = call.args.list_of_ids("users")
    if "channel" in call.args:
        return _opened(call, call.visible_channel(), already=True)
    if not users:
        raise Refusal("users_list_not_supplied")
    if len(users) > 1:
        raise Refusal("method_not_supported_for_channel_type")
    call.need_scope("im:write")
    user = call.workspace.users.get(users[0])
    if user is None:
        raise Refusal("user_not_found")
    if user.deleted:
        raise Refusal("user_disabled")
    before = set(call.workspace.channels)
    channel = call.workspace.direct_channel(call.bot_user, user.id)
    if channel.id not in before:
        call.hub.channel_changed(call.workspace, channel)
    return _opened(call, channel, already=channel.id in before)


def _opened(call: Call, channel: Channel, *, already: bool) -> dict[str, Any]:
    whole = channel_wire(call.workspace, channel, call.bot_user)
    shown = whole if call.args.flag("return_im") else {"id": channel.id}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if already else {})
