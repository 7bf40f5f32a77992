"""
Use case: channels of old whose time zone is an offset or an abbreviation are told of it, once.

Before anybody is told, the channel's row is claimed by compare-and-set, so that of several processes
one tells. A claim that was not kept (the process died, nobody could be reached) lapses, and the next
run tells; the digests come as before all the while.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from bot.digest.ports import ChannelStore
from bot.digest.preference import Channel
from bot.digest.tell import Teller
from bot.digest.zones import no_places

# Longer than telling takes with everything that Slack may make us wait for.
_CLAIM_LASTS = timedelta(minutes=10)
_MAX_ROUNDS = 5


class ZoneNotices:
    """Tells who set up a channel, else the admins; several channels of one person in one message."""

    def __init__(self, *, channels: ChannelStore, teller: Teller) -> None:
        self._channels, self._teller = channels, teller

    async def tell(self, now: datetime) -> None:
        """Tell of every such channel that nobody was told of yet; `now` is aware UTC."""
        claimed: defaultdict[tuple[str, str], list[Channel]] = defaultdict(list)
        for channel in await self._channels.in_zones(no_places()):
            if _is_to_tell(channel, now):
                mark = f"{channel.preference.zone} {now.isoformat()}"
                mine = replace(channel, zone_told=mark)
                if await self._channels.save_if(channel, mine):
                    claimed[channel.workspace_id, channel.set_up_by].append(mine)
        for channels in claimed.values():
            if await self._teller.tell_zones(channels):
                for channel in channels:
                    await self._told(channel)

    async def _told(self, claimed: Channel) -> None:
        for _ in range(_MAX_ROUNDS):
            # The clock or somebody's wish may have written it meanwhile.
            row = await self._channels.get(claimed.workspace_id, claimed.channel_id)
            if row is None or row.zone_told != claimed.zone_told:
                return
            told = replace(row, zone_told=claimed.preference.zone)
            if await self._channels.save_if(row, told):
                return


def _is_to_tell(channel: Channel, now: datetime) -> bool:
    if not channel.preference.on:
        return False
    zone, _, claimed_at = channel.zone_told.partition(" ")
    if zone != channel.preference.zone:
        return True
    return bool(claimed_at) and now - datetime.fromisoformat(claimed_at) > _CLAIM_LASTS
