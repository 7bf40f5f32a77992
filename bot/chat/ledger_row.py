"""A request being worked on: the newest state of its row, changed only by compare-and-set."""

from __future__ import annotations

import asyncio

import structlog

from bot.chat.ports import RequestStore
from bot.chat.request import Request
from bot.chat.transitions import is_open, put_back, started
from bot.errors import StorageError

# A stop does not wait longer than this for the ledger.
HAND_BACK_SECONDS = 2.0

log = structlog.get_logger(__name__)


class Row:
    """
    The row of one running answer.

    Args:
        store: The ledger.
        request: As it stands there now.
    """

    def __init__(self, store: RequestStore, request: Request) -> None:
        self._store = store
        self.request = request

    async def change(self, new: Request) -> bool:
        """Write *new*; False when somebody else changed the row meanwhile."""
        done = await self._store.change(self.request, new)
        if done:
            self.request = new
        else:
            log.warning("request_changed_elsewhere", source_key=new.source_key)
        return done

    async def hand_back(self) -> None:
        """
        Let another process go on at once; for one that is cancelled, so it never raises.

        The cancellation may have hit a write, whose lock is still held: then a start or the sweep
        finds the row.
        """
        if not is_open(self.request):
            return
        try:
            async with asyncio.timeout(HAND_BACK_SECONDS):
                await self.change(put_back(self.request))
        except (StorageError, TimeoutError):
            log.warning("request_not_handed_back", source_key=self.request.source_key)

    async def started(self, answer_ts: str) -> None:
        """Store where the answer begins (the callback of `AnswerDesk.begin`)."""
        if answer_ts and answer_ts != self.request.answer_ts:
            await self.change(started(self.request, answer_ts))
