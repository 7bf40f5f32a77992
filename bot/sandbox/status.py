"""The line "… is thinking" under a thread: set by the app, cleared by a post or by time."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox.hub import Hub
from bot.sandbox.state import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`until` is monotonic seconds."""

    words: str
    loading_messages: tuple[str, ...]
    until: float


def _shelf(hub: Hub) -> dict[tuple[str, str, str], Status]:
    found: dict[tuple[str, str, str], Status] = hub.shelves.setdefault("status", {})
    return found


def put(
    hub: Hub,
    workspace: Workspace,
    channel: str,
    thread_ts: str,
    words: str,
    loading_messages: tuple[str, ...] = (),
) -> None:
    """Show *words* under the thread; empty words clear it."""
    if not words:
        clear(hub, workspace, channel, thread_ts)
        return
    until = time.monotonic() + hub.timings.status
    value = Status(words=words, loading_messages=loading_messages, until=until)
    _shelf(hub)[workspace.id, channel, thread_ts] = value
    hub.changed(workspace, "status", channel=channel, thread_ts=thread_ts, status=words)


def clear(hub: Hub, workspace: Workspace, channel: str, thread_ts: str) -> None:
    if _shelf(hub).pop((workspace.id, channel, thread_ts), None) is not None:
        hub.changed(workspace, "status", channel=channel, thread_ts=thread_ts, status="")


def current(hub: Hub, workspace: Workspace, channel: str, thread_ts: str) -> str:
    """Return what the thread shows now, or ""."""
    status = _shelf(hub).get((workspace.id, channel, thread_ts))
    return status.words if status is not None and status.until > time.monotonic() else ""


def prompts(hub: Hub) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return the suggested prompts by channel and thread."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = hub.shelves.setdefault("prompts", {})
    return found
