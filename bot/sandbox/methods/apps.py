"""`apps.connections.open`: a URL for one Socket Mode connection."""

from __future__ import annotations

from typing import Any

from bot.sandbox.refusal import Refusal
from bot.sandbox.registry import Call, method


@method("apps.connections.open", scopes=("connections:write",), tier=3, credential="app")
async def connections_open(call: Call) -> dict[str, Any]:
    if call.hub.app.request_url:
        raise Refusal("socket_mode_not_enabled")
    ticket = call.hub.delivery.sockets.issue_ticket()
    address = call.hub.base_url.replace("http://", "ws://", 1)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={call.hub.app.app_id}"}
