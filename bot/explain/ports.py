"""What explaining needs from outside, besides the model (bot/model/port.py)."""

from __future__ import annotations

from typing import Protocol

from bot.explain.explanation import Explanation, ExplanationKey


class ExplanationStore(Protocol):
    async def get(self, key: ExplanationKey) -> Explanation | None: ...

    async def save(self, explanation: Explanation) -> None:
        """Store or replace the explanation of its key; one by a model is never replaced by an extractive one."""
        ...
