"""The API methods, one file per family; importing this package fills the registry."""

from __future__ import annotations

from bot.sandbox.methods import apps, auth, chat, conversations, history, people, reactions

__all__ = ["apps", "auth", "chat", "conversations", "history", "people", "reactions"]
