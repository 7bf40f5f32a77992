"""How the bot stands: read from the database, so that it can be asked beside a running bot or without."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from bot.app.instance import sightings
from bot.chat.request import Request
from bot.digest.delivery import Delivery, DeliveryState
from bot.digest.preference import Channel
from bot.digest.transitions import is_open
from bot.errors import StorageError
from bot.news.feed import PolledFeed
from bot.settings import Settings
from bot.slack.instances import Sighting
from storage.database import Database
from storage.jobs import JobsCount, count_jobs
from storage.usage import UsageTotal

_WEEK = timedelta(days=7)
# More unfinished work than this is a number, not a list.
_MOST = 10_000
_MISSED = frozenset({DeliveryState.SKIPPED, DeliveryState.DEAD})


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """
    How the bot stands at one instant (aware UTC).

    Attributes:
        channels: All that are known, the next digest first, those without one last.
        deliveries: Of the last seven days, how many are in each state.
        unfinished: Deliveries under way, of any age.
        missed: Deliveries of the last seven days that were skipped or given up, newest first.
        requests: Questions and commands that wait for their answer.
        feeds: All, the starter list's and the workspaces' own.
        usage: Model calls of the UTC day, per outcome.
        spent_usd: Their known cost.
        budget_usd: The operator's limit of a day, if any.
        trouble: What keeps the database from being written, if anything does.
        jobs: What the engine of many processes has at hand; None in one process.
        others: The last post of another instance that was seen in a workspace, by its id.
    """

    at: datetime
    channels: tuple[Channel, ...]
    deliveries: dict[DeliveryState, int]
    unfinished: tuple[Delivery, ...]
    missed: tuple[Delivery, ...]
    requests: tuple[Request, ...]
    feeds: tuple[PolledFeed, ...]
    usage: tuple[UsageTotal, ...]
    spent_usd: float
    budget_usd: float | None
    trouble: StorageError | None
    jobs: JobsCount | None
    others: Mapping[str, Sighting] = field(default_factory=dict)

    @property
    def failing(self) -> tuple[PolledFeed, ...]:
        """Feeds that did not answer last time, or never will again."""
        return tuple(one for one in self.feeds if one.poll.failures or one.poll.gone)

    def name_of(self, workspace_id: str, channel_id: str) -> str:
        """Return a channel's name, or its id when it is not known any more."""
        for channel in self.channels:
            if channel.key == (workspace_id, channel_id):
                return f"#{channel.name}"
        return channel_id


async def read_status(settings: Settings, database: Database, now: datetime) -> Status:
    """Read how the bot stands; raises StorageError."""
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    # A local date may be ahead of or behind the UTC date by one day.
    recent = await database.deliveries.recent((now - _WEEK).date())
    alive_seconds = settings.takeover_seconds
    return Status(
        at=now,
        channels=tuple(sorted(await database.channels.all(), key=_by_next)),
        deliveries=dict(Counter(row.state for row in recent)),
        unfinished=tuple(await database.deliveries.unfinished(limit=_MOST)),
        missed=tuple(row for row in recent if row.state in _MISSED and not is_open(row)),
        requests=tuple(await database.requests.unfinished(limit=_MOST)),
        feeds=tuple(await database.feeds.everywhere()),
        usage=tuple(await database.usage.totals(midnight)),
        spent_usd=await database.usage.spent_usd(midnight),
        budget_usd=settings.daily_budget_usd,
        trouble=await database.write_trouble(),
        jobs=await count_jobs(database.engine, alive_seconds) if settings.is_cluster else None,
        others=await sightings(database),
    )


def _by_next(channel: Channel) -> tuple[bool, datetime, str]:
    due = channel.next_due_at
    return due is None, due or datetime.min.replace(tzinfo=UTC), channel.name
