"""`users.*`."""

from __future__ import annotations

from typing import Any

from bot.sandbox.paging import page_of
from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call, method
from bot.sandbox.state import User, utc


def _found(call: Call) -> User:
    user = call.workspace.users.get(call.args.required("user"))
    if user is None:
        raise Refusal("user_not_found")
    return user


@method("users.info", scopes=("users:read",), tier=4)
async def users_info(call: Call) -> dict[str, Any]:
    return {"user": _found(call).wire(utc(call.hub.clock()))}


@method("users.list", scopes=("users:read",), tier=2)
async def users_list(call: Call) -> dict[str, Any]:
    now = utc(call.hub.clock())
    page, metadata = page_of(call, list(call.workspace.users.values()), default=1000)
    return {
        "members": [user.wire(now) for user in page],
        "cache_ts": int(now.timestamp()),
        "response_metadata": metadata,
    }


@method("users.getPresence", scopes=("users:read",), tier=3)
async def get_presence(call: Call) -> dict[str, Any]:
    return {"presence": "active" if not _found(call).deleted else "away"}


@method("users.profile.get", scopes=("users.profile:read",), tier=4)
async def profile_get(call: Call) -> dict[str, Any]:
    user = _found(call) if "user" in call.args else call.workspace.users[call.bot_user]
    return {"profile": user.wire(utc(call.hub.clock()))["profile"]}
