"""Use case: a message was deleted or edited, and our memory of it follows."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.ports import RequestStore, ThreadStore
from bot.chat.thread import ThreadKey, ThreadMemory


class Erasing:
    """Keeps the memory of threads true to what stands in Slack."""

    def __init__(self, threads: ThreadStore, requests: RequestStore) -> None:
        self._threads, self._requests = threads, requests

    async def deleted(self, workspace_id: str, channel_id: str, ts: str) -> None:
        """Erase what a deleted message said, and everything of the thread when it was the parent."""
        await self._threads.erase_message(workspace_id, channel_id, ts)
        await self._requests.erase_message(workspace_id, channel_id, ts)

    async def edited(self, key: ThreadKey, ts: str, text: str) -> None:
        """Remember an edited message as it reads now; its earlier words are gone."""

        def reworded(memory: ThreadMemory | None) -> ThreadMemory | None:
            if memory is None:
                return None
            turns = tuple(
                replace(turn, text=text) if turn.ts == ts and turn.role == "user" else turn
                for turn in memory.turns
            )
            return replace(memory, turns=turns)

        if await self._threads.get(key) is not None:
            await self._threads.update(key, reworded)
