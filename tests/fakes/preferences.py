"""Hand-written stand-ins for changing preferences: people, rules, feedback, feeds; and one desk with all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.chat.ports import Person
from bot.digest.change_settings import ChangeSettings
from bot.digest.desk import ChannelDesk
from bot.digest.feedback_record import Feedback
from bot.digest.may_change import Permissions
from bot.digest.rules import WorkspaceRules
from bot.digest.spot import Asker, Spot
from bot.news.feed import Feed, FeedReading, PolledFeed, PollState
from bot.news.scope import SHARED, Scope
from tests.fakes.digest import FakeChannels, FakeDeliveries

SPOT = Spot(workspace_id="T1", channel_id="C1", name="news-c1")
ANNA = Asker(user_id="U1")


@dataclass
class FakePeople:
    """People: everybody in `members` belongs to every channel; who is not in `known` is unknown."""

    known: dict[str, Person] = field(
        default_factory=lambda: {"U1": Person(user_id="U1", zone="Europe/Berlin")}
    )
    members: set[str] = field(default_factory=lambda: {"U1", "U2", "U3"})

    async def get(self, workspace_id: str, user_id: str) -> Person | None:
        return self.known.get(user_id)

    async def is_member(self, workspace_id: str, channel_id: str, user_id: str) -> bool:
        return user_id in self.members

    async def channels_of(self, workspace_id: str, user_id: str, among: Sequence[str]) -> list[str]:
        return list(among) if user_id in self.members else []


@dataclass
class FakeRules:
    rows: dict[str, WorkspaceRules] = field(default_factory=dict)

    async def get(self, workspace_id: str) -> WorkspaceRules:
        return self.rows.get(workspace_id, WorkspaceRules(workspace_id=workspace_id))

    async def save(self, rules: WorkspaceRules) -> None:
        self.rows[rules.workspace_id] = rules


@dataclass
class FakeFeedback:
    rows: dict[str, Feedback] = field(default_factory=dict)

    async def record(self, feedback: Feedback) -> bool:
        return self.rows.setdefault(feedback.id, feedback) is feedback

    async def get(self, feedback_id: str) -> Feedback | None:
        return self.rows.get(feedback_id)

    async def undo(self, feedback_id: str, now: datetime) -> Feedback | None:
        row = self.rows.get(feedback_id)
        if row is None or row.undone_at is not None:
            return None
        self.rows[feedback_id] = replace(row, undone_at=now)
        return self.rows[feedback_id]

    async def recent(self, workspace_id: str, channel_id: str, limit: int) -> list[Feedback]:
        return list(self.rows.values())[-limit:][::-1]

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        mine = [key for key, row in self.rows.items() if row.user_id == user_id]
        return len([self.rows.pop(key) for key in mine])


@dataclass
class FakeFeeds:
    """A FeedStore over (scope, url)."""

    rows: dict[tuple[Scope, str], Feed] = field(default_factory=dict)

    async def all(self, scope: Scope = SHARED) -> list[PolledFeed]:
        own = [feed for (owner, _), feed in self.rows.items() if owner == scope]
        return [PolledFeed(feed=feed) for feed in sorted(own, key=lambda feed: feed.name)]

    async def due(self, now: datetime) -> list[PolledFeed]:
        return [PolledFeed(feed=feed) for feed in self.rows.values()]

    async def add(self, feed: Feed) -> bool:
        key = (feed.scope, feed.url)
        fresh = key not in self.rows
        self.rows[key] = feed
        return fresh

    async def remove(self, url: str, scope: Scope = SHARED) -> bool:
        return self.rows.pop((scope, url), None) is not None

    async def save_poll(self, feed: Feed, poll: PollState) -> None: ...

    async def move(self, feed: Feed, to_url: str) -> None: ...


@dataclass
class FakeReader:
    """A FeedReader; what it does not know cannot be read."""

    readings: dict[str, FeedReading] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def read(self, feed: PolledFeed) -> FeedReading:
        self.asked.append(feed.feed.url)
        failed = FeedReading(outcome="failed", problems=("The server does not know that page.",))
        return self.readings.get(feed.feed.url, failed)


@dataclass
class FakeChannelData:
    erased: list[tuple[str, str]] = field(default_factory=list)

    async def erase(self, workspace_id: str, channel_id: str) -> None:
        self.erased.append((workspace_id, channel_id))


class Office:
    """Everything around changing preferences, joined."""

    def __init__(self) -> None:
        self.channels = FakeChannels()
        self.deliveries = FakeDeliveries(self.channels)
        self.people = FakePeople()
        self.rules = FakeRules()
        self.feeds = FakeFeeds()
        self.feeds.rows[SHARED, "https://theledger.example/feed"] = Feed(
            url="https://theledger.example/feed", name="The Ledger", outlet="theledger.example"
        )
        self.desk = ChannelDesk(self.channels, self.deliveries)
        self.permissions = Permissions(people=self.people, rules=self.rules)
        self.settings = ChangeSettings(
            desk=self.desk, permissions=self.permissions, feeds=self.feeds
        )
