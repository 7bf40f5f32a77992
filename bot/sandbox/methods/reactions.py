"""`reactions.add` and `reactions.remove`."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.reactions import react, unreact
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call, method
from bot.sandbox.state import Channel, Message

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")


def _target(call: Call) -> tuple[Channel, Message, str]:
    name = call.args.required("name").strip(":")
    channel = call.visible_channel()
    message = call.hub.find_message(channel, call.args.required("timestamp"))
    if not _NAME.fullmatch(name):
        raise Refusal("invalid_name")
    if channel.is_archived:
        raise Refusal("is_archived")
    return channel, message, name


@method("reactions.add", scopes=("reactions:write",), tier=3)
async def add(call: Call) -> dict[str, Any]:
    channel, message, name = _target(call)
    if not react(call.hub, call.workspace, channel, message, call.bot_user, name):
        raise Refusal("already_reacted")
    return {}


@method("reactions.remove", scopes=("reactions:write",), tier=2)
async def remove(call: Call) -> dict[str, Any]:
    channel, message, name = _target(call)
    if not unreact(call.hub, call.workspace, channel, message, call.bot_user, name):
        raise Refusal("no_reaction")
    return {}
