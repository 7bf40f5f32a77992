"""Which recorded requests are to be run (again): at a start, and when nobody is at them any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat.ports import RequestStore
from bot.chat.request import Request, RequestState
from bot.chat.transitions import AnswerLimits, is_too_old, put_back

# More than can be waiting: what is too old is only told so.
_ALL = 100_000
# A request is handed out right after it was recorded; by now it should have been begun.
_FORGOTTEN_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ToAnswer:
    """A request to be run, at once or from an instant on."""

    source_key: str
    not_before: datetime | None = None


class Unfinished:
    """
    Looks through the ledger for requests without an end.

    Args:
        requests: The ledger.
        limits: Tell when a question is too old for somebody to be still at it.
    """

    def __init__(self, requests: RequestStore, limits: AnswerLimits | None = None) -> None:
        self._requests = requests
        self._limits = limits or AnswerLimits()

    async def take_up(self, now: datetime) -> list[ToAnswer]:
        """Return every unfinished request for running, at the start of the only process."""
        found = []
        for request in await self._requests.unfinished(_ALL):
            if request.state is RequestState.WORKING:
                await self._requests.change(request, put_back(request))
            found.append(_to_answer(request, now))
        return found

    async def left_behind(self, now: datetime) -> list[ToAnswer]:
        """
        Return requests that nobody is at any more: the queue lost them, or their process died.

        For several processes, where no start is the only one. Who is at work says so again and
        again; of a process that does not (the release before), only that nobody works on one request
        for as long as makes it too old.
        """
        found = []
        for request in await self._requests.unfinished(_ALL):
            if request.state is RequestState.WORKING:
                if request.held or (
                    request.held is None and not is_too_old(request, now, self._limits)
                ):
                    continue
                if not await self._requests.change(request, put_back(request)):
                    continue
            elif now - request.received_at < _FORGOTTEN_AFTER:
                continue
            found.append(_to_answer(request, now))
        return found


def _to_answer(request: Request, now: datetime) -> ToAnswer:
    waits = request.not_before is not None and request.not_before > now
    return ToAnswer(request.source_key, request.not_before if waits else None)
