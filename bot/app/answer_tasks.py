"""
The tasks in which recorded requests are answered: none of them holds a worker.

What limits answers is the model's line of questions, not the number of workers: a question that
waits must not keep a digest from being posted. In one process every request gets its task at once,
so that everybody sees a sign. Among many processes one takes only as many as it can soon answer,
workspaces in turn; whoever stands at its door has a row in state `received`, which the sweep gives
to another process after a minute.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Coroutine
from datetime import datetime, timedelta
from typing import Final

from bot.chat.answering import Answering
from bot.chat.fair_queue import FairQueue
from bot.chat.ports import RequestStore
from bot.chat.request import Request
from bot.chat.unfinished import ToAnswer, Unfinished
from bot.clock import Clock
from bot.errors import StorageError
from bot.logs import get_logger
from bot.work.port import Priority, Work

STAND_BACK_SECONDS: Final = 1.0
# Among many processes: so many tasks per place at the model. The second waits beside it, where it is
# told how many are before it, and answers that need no model pass.
TASKS_PER_PLACE: Final = 2
# When we stop, the others take what comes back to us.
_OTHERS_TURN: Final = timedelta(seconds=5)
# When the database cannot be written.
_NOT_STORED: Final = timedelta(seconds=5)
# Longer than this nobody stands at the door without having seen a word.
_TELLING_SECONDS: Final = 1.0
# Of which some may get lost, before others take a request for left behind.
_SIGNS: Final = 3
log = get_logger("chat")


class AnswerTasks:
    """
    Runs requests by their keys.

    Args:
        answering: The use case.
        requests: The ledger.
        unfinished: Looks through it.
        work: Where a request goes that is to be run again.
        clock: Now.
        places: How many answers use the model at once; per_workspace: of one workspace.
        alone: No other process is at work (see `Form.alone`).
        held_seconds: Among many: who gave no sign for so long is taken for dead.
    """

    def __init__(
        self,
        answering: Answering,
        requests: RequestStore,
        unfinished: Unfinished,
        work: Work,
        clock: Clock,
        *,
        places: int,
        per_workspace: int,
        alone: bool,
        held_seconds: float = 30.0,
    ) -> None:
        self._held_seconds = held_seconds
        self._holding: asyncio.Task[None] | None = None
        self._answering, self._requests, self._unfinished = answering, requests, unfinished
        self._work, self._clock, self._places, self._alone = work, clock, places, alone
        self._door = FairQueue(places * TASKS_PER_PLACE, per_workspace * TASKS_PER_PLACE)
        # Of those who stood at the door: when their answer must have ended.
        self._until: dict[str, datetime] = {}
        self._tasks: dict[asyncio.Task[None], str] = {}
        self._stopping = False

    async def run(self, source_key: str) -> None:
        """Let a request be answered, now or when its turn comes; returns before it is."""
        if not self._stopping:
            await self._begin(source_key)
        elif not self._alone:
            await self._submit(ToAnswer(source_key, self._clock.now() + _OTHERS_TURN))

    async def take_up(self) -> None:
        """Go on with what an earlier process left, when this one is certainly alone."""
        for found in await self._unfinished.take_up(self._clock.now()):
            await self._submit(found)

    async def sweep(self) -> None:
        """Submit again what nobody is at any more; twice does no harm."""
        for found in await self._unfinished.left_behind(self._clock.now()):
            await self._submit(found)

    async def close(
        self, grace_seconds: float, beside: Collection[asyncio.Task[object]] = ()
    ) -> None:
        """
        Let running answers end, for a while; what is not done then goes on elsewhere, or next time.

        Args:
            grace_seconds: How long they may take.
            beside: Other tasks that get the same time.
        """
        self._stopping = True
        left = {*self._tasks, *beside} - {asyncio.current_task()}
        _, left = await asyncio.wait(left, timeout=grace_seconds) if left else (left, left)
        cut_off = [key for task, key in self._tasks.items() if task in left]
        for task in left:
            task.cancel()
        if self._holding is not None:
            left = {*left, self._holding}
            self._holding.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if not self._alone:
            for key in (*cut_off, *self._door.standing()):
                await self._submit(ToAnswer(key))

    # ---- whose turn it is -------------------------------------------------------------------

    async def _begin(self, source_key: str) -> None:
        if self._alone:
            self._start(source_key, self._in_turn(source_key))
            return
        request = await self._requests.get(source_key)
        if request is None:
            return
        self._door.join(request.workspace_id, source_key)
        self._admit()
        if self._door.is_working(source_key):
            return
        now = self._clock.now()
        until = self._until.setdefault(source_key, self._answering.until(request, now))
        seconds = (until - now).total_seconds()
        asyncio.get_running_loop().call_later(seconds, self._let_in, source_key)
        if not await self._is_told(request):
            self._let_in(source_key)

    async def _is_told(self, request: Request) -> bool:
        """Tell who stands at the door how long it takes; False when nothing of it is seen."""
        try:
            async with asyncio.timeout(_TELLING_SECONDS):
                position = self._door.position(request.source_key)
                return await self._answering.say_waits(request, position)
        except TimeoutError:
            return False

    def _let_in(self, source_key: str) -> None:
        """
        Begin what stands at the door although there is no room.

        Its time is over, and it ends without the model; or people can see that it waits in a message
        of its own alone, which takes a task.
        """
        if source_key in self._door.standing() and not self._stopping:
            self._door.leave(source_key)
            self._start(source_key, self._answer(source_key))

    def _admit(self) -> None:
        for key in () if self._stopping else self._door.admit():
            self._start(key, self._answer(key))

    # ---- one task -------------------------------------------------------------------------------

    def _start(self, source_key: str, running: Coroutine[object, object, None]) -> None:
        task = asyncio.create_task(running, name=f"answer-{source_key}")
        self._tasks[task] = source_key
        if not self._alone and self._holding is None:
            self._holding = asyncio.create_task(self._hold())
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._door.leave(self._tasks.pop(task))
        self._admit()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("answer_failed", error=type(error).__name__, exc_info=error)

    async def _hold(self) -> None:
        """Say again and again what we are at, for as long as we are at anything."""
        try:
            while self._tasks:
                await asyncio.sleep(self._held_seconds / _SIGNS)
                try:
                    await self._requests.hold([*self._tasks.values()], self._held_seconds)
                except StorageError as error:
                    # The next sign may come through; the others wait for several.
                    log.warning("hold_failed", error=str(error))
        finally:
            self._holding = None

    async def _in_turn(self, source_key: str) -> None:
        """
        Run a request; who would only stand in line lets the signs of the others go first.

        The signs of fifty questions at once take a second of the processor, and looking up what they
        are about takes another.
        """
        if len(self._tasks) > self._places and self._answering.is_signed(source_key):
            await asyncio.sleep(STAND_BACK_SECONDS)
        await self._answer(source_key)

    async def _answer(self, source_key: str) -> None:
        if not self._alone:
            # Before it begins: from then on nobody but us answers it, as long as we live.
            await self._requests.hold([source_key], self._held_seconds)
        until = self._until.pop(source_key, None)
        try:
            later = await self._answering.answer(source_key, self._clock.now(), until)
        except StorageError as error:
            # The row is there, and says how far it got.
            log.warning("answer_put_off", source_key=source_key, error=str(error))
            later = self._clock.now() + _NOT_STORED
        if later is not None:
            await self._submit(ToAnswer(source_key, later))

    async def _submit(self, found: ToAnswer) -> None:
        await self._work.submit("answer", found.source_key, Priority.ANSWER, found.not_before)
