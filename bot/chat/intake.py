"""Taking a request in: written down first, then acknowledged by the caller, then handed out."""

from __future__ import annotations

import asyncio

from bot.chat.answering import Answering
from bot.chat.request import Request
from bot.work.port import Priority, Work


class Intake:
    """
    The door of everything that leads to an answer.

    Args:
        answering: Keeps the ledger.
        work: Hands requests out.
    """

    def __init__(self, answering: Answering, work: Work) -> None:
        self._answering = answering
        self._work = work
        self._signs: set[asyncio.Task[None]] = set()

    async def record(self, request: Request) -> bool:
        """Write a request down; False when it, or its twin, is there already: then do nothing more."""
        return await self._answering.record(request)

    async def hand_out(self, request: Request) -> None:
        """
        Let a recorded request be answered, and show that it was seen.

        One that is lost here is taken up at the next start.
        """
        sign = asyncio.create_task(self._answering.sign(request))
        self._signs.add(sign)
        sign.add_done_callback(self._signs.discard)
        await self._work.submit("answer", request.source_key, Priority.ANSWER)

    async def take(self, request: Request) -> bool:
        """Do both, for events, which need no acknowledgement of ours in between."""
        fresh = await self.record(request)
        if fresh:
            await self.hand_out(request)
        return fresh
