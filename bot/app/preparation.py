"""What is due soon, explained beforehand: at the due time only composing and posting is left."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.app.news_round import NewsRounds
from bot.app.newsroom import Newsroom
from bot.digest import transitions
from bot.digest.delivery import DeliveryKey
from bot.digest.preference import Channel
from bot.digest.schedule import date_of
from bot.work.port import Priority, Unit, Work

# So many channels a minute: ten thousand in the half hour before they are due.
_A_LOOK = 500


class Preparation:
    """
    Asks for the explanations of digests that are due soon, and makes them.

    Args:
        newsroom: Already open.
        work: Where the units go, under "explain".
        rounds: Says when the news changed, so that it is worth doing again.
    """

    def __init__(self, newsroom: Newsroom, work: Work, rounds: NewsRounds) -> None:
        self._newsroom = newsroom
        self._work = work
        self._rounds = rounds
        # Channel -> the due time that its explanations were last prepared for.
        self._prepared: dict[tuple[str, str], datetime] = {}
        self._prepared_after: str | None = None
        # Where the next look goes on; None is at the earliest.
        self._seen: Channel | None = None

    async def ask(self) -> None:
        """Submit channels that are due within the time ahead: as many as one look sees, each once."""
        changed = await self._rounds.last_change()
        if changed != self._prepared_after:
            self._prepared.clear()
            self._prepared_after = changed
        now = self._newsroom.clock.now()
        wanted: dict[tuple[str, str], datetime] = {}
        channels = self._newsroom.database.channels
        soon = await channels.due(now + self._ahead, _A_LOOK, after=self._seen)
        self._seen = soon[-1] if len(soon) == _A_LOOK else None
        for channel in soon:
            due_at = channel.next_due_at
            if due_at is None or due_at <= now:  # the tick sees to those that are due already
                continue
            if self._prepared.get(channel.key) != due_at:
                wanted[channel.key] = due_at
        units = [Unit(f"{workspace_id}/{channel_id}") for workspace_id, channel_id in wanted]
        await self._work.submit_many("explain", units, Priority.EXPLAIN)
        self._prepared.update(wanted)

    async def prepare(self, name: str) -> None:
        """Prepare one channel, named as `ask` names it, if it is still due soon."""
        workspace_id, _, channel_id = name.partition("/")
        channel = await self._newsroom.database.channels.get(workspace_id, channel_id)
        if channel is None or channel.next_due_at is None:
            return
        # Delivered or changed meanwhile: not due soon any more.
        if channel.next_due_at <= self._newsroom.clock.now() + self._ahead:
            await self._make_ahead(channel, channel.next_due_at)

    @property
    def _ahead(self) -> timedelta:
        return timedelta(seconds=self._newsroom.settings.prepare_ahead_seconds)

    async def _make_ahead(self, channel: Channel, due_at: datetime) -> None:
        """Make the digest as it would be now: its explanations stay in the store."""
        key = DeliveryKey(
            workspace_id=channel.workspace_id,
            channel_id=channel.channel_id,
            on=date_of(channel.preference, due_at),
        )
        opened = transitions.opened(key, due_at)
        await self._newsroom.maker.make(channel, opened, self._newsroom.clock.now())
