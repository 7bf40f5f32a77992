"""`views.open`, `push`, `update`, `publish`."""

from __future__ import annotations

from typing import Any

from bot.sandbox.interaction import triggers
from bot.sandbox.refusal import Refusal, invalid_arguments
from bot.sandbox.registry import Call, method
from bot.sandbox.views import check_view, views


def _view(call: Call, kind: str) -> dict[str, Any]:
    return check_view(call.args.json_value("view"), kind)


def _user_of_trigger(call: Call) -> str:
    trigger = call.args.text("trigger_id") or call.args.text("interactivity_pointer")
    if not trigger:
        raise invalid_arguments("missing required field: trigger_id")
    return triggers(call.hub).use(trigger, call.workspace.id)


@method("views.open", tier=4)
async def open_view(call: Call) -> dict[str, Any]:
    view = _view(call, "modal")
    user = _user_of_trigger(call)
    return {"view": views(call.hub).open(call.workspace, user, view)}


@method("views.push", tier=4)
async def push(call: Call) -> dict[str, Any]:
    view = _view(call, "modal")
    user = _user_of_trigger(call)
    return {"view": views(call.hub).push(call.workspace, user, view)}


@method("views.update", tier=4)
async def update(call: Call) -> dict[str, Any]:
    view = _view(call, "modal")
    view_id, external = call.args.text("view_id"), call.args.text("external_id")
    if not view_id and not external:
        raise invalid_arguments("missing required field: view_id or external_id")
    user, old = views(call.hub).find(call.workspace, view_id=view_id, external_id=external)
    given = call.args.text("hash")
    return {"view": views(call.hub).update(call.workspace, user, old, view, given)}


@method("views.publish", tier=4)
async def publish(call: Call) -> dict[str, Any]:
    user = call.workspace.users.get(call.args.required("user_id"))
    if not call.hub.app.home_tab:
        raise Refusal("not_enabled")
    if user is None:
        raise Refusal("user_not_found")
    view = _view(call, "home")
    made = views(call.hub).publish(call.workspace, user, view, call.args.text("hash"))
    return {"view": made}
