"""Use case: the digest as it would be, for one person's eyes; nothing is posted or recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.digest import transitions
from bot.digest.delivery import DeliveryKey
from bot.digest.digest import Digest
from bot.digest.make import DigestMaker
from bot.digest.ports import ChannelStore
from bot.digest.schedule import date_of
from bot.digest.settle import blank
from bot.digest.spot import Spot


class PreviewDigest:
    """
    Makes digests that nobody else sees.

    Args:
        channels: For the preference.
        maker: Makes them.
        explain_seconds: How long the model may take: somebody waits for it.
    """

    def __init__(
        self, channels: ChannelStore, maker: DigestMaker, *, explain_seconds: float | None = None
    ) -> None:
        self._channels, self._maker = channels, maker
        self._explain_seconds = explain_seconds

    async def of(self, spot: Spot, now: datetime) -> Digest:
        """Return what a digest of this conversation would say now."""
        stored = await self._channels.get(spot.workspace_id, spot.channel_id)
        channel = stored or blank(spot)
        key = DeliveryKey(
            workspace_id=channel.workspace_id,
            channel_id=channel.channel_id,
            on=date_of(channel.preference, now),
        )
        digest = await self._maker.make(
            channel, transitions.opened(key, now), now, explain_seconds=self._explain_seconds
        )
        return replace(digest, first_post=False)
