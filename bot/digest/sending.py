"""The way of a message to Slack: one call, its outcome, and looking for it when that got lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot.digest import transitions
from bot.digest.delivery import Delivery, DeliveryKey
from bot.digest.outcome import NOT_OURS, NotPosted, Posted, PostOutcome
from bot.digest.ports import DeliveryStore, Poster
from bot.digest.transitions import Limits
from bot.render.message import Message

POSTED_BY_ANOTHER = "another Plainwire with the same token had posted it"


class Sender:
    """
    Posts deliveries that are in `sending`, and says what becomes of them; it writes no row itself.

    Args:
        deliveries: Asked whether a row is still ours.
        poster: The way to Slack.
        limits: How long to wait.
        monotonic: Seconds that pass; a call takes up to half a minute, and `now` is from before it.
    """

    def __init__(
        self,
        deliveries: DeliveryStore,
        poster: Poster,
        limits: Limits,
        monotonic: Callable[[], float],
    ) -> None:
        self._deliveries = deliveries
        self._poster = poster
        self._limits = limits
        self._monotonic = monotonic
        self._under_way: dict[DeliveryKey, Delivery] = {}

    async def post(
        self, sending: Delivery, message: Message, now: datetime, began: float
    ) -> Delivery | None:
        """
        Post a delivery whose `sending` is committed, and return the row as it is next.

        Args:
            sending: As committed.
            message: To be posted.
            now: The instant at which the delivery became `sending`.
            began: The same by the monotonic clock: others reckon from then when to look for the post.

        None when somebody else took the row over before the call: nothing was posted then.
        """
        key = sending.key
        self._under_way[key] = sending
        outcome = await self._poster.post(
            key.workspace_id,
            key.channel_id,
            message,
            delivery=str(key),
            still_ours=lambda: self._is_ours(sending),
            held_seconds=self._monotonic() - began,
        )
        # Not in a `finally`: what a stop cut off stays, for `cut_off`.
        self._under_way.pop(key, None)
        if isinstance(outcome, NotPosted) and outcome.code == NOT_OURS:
            return None
        return self._after_post(sending, outcome, now + self.since(began))

    async def find(self, row: Delivery, message: Message | None, now: datetime) -> Delivery:
        """Look for a post whose outcome is unknown (of *message*), and return the row as it is next."""
        margin, began = timedelta(seconds=self._limits.window), self._monotonic()
        # Negative when the machine's clock was put back since.
        age = max(row.age(now), timedelta())
        outcome = await self._poster.find(
            row.key.workspace_id,
            row.key.channel_id,
            delivery=str(row.key),
            oldest=now - age - margin,
            now=now,
            message=message,
        )
        return transitions.reconciled(row, outcome, now + self.since(began), self._limits)

    def cut_off(self, key: DeliveryKey) -> Delivery | None:
        """Return the row whose post a stop cut off in this process, once; None when none was."""
        return self._under_way.pop(key, None)

    def lost(self, row: Delivery, now: datetime) -> Delivery:
        """Return a row in `sending` as it is when nobody is left who would hear the answer."""
        reason = "the program stopped while Slack's answer was awaited"
        return transitions.unknown(row, reason, now, self._limits)

    def since(self, began: float) -> timedelta:
        """Return the time that passed; others judge by a row's instants whether it is abandoned."""
        return timedelta(seconds=self._monotonic() - began)

    def _after_post(self, sending: Delivery, outcome: PostOutcome, now: datetime) -> Delivery:
        match outcome:
            case Posted(ts=ts, by_another=by_another):
                reason = POSTED_BY_ANOTHER if by_another else ""
                return transitions.sent(sending, ts, now, reason)
            case NotPosted():
                return transitions.not_posted(sending, outcome, now, self._limits)
            case _:
                return transitions.unknown(sending, outcome.reason, now, self._limits)

    async def _is_ours(self, row: Delivery) -> bool:
        """Return whether nobody else moved the row since we committed it: a stop can last long."""
        current = await self._deliveries.get(row.key)
        return current is not None and (current.state, current.attempt) == (row.state, row.attempt)
