"""Delivering one digest by command, beside a bot that may be running: never a second one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.app.bot import make_deliverer
from bot.app.newsroom import Newsroom, limits_of
from bot.app.short import slack_for_one_job
from bot.app.slack_side import SlackSide
from bot.digest import transitions
from bot.digest.deliver import Deliverer
from bot.digest.delivery import Delivery, DeliveryKey, DeliveryState
from bot.digest.preference import Channel
from bot.digest.schedule import date_of
from bot.digest.transitions import IllegalTransition
from bot.digest.zones import zone
from bot.errors import JobFailed, Locked, SlackError, UsageError
from bot.settings import Settings
from bot.slack.calls import ask
from storage.database import Database
from storage.lock import RunnerLock

# At least so long; else as the longest wait for Slack. What takes longer goes on with the bot.
_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.5
_LONGEST_LOOK_SECONDS = 5.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """
    Where one delivery is worked on.

    Attributes:
        ours: We may post; else a running bot does, and we only look on.
        say: Tells what is waited for.
    """

    newsroom: Newsroom
    slack: SlackSide
    deliverer: Deliverer
    ours: bool
    say: Say

    @property
    def database(self) -> Database:
        return self.newsroom.database


@asynccontextmanager
async def open_desk(settings: Settings, say: Say) -> AsyncIterator[Desk]:
    """
    Open everything to deliver with.

    The process that runs on an SQLite file takes itself for the only one that posts: as long as it
    runs, it does the posting. With PostgreSQL every process posts, one at a time per delivery.
    """
    lock = RunnerLock(settings.sqlite_path) if settings.sqlite_path is not None else None
    ours = True
    try:
        if lock is not None:
            lock.acquire()
    except Locked:
        say("A bot is running on this database: it does the posting.")
        ours = False
    try:
        async with slack_for_one_job(settings) as (newsroom, slack):
            deliverer = make_deliverer(newsroom, slack)
            yield Desk(newsroom=newsroom, slack=slack, deliverer=deliverer, ours=ours, say=say)
    finally:
        if lock is not None and ours:
            lock.release()


async def deliver(desk: Desk, wanted: str, on: date | None) -> tuple[Channel, Delivery]:
    """
    Open, or go on with, a channel's digest of today or of another date, and run it to its end.

    Args:
        desk: Where.
        wanted: The channel's name or id.
        on: The channel's local date; None is today.

    Returns:
        The channel, and the delivery as it was posted.

    Raises:
        UsageError: The date is ahead or too long ago, or the digest is switched off.
        JobFailed: There is no such channel; it was posted before, and where; or it did not get
            posted, and why.
    """
    channel = await _channel(desk.database, wanted)
    now = desk.newsroom.clock.now()
    key = _key(channel, on, now, desk.newsroom.settings.delivery_retention_days)
    row = await desk.database.deliveries.get(key)
    if row is None:
        await _open(desk, channel, key, now)
    elif row.state is DeliveryState.SENT:
        raise JobFailed(
            f"The digest of {key.on} was posted in #{channel.name} before: {await where(desk, channel, row)}.",
            next_step="One digest per channel and day is all there is.",
        )
    elif not transitions.is_open(row):
        raise JobFailed(
            f"The digest of {key.on} for #{channel.name} is {row.state.value}: {row.reason or 'no reason was noted'}.",
            next_step=f"To start it again: plainwire redo {key}",
        )
    return channel, await _to_its_end(desk, channel, key)


async def redo(desk: Desk, name: str) -> tuple[Channel, Delivery]:
    """
    Start a skipped or dead delivery again, and run it to its end.

    Args:
        desk: Where.
        name: The delivery, as `plainwire status` shows it.

    Raises:
        UsageError: *name* is no name of a delivery.
        JobFailed: There is no such delivery or channel; it was posted, and where; it is being
            worked on; or it did not get posted, and why.
    """
    key = _parsed(name)
    channel = await desk.database.channels.get(key.workspace_id, key.channel_id)
    row = await desk.database.deliveries.get(key)
    if row is None or channel is None:
        raise JobFailed(
            f"There is no delivery {name}.",
            next_step="`plainwire status` shows those of the last week.",
        )
    if row.state is DeliveryState.SENT:
        raise JobFailed(f"It was posted: {await where(desk, channel, row)}.")
    try:
        if await desk.deliverer.redo(key, desk.newsroom.clock.now()) is None:
            raise JobFailed("It was changed at this very moment.", next_step="Look again.")
    except IllegalTransition:
        raise JobFailed(
            f"It is still being worked on ({row.state.value}).",
            next_step=f"To go on with it: plainwire deliver {channel.channel_id} --date {key.on}",
        ) from None
    return channel, await _to_its_end(desk, channel, key)


async def where(desk: Desk, channel: Channel, row: Delivery) -> str:
    """Return where and when a digest was posted, with Slack's link if it gives one."""
    at = row.sent_at.astimezone(zone(channel.preference.zone)) if row.sent_at else None
    when = f"{at:%Y-%m-%d %H:%M} {channel.preference.zone}" if at else "at a time not noted"
    try:
        client, _ = await desk.slack.clients.for_workspace(row.key.workspace_id)
        answer = await ask(
            client, "chat.getPermalink", channel=row.key.channel_id, message_ts=row.ts or ""
        )
    except SlackError:
        return f"{when}, message {row.ts}"
    return f"{when}, {answer.get('permalink')}"


