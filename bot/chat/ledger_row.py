"""A request being worked on: the newest state of its row, changed only by compare-and-set."""

from __future__ import annotations

import structlog

from bot.chat.ports import RequestStore
from bot.chat.request import Request
from bot.chat.transitions import started

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

    async def started(self, answer_ts: str) -> None:
        """Store where the answer begins (the callback of `AnswerDesk.begin`)."""
        if answer_ts and answer_ts != self.request.answer_ts:
            await self.change(started(self.request, answer_ts))
