"""
Delivering digests: from a channel whose time has come to a message in Slack, or to people told why not.

Decisions are pure functions elsewhere (`plan`, `transitions`, `choose`); this only acts. Each step
is one compare-and-set on the delivery's row, so running a delivery twice, or in two places, does no
harm. People are told *before* a miss is written down: a crash in between tells them twice rather
than not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.digest import transitions
from bot.digest.composing import Composer
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.digest import Digest
from bot.digest.gate import Gate
from bot.digest.in_turn import beside
from bot.digest.make import DigestMaker
from bot.digest.opener import Opener
from bot.digest.ports import ChannelStore, DeliveryStore, Poster
from bot.digest.preference import Channel
from bot.digest.sending import Sender
from bot.digest.spread import spread
from bot.digest.tell import Teller
from bot.digest.transitions import Limits
from bot.render.message import Message

log = structlog.get_logger()

_ALL = 1_000_000
# More steps than the longest way through the table without a wait.
_MAX_STEPS = 10

# Gives the row as it was written, or None when the delivery does not go on here and now.
_Step = Callable[[Delivery, datetime], Awaitable[Delivery | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """
    A delivery to be run, at once (None) or not before an aware UTC instant.

    Attributes:
        is_new: Not composed yet, so that it is worth waiting for the newest news.
    """

    key: DeliveryKey
    not_before: datetime | None = None
    is_new: bool = False


class Deliverer:
    """
    The use case. Every instant is an argument, aware UTC.

    Args:
        monotonic: Seconds that pass while a delivery is run; by default none do.
    """

    def __init__(
        self,
        *,
        channels: ChannelStore,
        deliveries: DeliveryStore,
        maker: DigestMaker,
        poster: Poster,
        teller: Teller,
        render: Callable[[Digest], Message],
        limits: Limits | None = None,
        monotonic: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._monotonic = monotonic
        self._sender = Sender(deliveries, poster, limits or Limits(), monotonic)
        self._channels = channels
        self._deliveries = deliveries
        self._composer = Composer(maker, render, limits or Limits())
        self._teller = teller
        self._limits = limits or Limits()
        self._opener = Opener(
            channels=channels, deliveries=deliveries, teller=teller, limits=self._limits
        )
        self._gate = Gate(
            channels=channels, deliveries=deliveries, teller=teller, limits=self._limits
        )
        self._running: set[DeliveryKey] = set()
        self._looking: dict[DeliveryState, _Step] = {
            DeliveryState.SENDING: self._look_abandoned,
            DeliveryState.UNKNOWN: self._start_reconciling,
            DeliveryState.RECONCILING: self._reconcile,
        }
        self._steps: dict[DeliveryState, _Step] = {
            DeliveryState.DUE: self._compose,
            DeliveryState.COMPOSED: self._send,
            **self._looking,
        }

    async def tick(self, now: datetime) -> list[Handout]:
        """
        Open a delivery for every channel whose time has come, and return what is to be run.

        Each channel's `next_due_at` moves in the same transaction. Digests older than the catch-up
        window are skipped here, and people told in one message each.
        """
        opened, missed = await self._opener.open_due(now)
        await self._gate.miss(missed)
        return await beside(lambda: _in_order(opened, now)) if opened else []

    async def deliver(self, key: DeliveryKey, now: datetime) -> Delivery | None:
        """
        Run a delivery until it is final or has to wait, and return its row (None: no such row).

        A row that waits is to be run again at its `not_before`; one in `sending` is being posted
        by somebody else, and is looked into once that is too long ago.
        """
        return await self._run(key, now, self._steps)

    async def reconcile(self, key: DeliveryKey, now: datetime) -> Delivery | None:
        """Find out about an unknown outcome, post nothing, and return the row."""
        return await self._run(key, now, self._looking)

    async def take_up(self, now: datetime) -> list[Handout]:
        """
        Take up every unfinished row at start, when this process is certainly the only one.

        What is in `sending` is unknown: nobody is left who would hear the answer.
        """
        rows = await self._deliveries.unfinished(limit=_ALL)
        for row in rows:
            if row.state is DeliveryState.SENDING:
                await self._change(row, self._sender.lost(row, now))
        await self._gate.miss([row for row in rows if self._gate.is_too_late(row, now)])
        left = await self._deliveries.unfinished(limit=_ALL)
        return [_handout(row, now) for row in left]

    async def hand_back(self, key: DeliveryKey, now: datetime) -> None:
        """Say that a stop cut off our post, so that nobody waits for its outcome."""
        if sending := self._sender.cut_off(key):
            await self._change(sending, self._sender.lost(sending, now))

    async def open_now(self, channel: Channel, now: datetime) -> DeliveryKey:
        """Open today's digest now, if it is not there yet: `now` *is* today's digest."""
        return await self._opener.open_today(channel, now)

    async def redo(self, key: DeliveryKey, now: datetime) -> Delivery | None:
        """
        Start a skipped or dead delivery again; None when there is no such row or it just changed.

        What may have been posted is looked for first.

        Raises:
            IllegalTransition: It was posted, or is still being worked on.
        """
        row = await self._deliveries.get(key)
        if row is None:
            return None
        new = transitions.redo(row, now)
        return new if await self._change(row, new) else None

    # Running

    async def _run(
        self, key: DeliveryKey, now: datetime, steps: dict[DeliveryState, _Step]
    ) -> Delivery | None:
        if key in self._running:
            return await self._read(key, now)
        self._running.add(key)
        try:
            return await self._advance(key, now, steps)
        finally:
            self._running.discard(key)

    async def _advance(
        self, key: DeliveryKey, now: datetime, steps: dict[DeliveryState, _Step]
    ) -> Delivery | None:
        began = self._monotonic()
        row = await self._read(key, now)
        for _ in range(_MAX_STEPS):
            at = now + self._sender.since(began)
            if row is None or row.state not in steps or row.waits(at):
                return row
            # What was written need not be read again: each step compares and sets.
            row = await steps[row.state](row, at)
            if row is None:
                break
        return await self._read(key, now + self._sender.since(began))

    async def _read(self, key: DeliveryKey, now: datetime) -> Delivery | None:
        row = await self._deliveries.get(key)
        return row and row.by(now)

    async def _compose(self, row: Delivery, now: datetime) -> Delivery | None:
        channel = await self._gate.still_wanted(row, now)
        if channel is None:
            return None
        return await self._finish(row, await self._composer.compose(channel, row, now))

    async def _send(self, row: Delivery, now: datetime) -> Delivery | None:
        began = self._monotonic()
        if await self._gate.still_wanted(row, now) is None:
            return None
        message = self._composer.message_of(row)
        if message is None:
            return await self._finish(row, transitions.die(row, transitions.NOT_COMPOSED))
        sending = transitions.start_sending(row, now)
        if await self._change(row, sending) is None:
            return None
        posted = await self._sender.post(sending, message, now, began)
        return None if posted is None else await self._finish(sending, posted)

    async def _look_abandoned(self, row: Delivery, now: datetime) -> Delivery | None:
        if not transitions.is_abandoned(row, now, self._limits):
            return None
        return await self._change(row, self._sender.lost(row, now))

    async def _start_reconciling(self, row: Delivery, now: datetime) -> Delivery | None:  # noqa: ARG002 - a step
        return await self._change(row, transitions.start_reconciling(row))

    async def _reconcile(self, row: Delivery, now: datetime) -> Delivery | None:
        message = self._composer.message_of(row) if row.message else None
        return await self._finish(row, await self._sender.find(row, message, now))

    # Ending

    async def _finish(self, old: Delivery, new: Delivery) -> Delivery | None:
        """Write what posting or looking brought; a miss is told first."""
        if new.state in {DeliveryState.SKIPPED, DeliveryState.DEAD}:
            await self._teller.tell_missed([new])
        return await self._change(old, new)

    async def _change(self, old: Delivery, new: Delivery) -> Delivery | None:
        """Return the row as it is now; None when somebody else changed it meanwhile."""
        if not await self._deliveries.change(old, new):
            return None
        if not transitions.is_open(new):
            log.info(
                "delivery_ended", delivery=str(new.key), state=new.state.value, reason=new.reason
            )
        return new


def _in_order(opened: Sequence[tuple[DeliveryKey, datetime]], now: datetime) -> list[Handout]:
    """
    Return what was opened in the order of their starts, which mixes the workspaces.

    Late ones all start now, and those of one workspace in a row would keep all workers waiting for
    its turns.
    """
    starts = spread(opened)
    in_order = sorted(starts, key=lambda key: starts[key])
    return [Handout(key=key, not_before=_later(starts[key], now)) for key in in_order]


def _handout(row: Delivery, now: datetime) -> Handout:
    is_new = row.state is DeliveryState.DUE
    return Handout(
        key=row.key, not_before=row.not_before if row.waits(now) else None, is_new=is_new
    )


def _later(instant: datetime | None, now: datetime) -> datetime | None:
    return instant if instant is not None and instant > now else None
