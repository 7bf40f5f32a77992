"""`assistant.threads.*`: the status line works everywhere, the rest only for agents."""

from __future__ import annotations

from typing import Any

from bot.sandbox import status
from bot.sandbox.refusal import Refusal, invalid_arguments
from bot.sandbox.registry import SPECIAL, Call, method
from bot.sandbox.state import Channel

MAX_LOADING_MESSAGES = 10
MAX_PROMPTS = 4
SESSION_STATUSES = {"active", "processing", "suspended", "closed"}


def _thread(call: Call, *, required: bool = True) -> tuple[Channel, str]:
    channel = call.visible_channel("channel_id")
    thread_ts = call.args.required("thread_ts") if required else call.args.text("thread_ts")
    if thread_ts and thread_ts not in channel.messages:
        raise Refusal("thread_not_found")
    if call.bot_user not in channel.members:
        raise Refusal("not_in_channel")
    return channel, thread_ts


@method("assistant.threads.setStatus", scopes=("chat:write", "assistant:write"), tier=SPECIAL)
async def set_status(call: Call) -> dict[str, Any]:
    channel, thread_ts = _thread(call)
    if "status" not in call.args:
        raise invalid_arguments("missing required field: status")
    lines = call.args.json_value("loading_messages") or []
    if not isinstance(lines, list) or len(lines) > MAX_LOADING_MESSAGES:
        raise invalid_arguments(
            f"no more than {MAX_LOADING_MESSAGES} items allowed [json-pointer:/loading_messages]"
        )
    words = call.args.text("status")
    status.put(call.hub, call.workspace, channel.id, thread_ts, words, tuple(map(str, lines)))
    return {}


def _need_agent(call: Call) -> None:
    if not call.hub.app.agent_view:
        raise Refusal("not_agent_app")


@method("assistant.threads.setSuggestedPrompts", scopes=("assistant:write",), tier=4)
async def set_suggested_prompts(call: Call) -> dict[str, Any]:
    _need_agent(call)
    channel, thread_ts = _thread(call, required=False)
    prompts = call.args.json_value("prompts")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= MAX_PROMPTS:
        raise invalid_arguments("must contain 1 to 4 items [json-pointer:/prompts]")
    for index, prompt in enumerate(prompts):
        if not isinstance(prompt, dict) or not prompt.get("title") or not prompt.get("message"):
            raise invalid_arguments(f"title and message needed [json-pointer:/prompts/{index}]")
    status.prompts(call.hub)[channel.id, thread_ts] = prompts
    return {}


@method("agents.sessions.setStatus", scopes=("chat:write",), tier=3)
async def set_session_status(call: Call) -> dict[str, Any]:
    """Answer `feature_disabled` unless the manifest switched the agent view on."""
    if not call.hub.app.agent_view:
        raise Refusal("feature_disabled")
    _thread(call, required=False)
    if call.args.required("status") not in SESSION_STATUSES:
        raise invalid_arguments("must be a valid enum value [json-pointer:/status]")
    return {}


@method("assistant.threads.setTitle", scopes=("assistant:write",), tier=3)
async def set_title(call: Call) -> dict[str, Any]:
    _need_agent(call)
    _thread(call)
    call.args.required("title")
    return {}
