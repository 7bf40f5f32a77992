"""
Builders and hand-written stand-ins for delivering digests.

The stores keep rows in dictionaries with the real compare-and-set rules. `crash_at` names a step at
which the process "dies": a `Crash` is raised before or after the step, as a kill would.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta

from bot.digest.delivery import FINAL, TRANSITIONS, Delivery, DeliveryKey, DeliveryState
from bot.digest.digest import Digest, Told
from bot.digest.outcome import NOT_OURS
from bot.digest.ports import (
    ANYTHING,
    Anything,
    FindOutcome,
    NothingFound,
    NotPosted,
    Opening,
    Posted,
    PostOutcome,
)
from bot.digest.preference import EVERY_DAY, Channel, Preference
from bot.explain.explanation import Explanation, ExplanationKey, Form, Level, Source
from bot.news.entry import Entry
from bot.news.scope import SHARED, Scope
from bot.news.story import CollectReport, Story
from bot.news.topic import Topic
from bot.render.message import Message

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Crash(BaseException):
    """The process died here."""


def make_preference(**changes: object) -> Preference:
    """Return a switched-on preference: 09:00 UTC, every day."""
    return replace(Preference(on=True, at=time(9, 0), days=EVERY_DAY), **changes)  # type: ignore[arg-type]


def make_channel(channel_id: str = "C1", **changes: object) -> Channel:
    """Return a channel that is due at NOW; preference fields may be given too."""
    own = {name: changes.pop(name) for name in tuple(changes) if name in Channel.__slots__}
    channel = Channel(
        workspace_id="T1",
        channel_id=channel_id,
        name=f"news-{channel_id.lower()}",
        preference=make_preference(**changes),
        set_up_by="U1",
        next_due_at=NOW,
    )
    return replace(channel, **own)  # type: ignore[arg-type]


def make_entry(title: str, **changes: object) -> Entry:
    """Return an entry published two hours before NOW."""
    slug = "-".join(re.findall(r"\w+", title.casefold()))
    outlet = str(changes.get("outlet", "one.example"))
    entry = Entry(
        id=f"{outlet}/{slug}",
        feed_url=f"https://{outlet}/feed",
        outlet=outlet,
        outlet_name=outlet.title(),
        title=title,
        url=f"https://{outlet}/{slug}",
        url_key=f"{outlet}/{slug}",
        text=f"{title}.",
        language="en",
        weight=0.5,
        seen_at=NOW - timedelta(hours=2),
        published_at=NOW - timedelta(hours=2),
    )
    return replace(entry, **changes)  # type: ignore[arg-type]


def make_story(
    title: str,
    *topics: Topic,
    outlets: Sequence[str] = ("one.example",),
    hours_ago: float = 2,
    **changes: object,
) -> Story:
    """Return a story told once by each outlet, General unless topics are given."""
    at = NOW - timedelta(hours=hours_ago)
    entries = tuple(
        make_entry(title, outlet=outlet, seen_at=at, published_at=at) for outlet in outlets
    )
    story = Story(
        id=f"story-{title}", entries=entries, topics=topics or (Topic.GENERAL,), language="en"
    )
    return replace(story, **changes)  # type: ignore[arg-type]


def make_told(story: Story, days_ago: int = 1, **changes: object) -> Told:
    """Return that a story was told some days before NOW."""
    told = Told(
        story_id=story.id,
        revision=1,
        on=NOW.date() - timedelta(days=days_ago),
        headline=story.headline,
    )
    return replace(told, **changes)  # type: ignore[arg-type]


def make_explanation(story: Story, written_by: str = "azure") -> Explanation:
    """Return an explanation that says little but is complete."""
    return Explanation(
        key=ExplanationKey(
            story_id=story.id,
            revision=story.revision,
            form=Form.DIGEST,
            level=Level.NEWCOMER,
            language="en",
            prompt_version="1",
        ),
        headline=story.headline,
        means_for_reader="",
        in_short=f"{story.headline} in short.",
        paragraphs=("One.",),
        terms=(),
        why_it_matters=None,
        what_is_new=None,
        topics=story.topics,
        sources=tuple(Source(name=entry.outlet_name, url=entry.url) for entry in story.entries),
        basis="summary",
        written_by="azure" if written_by == "azure" else "extractive",
        written_at=NOW,
    )


@dataclass
class FakeChannels:
    """A ChannelStore."""

    rows: dict[tuple[str, str], Channel] = field(default_factory=dict)

    async def get(self, workspace_id: str, channel_id: str) -> Channel | None:
        return self.rows.get((workspace_id, channel_id))

    async def save(self, channel: Channel) -> None:
        old = self.rows.get(channel.key)
        self.rows[channel.key] = replace(channel, version=old.version + 1 if old else 0)

    async def save_if(self, old: Channel | None, new: Channel) -> bool:
        current = self.rows.get(new.key)
        if (current and (current.version, current.next_due_at)) != (
            old and (old.version, old.next_due_at)
        ):
            return False
        await self.save(new)
        return True

    async def rename(self, workspace_id: str, channel_id: str, name: str) -> bool:
        return await self._change((workspace_id, channel_id), name=name)

    async def stop(self, workspace_id: str, channel_id: str, reason: str) -> bool:
        key = (workspace_id, channel_id)
        if key not in self.rows:
            return False
        return await self._change(
            key,
            preference=replace(self.rows[key].preference, on=False),
            next_due_at=None,
            switched_on_at=None,
            state_reason=reason,
        )

    async def change_id(self, workspace_id: str, old_id: str, new_id: str) -> bool:
        old = self.rows.pop((workspace_id, old_id), None)
        if old is not None:
            self.rows.setdefault((workspace_id, new_id), replace(old, channel_id=new_id))
        return old is not None

    async def _change(self, key: tuple[str, str], **changes: object) -> bool:
        if key in self.rows:
            await self.save(replace(self.rows[key], **changes))  # type: ignore[arg-type]
        return key in self.rows

    async def all(self, workspace_id: str | None = None) -> list[Channel]:
        found = [c for c in self.rows.values() if workspace_id in {None, c.workspace_id}]
        return sorted(found, key=lambda channel: (channel.workspace_id, channel.name))

    async def in_zones(self, names: Sequence[str]) -> list[Channel]:
        return [c for c in self.rows.values() if c.preference.zone in names]

    async def due(self, now: datetime, limit: int = 500) -> list[Channel]:
        found = [c for c in self.rows.values() if c.next_due_at and c.next_due_at <= now]
        return sorted(found, key=lambda channel: channel.next_due_at or now)[:limit]

    async def remove(self, workspace_id: str, channel_id: str) -> bool:
        return self.rows.pop((workspace_id, channel_id), None) is not None


@dataclass
class FakeDeliveries:
    """A DeliveryStore; `crash_before` and `crash_after` name states whose commit is a kill point."""

    channels: FakeChannels
    rows: dict[DeliveryKey, Delivery] = field(default_factory=dict)
    crash_before: set[str] = field(default_factory=set)
    crash_after: set[str] = field(default_factory=set)
    history: list[DeliveryState] = field(default_factory=list)
    headlines: dict[str, str] = field(default_factory=dict)
    told_before: list[Told] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)

    def _kill(self, points: set[str], name: str) -> None:
        if name in points:
            points.discard(name)
            raise Crash(name)

    async def open(
        self,
        key: DeliveryKey,
        due_at: datetime,
        next_due_at: datetime | None,
        *,
        expected_next_due_at: datetime | Anything | None = ANYTHING,
    ) -> bool:
        self._kill(self.crash_before, "due")
        channel = self.channels.rows.get((key.workspace_id, key.channel_id))
        if expected_next_due_at is not ANYTHING and (
            channel is None or channel.next_due_at != expected_next_due_at
        ):
            return False
        if channel is not None:
            await self.channels.save(replace(channel, next_due_at=next_due_at))
        fresh = key not in self.rows
        if fresh:
            self.rows[key] = Delivery(key=key, state=DeliveryState.DUE, attempt=0, due_at=due_at)
        self._kill(self.crash_after, "due")
        return fresh

    async def open_many(self, openings: Sequence[Opening]) -> list[bool]:
        return [
            await self.open(it.key, it.due_at, it.next_due_at, expected_next_due_at=it[3])
            for it in openings
        ]

    async def get(self, key: DeliveryKey) -> Delivery | None:
        return self.rows.get(key)

    async def by_ts(self, workspace_id: str, channel_id: str, ts: str) -> Delivery | None:
        where = (workspace_id, channel_id, ts)
        found = (r for k, r in self.rows.items() if (k.workspace_id, k.channel_id, r.ts) == where)
        return next(found, None)

    async def recent_of(self, workspace_id: str, channel_id: str, limit: int) -> list[Delivery]:
        mine = [
            row
            for key, row in self.rows.items()
            if (key.workspace_id, key.channel_id) == (workspace_id, channel_id)
        ]
        return sorted(mine, key=lambda row: row.key.on, reverse=True)[:limit]

    async def change(self, old: Delivery, new: Delivery) -> bool:
        assert new.attempt == old.attempt + 1
        assert new.state in TRANSITIONS[old.state]
        self._kill(self.crash_before, new.state.value)
        current = self.rows.get(old.key)
        if current is None or (current.state, current.attempt) != (old.state, old.attempt):
            return False
        # As read again: there is no clock here but the test's.
        self.rows[new.key] = replace(new, wait=None)
        self.history.append(new.state)
        self._kill(self.crash_after, new.state.value)
        return True

    async def unfinished(self, now: datetime | None = None, limit: int = 500) -> list[Delivery]:
        found = [row for row in self.rows.values() if row.state not in FINAL]
        if now is not None:
            found = [row for row in found if not row.waits(now)]
        return sorted(found, key=lambda row: row.due_at)[:limit]

    async def told(self, workspace_id: str, channel_id: str, since: date) -> list[Told]:
        sent = [
            Told(
                story_id=story, revision=revision, on=key.on, headline=self.headlines.get(story, "")
            )
            for key, row in self.rows.items()
            if row.state is DeliveryState.SENT
            and (key.workspace_id, key.channel_id) == (workspace_id, channel_id)
            for story, revision in row.stories
        ]
        found = [
            replace(one, story_id=self.merged.get(one.story_id, one.story_id))
            for one in (*sent, *self.told_before)
            if one.on >= since
        ]
        return sorted(found, key=lambda one: one.on, reverse=True)

    async def recent(self, since: date, states: Sequence[DeliveryState] = ()) -> list[Delivery]:
        found = [row for row in self.rows.values() if row.key.on >= since]
        found = [row for row in found if not states or row.state in states]
        return sorted(found, key=lambda row: row.key.on, reverse=True)

    async def last_missed(
        self, workspace_id: str, channel_id: str, before: date
    ) -> Delivery | None:
        mine = [
            row
            for key, row in self.rows.items()
            if (key.workspace_id, key.channel_id) == (workspace_id, channel_id) and key.on < before
        ]
        last = max(mine, key=lambda row: row.key.on, default=None)
        missed = {DeliveryState.SKIPPED, DeliveryState.DEAD}
        return last if last is not None and last.state in missed else None


@dataclass
class ScriptedPoster:
    """
    A Poster that follows a script; without one it posts, and finds what is in the channel.

    `outcomes` are given in order, the last is not repeated. An OutcomeUnknown with the reason
    "arrived" reaches the channel all the same.
    """

    outcomes: deque[PostOutcome | Crash] = field(default_factory=deque)
    finds: deque[FindOutcome] = field(default_factory=deque)
    tells: deque[PostOutcome] = field(default_factory=deque)
    admin_ids: list[str] = field(default_factory=lambda: ["UADMIN"])
    posted: list[tuple[str, Message]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    attempts: int = 0
    crash_before_post: bool = False
    crash_after_post: bool = False

    async def post(
        self,
        workspace_id: str,
        channel_id: str,
        message: Message,
        *,
        delivery: str,
        thread_ts: str | None = None,
        still_ours: Callable[[], Awaitable[bool]] | None = None,
        held_seconds: float = 0.0,
    ) -> PostOutcome:
        if still_ours is not None and not await still_ours():
            return NotPosted(code=NOT_OURS, reason="taken over")
        self.attempts += 1
        if self.crash_before_post:
            self.crash_before_post = False
            raise Crash("before post")
        outcome = self.outcomes.popleft() if self.outcomes else Posted(ts=f"ts-{self.attempts}")
        if isinstance(outcome, Posted) or getattr(outcome, "reason", "") == "arrived":
            self.posted.append((delivery, message))
        if self.crash_after_post:
            self.crash_after_post = False
            raise Crash("after post")
        assert not isinstance(outcome, Crash)
        return outcome

    async def find(
        self,
        workspace_id: str,
        channel_id: str,
        *,
        delivery: str,
        oldest: datetime,
        now: datetime | None = None,
        message: Message | None = None,
    ) -> FindOutcome:
        assert now is not None
        assert oldest < now
        if self.finds:
            return self.finds.popleft()
        here = any(name == delivery for name, _ in self.posted)
        return Posted(ts="ts-found") if here else NothingFound()

    async def tell(self, workspace_id: str, user_id: str, message: Message) -> PostOutcome:
        outcome = self.tells.popleft() if self.tells else Posted(ts="dm")
        if isinstance(outcome, Posted):
            self.told.append((user_id, message.text))
        return outcome

    async def admins(self, workspace_id: str) -> list[str]:
        return self.admin_ids


@dataclass
class FakeStories:
    """A StoryStore over a list; `merged` leads old ids to new ones."""

    stories: list[Story] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)

    async def since(self, since: datetime, scopes: Collection[Scope] = (SHARED,)) -> list[Story]:
        return [
            story for story in self.stories if story.latest_at >= since and story.scope in scopes
        ]

    async def get(self, story_id: str, viewer: Scope) -> Story | None:
        wanted = self.merged.get(story_id, story_id)
        found = (it for it in self.stories if it.id == wanted and viewer.sees(it.scope))
        return next(found, None)

    async def save(self, stories: Sequence[Story], merged: dict[str, str]) -> None:
        self.stories = [*self.stories, *stories]
        self.merged |= merged


@dataclass
class FakeExplainer:
    """Explains at once; `failing` raises for a story's id, `slow` never answers."""

    failing: dict[str, Exception] = field(default_factory=dict)
    slow: set[str] = field(default_factory=set)
    cannot_extract: dict[str, Exception] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    async def explain(
        self, story: Story, *, level: Level, language: str, now: datetime
    ) -> Explanation:
        self.calls.append(story.id)
        if story.id in self.failing:
            raise self.failing[story.id]
        if story.id in self.slow:
            await _never()
        return make_explanation(story)

    async def extract(
        self, story: Story, *, level: Level, language: str, now: datetime
    ) -> Explanation:
        if story.id in self.cannot_extract:
            raise self.cannot_extract[story.id]
        return make_explanation(story, written_by="extractive")


async def _never() -> None:
    import asyncio

    await asyncio.Event().wait()


async def all_answered() -> CollectReport | None:
    """Return the report of a round in which 29 of 31 feeds answered."""
    return CollectReport(feeds_read=31, feeds_answered=29)


def render_digest(digest: Digest) -> Message:
    """Return a message with what tests look at: headlines, notices, lateness, empty reason."""
    lines = [item.explanation.headline for item in digest.items]
    lines += [*digest.notices, digest.empty_reason]
    lines += [f"late since {digest.late_since:%H:%M}"] if digest.late_since else []
    return Message(text="\n".join(filter(None, lines)))


def render_notice(sentences: Sequence[str]) -> Message:
    return Message(text="\n".join(sentences))
