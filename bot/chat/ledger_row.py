"""A request being worked on: the newest state of its row, changed only by compare-and-set."""

from __future__ import annotations

import asyncio
from dataclasses import replace

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
        self._begun = ""

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
                await self.change(self._put_back())
        except (StorageError, TimeoutError):
            log.warning("request_not_handed_back", source_key=self.request.source_key)

    async def put_back(self, retry_seconds: float) -> None:
        """Let the request be run again, trying until that can be stored."""
        while True:
            try:
                await self.change(self._put_back())
            except StorageError:
                await asyncio.sleep(retry_seconds)
            else:
                return

    async def started(self, answer_ts: str) -> None:
        """
        Store where the answer begins (the callback of `AnswerDesk.begin`).

        When it cannot be stored the answer goes on, and it is remembered here: an answer that ended
        in its first words would stand there for good.
        """
        if not answer_ts or answer_ts == self.request.answer_ts:
            return
        try:
            await self.change(started(self.request, answer_ts))
        except StorageError as error:
            log.warning("answer_ts_not_stored", error=str(error))
            self._begun = answer_ts

    def _put_back(self) -> Request:
        return replace(put_back(self.request), answer_ts=self._begun or self.request.answer_ts)
