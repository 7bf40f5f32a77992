"""Telling people about digests that did not come: once per person, whatever the number."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence

import structlog

from bot.digest.delivery import Delivery
from bot.digest.notices import missed_message, zone_lost, zones_no_place
from bot.digest.ports import ChannelStore, Posted, Poster
from bot.digest.preference import Channel
from bot.render.message import Message

log = structlog.get_logger()

RenderNotice = Callable[[Sequence[str]], Message]
"""Makes a message of plain sentences, one a line; escapes them."""

_Missed = tuple[Channel | None, Delivery]


class Teller:
    """Sends direct messages: to who switched the channel on last, else to the admins."""

    def __init__(
        self, *, channels: ChannelStore, poster: Poster, render_notice: RenderNotice
    ) -> None:
        self._channels = channels
        self._poster = poster
        self._render_notice = render_notice

    async def tell_missed(self, deliveries: Sequence[Delivery]) -> None:
        """Tell everybody concerned, each in one message, about digests that end unposted."""
        by_person: defaultdict[tuple[str, str], list[_Missed]] = defaultdict(list)
        for delivery in deliveries:
            workspace_id = delivery.key.workspace_id
            channel = await self._channels.get(workspace_id, delivery.key.channel_id)
            by_person[workspace_id, channel.set_up_by if channel else ""].append(
                (channel, delivery)
            )
        # At once, so that one slow workspace does not keep the others waiting.
        await asyncio.gather(
            *(
                self._tell(workspace_id, person, missed_message(missed))
                for (workspace_id, person), missed in by_person.items()
            )
        )

    async def tell_zone_lost(self, channel: Channel) -> None:
        """Tell that a channel's digest has stopped because its time zone is not known."""
        await self._tell(channel.workspace_id, channel.set_up_by, (zone_lost(channel),))

    async def tell_zones(self, channels: Sequence[Channel]) -> bool:
        """Tell one person of their channels' zones that are no places; False when nobody was told."""
        first = channels[0]
        return await self._tell(first.workspace_id, first.set_up_by, zones_no_place(channels))

    async def _tell(self, workspace_id: str, person: str, sentences: tuple[str, ...]) -> bool:
        message = self._render_notice(sentences)
        if person and await self._reached(workspace_id, person, message):
            return True
        reached = [
            await self._reached(workspace_id, admin, message)
            for admin in await self._poster.admins(workspace_id)
            if admin != person
        ]
        if not any(reached):
            # The next digest of the channel says it in any case (`DeliveryStore.last_missed`).
            log.error("nobody_told", workspace_id=workspace_id, sentences=sentences)
        return any(reached)

    async def _reached(self, workspace_id: str, user_id: str, message: Message) -> bool:
        return isinstance(await self._poster.tell(workspace_id, user_id, message), Posted)
