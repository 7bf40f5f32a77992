"""The API methods, one file per family; importing this package fills the registry."""

from __future__ import annotations

from bot.sandbox.methods import (
    apps,
    assistant,
    auth,
    chat,
    conversations,
    files,
    history,
    oauth,
    people,
    reactions,
    streams,
    views,
)

__all__ = [
    "apps",
    "assistant",
    "auth",
    "chat",
    "conversations",
    "files",
    "history",
    "oauth",
    "people",
    "reactions",
    "streams",
    "views",
]