async def _channel(database: Database, wanted: str) -> Channel:
    name = wanted.lstrip("#")
    for channel in await database.channels.all():
        if name in {channel.channel_id, channel.name}:
            return channel
    raise JobFailed(f"#{name} has no digest.", next_step="See: plainwire channels list")


def _key(channel: Channel, on: date | None, now: datetime, kept_days: int) -> DeliveryKey:
    today = date_of(channel.preference, now)
    if on is not None and on > today:
        raise UsageError(
            f"{on} is ahead: in {channel.preference.zone} it is {today}.",
            next_step="Digests are made of the day's news, so none can be delivered in advance.",
        )
    if on is not None and today - on >= timedelta(days=kept_days):
        raise UsageError(
            f"{on} is too long ago: whether its digest was posted is remembered for {kept_days} days.",
            next_step="Without --date, today's digest is delivered.",
        )
    return DeliveryKey(
        workspace_id=channel.workspace_id, channel_id=channel.channel_id, on=on or today
    )


def _parsed(name: str) -> DeliveryKey:
    try:
        return DeliveryKey.parse(name)
    except ValueError:
        raise UsageError(
            f"{name!r} is no name of a delivery.",
            next_step="It looks like T0123/C0123/2026-03-02; `plainwire status` shows them.",
        ) from None


async def _open(desk: Desk, channel: Channel, key: DeliveryKey, now: datetime) -> None:
    if not channel.preference.on:
        raise UsageError(
            f"The digest of #{channel.name} is off.",
            next_step=f"Switch it on: plainwire channels on '#{channel.name}'",
        )
    if key.on == date_of(channel.preference, now):
        await desk.deliverer.open_now(channel, now)
    else:
        # Another date's digest leaves the channel's own times alone.
        await desk.database.deliveries.open(
            key, now, channel.next_due_at, expected_next_due_at=channel.next_due_at
        )


async def _to_its_end(desk: Desk, channel: Channel, key: DeliveryKey) -> Delivery:
    loop, limits = asyncio.get_running_loop(), limits_of(desk.newsroom.settings)
    patience_seconds = max(_PATIENCE_SECONDS, limits.max_wait)
    until = loop.time() + patience_seconds
    said = ""
    while True:
        row = await _run(desk, key)
        now = desk.newsroom.clock.now()
        if row is None or not transitions.is_open(row) or loop.time() > until:
            break
        window_end = row.due_at + timedelta(seconds=limits.catch_up)
        patience = timedelta(seconds=patience_seconds)
        if desk.ours and transitions.is_awaiting_news(row) and window_end > now + patience:
            raise _no_news(channel, key, row, window_end)
        if row.reason and row.reason != said:
            said = row.reason
            desk.say(f"Not posted yet: {said.rstrip('.')}. Trying on; Ctrl-C stops waiting.")
        wait = max(row.not_before - now, timedelta()) if row.not_before else timedelta()
        seconds = max(_LOOK_SECONDS, min(wait.total_seconds(), _LONGEST_LOOK_SECONDS))
        await asyncio.sleep(seconds)
    if row is not None and row.state is DeliveryState.SENT:
        return row
    raise _not_posted(channel, key, row)


async def _run(desk: Desk, key: DeliveryKey) -> Delivery | None:
    if not desk.ours:
        return await desk.database.deliveries.get(key)
    row = await desk.database.deliveries.get(key)
    if row is not None and row.state is DeliveryState.DUE:
        # It is to be made of today's news, also when no bot has read any for days, or ever.
        report = await desk.newsroom.collect_again()
        if report.feeds_answered and transitions.is_awaiting_news(row):
            await desk.database.deliveries.change(row, transitions.stop_waiting(row))
    return await desk.deliverer.deliver(key, desk.newsroom.clock.now())


def _no_news(channel: Channel, key: DeliveryKey, row: Delivery, until: datetime) -> JobFailed:
    at = until.astimezone(zone(channel.preference.zone))
    return JobFailed(
        f"The digest of {key.on} for #{channel.name} was not posted yet: {row.reason}",
        next_step="Check the network and the proxy (`plainwire doctor` reads every feed), then give "
        "this command again; `plainwire run` tries on by itself. If no feed answers until "
        f"{at:%H:%M}, the digest says just that.",
    )


def _not_posted(channel: Channel, key: DeliveryKey, row: Delivery | None) -> JobFailed:
    what = f"The digest of {key.on} for #{channel.name} was not posted"
    if row is None:
        return JobFailed(f"{what}: its row is gone.", next_step="Try again.")
    reason = row.reason or "no reason was noted"
    if transitions.is_open(row):
        return JobFailed(
            f"{what} yet ({row.state.value}): {reason}.",
            next_step="`plainwire run` goes on with it; so does this command.",
        )
    return JobFailed(
        f"{what} ({row.state.value}): {reason}.",
        next_step=f"When that is put right: plainwire redo {key}",
    )
