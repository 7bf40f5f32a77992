"""Buttons, menus and views in a person's hands: what is sent, and what becomes of the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sandbox.choices import field_problems, find_element, state_of, value_fields
from bot.sandbox.hub import Hub
from bot.sandbox.interaction import (
    Answered,
    action_ts,
    channel_part,
    interactive_payload,
    send,
    triggers,
)
from bot.sandbox.refusal import Refusal
from bot.sandbox.response_urls import response_urls
from bot.sandbox.state import Channel, User, Workspace
from bot.sandbox.views import check_view, views

Json = dict[str, Any]
Chosen = Mapping[str, Mapping[str, Any]]

TROUBLE = "We had some trouble connecting. Try again?"


async def click_message(
    hub: Hub,
    workspace: Workspace,
    user: User,
    channel: Channel,
    message: Json,
    *,
    action_id: str,
    block_id: str = "",
    value: Any = None,
) -> Answered:
    """Use an element of a message (`block_actions`); an ephemeral message is not sent along."""
    block, element = find_element(message.get("blocks", []), action_id, block_id)
    ephemeral = bool(message.get("is_ephemeral"))
    thread = str(message.get("thread_ts") or "")
    address, _ = response_urls(hub).issue(
        workspace, channel.id, user.id, original=message["ts"], thread=thread
    )
    container: Json = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if thread:
        container["thread_ts"] = thread
    payload = _actions_payload(hub, workspace, user, block, element, value)
    payload |= {
        "container": container,
        "channel": channel_part(channel),
        "response_url": address,
        "state": {"values": state_of(message.get("blocks", []), {})},
    }
    if not ephemeral:
        payload["message"] = {k: v for k, v in message.items() if k != "channel"}
    return await _sent(hub, workspace, payload)


async def act_in_view(
    hub: Hub,
    workspace: Workspace,
    user: User,
    view: Json,
    *,
    action_id: str,
    block_id: str = "",
    value: Any = None,
    chosen: Chosen | None = None,
) -> Answered:
    """Use an element of a modal or of the Home tab (`block_actions`)."""
    block, element = find_element(view["blocks"], action_id, block_id)
    typed = {k: dict(v) for k, v in (chosen or {}).items()}
    if element.get("type") != "button" and value is not None:
        typed.setdefault(block["block_id"], {})[action_id] = value
    view["state"] = {"values": state_of(view["blocks"], typed)}
    payload = _actions_payload(hub, workspace, user, block, element, value)
    payload |= {"container": {"type": "view", "view_id": view["id"]}, "view": dict(view)}
    return await _sent(hub, workspace, payload)


def _actions_payload(
    hub: Hub, workspace: Workspace, user: User, block: Json, element: Json, value: Any
) -> Json:
    action = {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
        **value_fields(element, value),
        "action_ts": action_ts(hub),
    }
    return interactive_payload(
        hub,
        workspace,
        user,
        "block_actions",
        trigger_id=triggers(hub).issue(user),
        actions=[action],
    )


async def _sent(hub: Hub, workspace: Workspace, payload: Json) -> Answered:
    ack = await send(hub, workspace, "interactive", payload)
    if ack is None:
        return Answered(acked=False, problem=TROUBLE)
    return Answered(acked=True, payload=ack.payload)


async def suggest(
    hub: Hub, workspace: Workspace, user: User, view: Json, action_id: str, query: str
) -> list[Json]:
    """Ask the app for the options of an external select (`block_suggestion`)."""
    block, element = find_element(view["blocks"], action_id)
    payload = interactive_payload(
        hub,
        workspace,
        user,
        "block_suggestion",
        container={"type": "view", "view_id": view["id"]},
        view=view,
        action_id=element["action_id"],
        block_id=block["block_id"],
        value=query,
    )
    ack = await send(hub, workspace, "interactive", payload)
    groups = (ack.payload.get("option_groups") or []) if ack else []
    own = (ack.payload.get("options") or []) if ack else []
    return own + [option for group in groups for option in group["options"]]


async def submit_view(
    hub: Hub, workspace: Workspace, user: User, view: Json, chosen: Chosen
) -> Answered:
    """
    Submit the modal on top, and do what the app answers: errors, update, push, clear, close.

    What Slack's client checks itself (required fields, lengths, numbers) never reaches the app.
    """
    values = state_of(view["blocks"], chosen)
    problems = field_problems(view["blocks"], values)
    if problems:
        return Answered(acked=True, errors=problems)
    view["state"] = {"values": values}
    payload = interactive_payload(
        hub,
        workspace,
        user,
        "view_submission",
        trigger_id=triggers(hub).issue(user),
        view=dict(view),
        response_urls=[],
    )
    ack = await send(hub, workspace, "interactive", payload)
    if ack is None:
        return Answered(acked=False, problem=TROUBLE)
    return _after_submission(hub, workspace, user, view, ack.payload)


def _after_submission(
    hub: Hub, workspace: Workspace, user: User, view: Json, answer: Json
) -> Answered:
    book = views(hub)
    try:
        match answer.get("response_action"):
            case None:
                book.close_top(workspace, user.id)
            case "clear":
                book.clear(workspace, user.id)
            case "errors":
                return Answered(acked=True, payload=answer, errors=_errors(view, answer))
            case "update":
                book.update(workspace, user.id, view, check_view(answer.get("view"), "modal"))
            case "push":
                book.push(workspace, user.id, check_view(answer.get("view"), "modal"))
            case _:
                return Answered(acked=False, payload=answer, problem=TROUBLE)
    except Refusal as refusal:
        return Answered(acked=False, payload=answer, problem=f"{TROUBLE} ({refusal.code})")
    return Answered(acked=True, payload=answer)


def _errors(view: Json, answer: Json) -> dict[str, str]:
    """
    Return the app's errors per block.

    Raises:
        Refusal: One names a block that is no input of this view; Slack shows none then.
    """
    known = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    errors = answer.get("errors")
    if not isinstance(errors, dict) or not errors or not set(errors) <= known:
        raise Refusal("invalid_errors")
    return {str(block): str(words) for block, words in errors.items()}


async def close_view(hub: Hub, workspace: Workspace, user: User, view: Json) -> Answered:
    """Close the modal on top; `view_closed` goes out when the app asked for it."""
    book = views(hub)
    whole = bool(view["clear_on_close"])
    if whole:
        book.clear(workspace, user.id)
    else:
        book.close_top(workspace, user.id)
    if not view["notify_on_close"]:
        return Answered(acked=True)
    payload = interactive_payload(
        hub, workspace, user, "view_closed", view=dict(view), is_cleared=whole
    )
    return await _sent(hub, workspace, payload)
