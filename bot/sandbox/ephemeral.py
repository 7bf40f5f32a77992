"""Messages that one person sees and nobody can read back."""

from __future__ import annotations

from typing import Any

from bot.sandbox.blocks import fill_defaults
from bot.sandbox.hub import Hub
from bot.sandbox.state import Workspace


def show_ephemeral(
    hub: Hub,
    workspace: Workspace,
    channel: str,
    user: str,
    content: dict[str, Any],
    *,
    thread_ts: str = "",
    from_slack: bool = False,
) -> str:
    """
    Show *content* to *user* only; returns its ts.

    With:
        from_slack: True for what Slackbot says by itself ("… did not respond").
    """
    ts = hub.now_ts(workspace)
    shown = {k: v for k, v in content.items() if v and k in {"text", "blocks", "attachments"}}
    if shown.get("blocks"):
        shown["blocks"] = fill_defaults(shown["blocks"])
    message = {
        "type": "message",
        "subtype": "ephemeral",
        "is_ephemeral": True,
        "ts": ts,
        "user": "USLACKBOT" if from_slack else workspace.bot_user,
        "bot_id": "" if from_slack else workspace.bot_id,
        "team": workspace.id,
        "channel": channel,
        "to": user,
        "text": "",
        **shown,
    }
    if thread_ts:
        message["thread_ts"] = thread_ts
    hub.ephemerals.append(message)
    hub.changed(workspace, "ephemeral", channel=channel, user=user, message=message)
    return ts


def remove_ephemeral(hub: Hub, workspace: Workspace, ts: str) -> bool:
    """Remove an ephemeral message; False when there is none with that ts."""
    for message in hub.ephemerals:
        if message["ts"] == ts:
            hub.ephemerals.remove(message)
            hub.changed(workspace, "deleted", channel=message["channel"], ts=ts)
            return True
    return False
