"""Use case: gathering what the settings view shows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.digest.change_settings import ChangeSettings
from bot.digest.describe import coming
from bot.digest.may_change import Permissions
from bot.digest.notices import zone_is_no_place
from bot.digest.own_feeds import FeedRefused, OwnFeeds
from bot.digest.ports import ChannelStore
from bot.digest.preference import Channel, Preference
from bot.digest.settle import was_set_up
from bot.digest.spot import Asker, Spot
from bot.digest.spots import Spots
from bot.digest.topic_counts import topics_of_last_week
from bot.digest.typed import parse_zone
from bot.errors import SlackError
from bot.news.feed import Feed
from bot.news.ports import StoryStore
from bot.news.topic import Topic
from bot.render.ids import SettingsTarget
from bot.render.settings_view import FeedPreview, OwnFeed, SettingsContent

# A view has to be open three seconds after the click; a zone that takes longer is not proposed.
ZONE_PATIENCE_SECONDS = 1.0

log = structlog.get_logger(__name__)


class ShowSettings:
    """
    Looks up everything around one conversation's preference.

    Args:
        channels: What is stored.
        stories: For last week's counts.
        settings: Knows the sources.
        feeds: Own ones.
        permissions: Who may see and change it.
        spots: Seals whose direct message the view is about.
    """

    def __init__(
        self,
        *,
        channels: ChannelStore,
        stories: StoryStore,
        settings: ChangeSettings,
        feeds: OwnFeeds,
        permissions: Permissions,
        spots: Spots,
    ) -> None:
        self._channels, self._stories, self._spots = channels, stories, spots
        self._settings, self._feeds, self._permissions = settings, feeds, permissions

    async def content(
        self, spot: Spot, asker: Asker, now: datetime, *, notes: Sequence[str] = ()
    ) -> SettingsContent | str:
        """Return what the view shows, or the sentence that says why this person cannot change it."""
        if refused := await self._permissions.refusal(asker, spot):
            return refused
        channel, zone, counts, outlets, own = await asyncio.gather(
            self._channels.get(spot.workspace_id, spot.channel_id),
            self._zone(spot, asker),
            self.topic_counts(spot, now),
            self._settings.sources(spot, asker),
            self._feeds.serving(spot, asker),
        )
        stopped = (coming(channel, now),) if channel and channel.state_reason else ()
        no_place = zone_is_no_place(channel.preference.zone) if channel else ""
        return SettingsContent(
            target=SettingsTarget(
                channel_id=spot.channel_id,
                is_dm=spot.is_dm,
                confirmed=asker.confirmed,
                seal=self._spots.seal_of(spot.workspace_id, spot.channel_id, asker.user_id),
            ),
            preference=_shown(channel),
            channel_name=spot.name,
            proposed_zone=zone,
            zone_is_set=was_set_up(channel),
            topic_counts=counts,
            outlets=outlets,
            own_feeds=tuple(_shown_feed(feed) for feed in own.here),
            workspace_feeds=tuple(_shown_feed(feed) for feed in own.removable[len(own.here) :]),
            may_add_feeds=not await self._permissions.feeds_refusal(asker, spot),
            may_share_feeds=own.may_share,
            notes=tuple(filter(None, (*notes, *stopped, no_place))),
        )

    async def look(self, url: str, spot: Spot, asker: Asker, now: datetime) -> FeedPreview:
        """Return a feed's last entries for the view, or what is wrong with it."""
        if not url:
            return FeedPreview(
                url="", problem="Type the feed's address above, then press the button again."
            )
        seen = await self._feeds.look(url, spot, asker, now)
        if isinstance(seen, FeedRefused):
            return FeedPreview(url=url, problem=seen.sentence)
        return FeedPreview(
            url=url, name=seen.feed.name, entries=tuple((title, "") for title, _ in seen.entries)
        )

    async def preference(self, spot: Spot) -> Preference:
        """Return what holds in a conversation, the default where nothing is stored."""
        channel = await self._channels.get(spot.workspace_id, spot.channel_id)
        return channel.preference if channel else Preference()

    async def channel(self, spot: Spot) -> Channel | None:
        return await self._channels.get(spot.workspace_id, spot.channel_id)

    async def topic_counts(self, spot: Spot, now: datetime) -> dict[Topic, int]:
        return await topics_of_last_week(self._stories, spot.scope, now)

    async def _zone(self, spot: Spot, asker: Asker) -> str:
        try:
            async with asyncio.timeout(ZONE_PATIENCE_SECONDS):
                own = await self._permissions.zone_of(asker, spot)
        except (TimeoutError, SlackError) as error:
            log.info("zone_not_proposed", error=type(error).__name__)
            return ""
        # What could not be saved is not proposed, such as an offset.
        zone = parse_zone(own) if own else ""
        return zone if isinstance(zone, str) else ""


def _shown_feed(feed: Feed) -> OwnFeed:
    return OwnFeed(url=feed.url, name=feed.name)


def _shown(channel: Channel | None) -> Preference:
    """Who opens the settings of a channel that never had a digest wants one."""
    if channel is None or not was_set_up(channel):
        return replace(channel.preference if channel else Preference(), on=True)
    return channel.preference
