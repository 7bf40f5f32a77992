"""Brings envelopes to the app, by Socket Mode or HTTP, with Slack's retries."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.sandbox import http_events
from bot.sandbox.app import App
from bot.sandbox.envelope import Ack, Envelope
from bot.sandbox.sockets import SocketPool
from bot.sandbox.timings import Timings


@dataclass(slots=True)
class Delivery:
    """
    Sends envelopes and remembers the last thousands of them.

    Events are tried up to four times (at once, then after `Timings.retry_delays`); commands and
    actions once, because a person is waiting.
    """

    app: App
    sockets: SocketPool
    timings: Timings
    clock: Callable[[], float]
    log: deque[Envelope] = field(default_factory=lambda: deque(maxlen=20_000))
    session: aiohttp.ClientSession | None = None
    loop: asyncio.AbstractEventLoop | None = None
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _closed: bool = False

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run *work* in the background, kept alive and cancelled at the end."""
        loop = self.loop or asyncio.get_running_loop()
        task = loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def submit(self, envelope: Envelope) -> None:
        """Deliver an event in the background, with retries."""
        self.log.append(envelope)
        if not self._closed:
            self.start(self._with_retries(envelope))

    async def ask(self, envelope: Envelope) -> Ack | None:
        """Deliver a command or action once; None when the app did not answer in time."""
        self.log.append(envelope)
        return await self._attempt(envelope)

    async def _with_retries(self, envelope: Envelope) -> None:
        for delay in (None, *self.timings.retry_delays):
            if delay:
                await asyncio.sleep(delay)
            if await self._attempt(envelope) is not None:
                return
            if envelope.outcome == "refused":
                break
        envelope.outcome = "failed"

    async def _attempt(self, envelope: Envelope) -> Ack | None:
        envelope.attempts += 1
        try:
            envelope.ack = await self._send(envelope)
        except TimeoutError:
            self._note(envelope, "timeout" if not self.app.request_url else "http_timeout")
        except http_events.NoRetry:
            self._note(envelope, "http_error")
            envelope.outcome = "refused"
        except ConnectionError as problem:
            known = str(problem) in {"http_error", "connection_failed"}
            self._note(envelope, str(problem) if known else "connection_failed")
        else:
            envelope.outcome = "acked"
            return envelope.ack
        return None

    @staticmethod
    def _note(envelope: Envelope, problem: str) -> None:
        envelope.last_problem = problem
        if envelope.kind != "events_api":
            envelope.outcome = "failed"

    async def _send(self, envelope: Envelope) -> Ack:
        if not self.app.request_url:
            return await self.sockets.send(envelope, self.timings.ack)
        if self.session is None:
            self.session = self.new_session()
        return await http_events.deliver(
            self.session, self.app, envelope, now=self.clock(), timeout=self.timings.ack
        )

    @staticmethod
    def new_session() -> aiohttp.ClientSession:
        """Return a client that ignores proxy settings: the app is on loopback."""
        return aiohttp.ClientSession(trust_env=False)

    def redeliver(self, event_id: str, times: int = 1) -> int:
        """Send an event again as Slack does when an ack got lost; returns how many copies went."""
        known = next((e for e in self.log if e.event_id == event_id), None)
        if known is None:
            return 0
        for number in range(times):
            copy = Envelope(kind=known.kind, payload=known.payload, team=known.team)
            copy.attempts = number + 1
            copy.last_problem = "timeout"
            self.start(self._attempt(copy))
        return times

    async def settle(self, timeout: float = 10.0) -> None:
        """
        Wait until nothing is on its way any more.

        Raises:
            TimeoutError: Something still is.
        """
        async with asyncio.timeout(timeout):
            while self._tasks:
                await asyncio.wait(list(self._tasks))

    async def close(self) -> None:
        """Give up what is under way; what a late call still sets off goes nowhere."""
        self._closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.session is not None:
            await self.session.close()
