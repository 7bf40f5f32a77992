"""Use case: `/digest now`."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from datetime import datetime

from bot.digest.deliver import Deliverer
from bot.digest.delivery import Delivery, DeliveryKey
from bot.digest.may_change import Permissions
from bot.digest.now_limit import HOUR, NotNow, NowOutcome, PostNow, decide_now
from bot.digest.ports import ChannelStore, DeliveryStore
from bot.digest.preference import Channel
from bot.digest.schedule import date_of
from bot.digest.spot import Asker, Spot
from bot.digest.transitions import IllegalTransition


class OnDemand:
    """
    Opens today's digest when somebody asks for it.

    Tries are counted in this process: the ledger keeps a digest single anyhow, and what the count
    guards against is a button pressed again and again while something fails.
    """

    def __init__(
        self,
        *,
        channels: ChannelStore,
        deliveries: DeliveryStore,
        deliverer: Deliverer,
        permissions: Permissions,
    ) -> None:
        self._channels = channels
        self._deliveries = deliveries
        self._deliverer = deliverer
        self._permissions = permissions
        self._tries: defaultdict[tuple[str, str], list[datetime]] = defaultdict(list)

    async def now(
        self, spot: Spot, asker: Asker, now: datetime
    ) -> tuple[NowOutcome, DeliveryKey | None]:
        """Return what to say, and the delivery to be run when there is one."""
        if refused := await self._permissions.refusal(asker, spot):
            return NotNow(sentence=refused), None
        channel = await self._channels.get(spot.workspace_id, spot.channel_id)
        today = await self._today(channel, now)
        outcome = decide_now(channel, today, self._recent(spot, now), now)
        if channel is None or not isinstance(outcome, PostNow):
            return outcome, None
        self._tries[spot.workspace_id, spot.channel_id].append(now)
        if today is None:
            return outcome, await self._deliverer.open_now(channel, now)
        with suppress(IllegalTransition):  # somebody else asked at the same moment
            await self._deliverer.redo(today.key, now)
        return outcome, today.key

    async def _today(self, channel: Channel | None, now: datetime) -> Delivery | None:
        if channel is None:
            return None
        key = DeliveryKey(
            workspace_id=channel.workspace_id,
            channel_id=channel.channel_id,
            on=date_of(channel.preference, now),
        )
        return await self._deliveries.get(key)

    def _recent(self, spot: Spot, now: datetime) -> list[datetime]:
        """Return this channel's tries of the last hour; channels without any are forgotten."""
        for key in [key for key, at in self._tries.items() if now - at[-1] >= HOUR]:
            del self._tries[key]
        return list(self._tries.get((spot.workspace_id, spot.channel_id), ()))
