"""The daily clean-up: what is old enough goes, table by table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Delete,
    Update,
    bindparam,
    delete,
    exists,
    select,
    text,
    update,
)

from storage.oauth_states import REMEMBERED
from storage.statements import chunks, table_of
from storage.tables import (
    UNFINISHED,
    BucketRow,
    DeliveryRow,
    EntryRow,
    ExplanationRow,
    FeedAdditionsRow,
    FeedbackRow,
    OAuthStateRow,
    PageRow,
    RequestRow,
    StoryEntryRow,
    StoryRow,
    ThreadRow,
    ToldRow,
    UsageRow,
)
from storage.transactions import Transactions

# design.md, section 1: what was told is remembered 14 days and longer.
MIN_TOLD_AGE = timedelta(days=14)
# A local date may be ahead of or behind the UTC date by one day.
_DAY = timedelta(days=1)
_DELIVERIES = table_of(DeliveryRow)
# Spelled out: a list cannot be bound in a statement that runs for many rows.
_DONE = text(f"NOT ({UNFINISHED})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ages:
    """
    How old things get before they go.

    Attributes:
        left_out: Entries that were left out, by when they were first seen. Longer than feeds keep
            their items, else they would come back as new ones.
        pages: Article pages, by when they were read.
        stories: Stories with their entries, revisions and explanations, by their latest entry.
        told: What channels were told; never less than 14 days.
        requests: What people asked, by when it was received. (Threads have their own expiry.)
        messages: The composed messages of finished deliveries.
        deliveries: Finished deliveries, by their local date. While one is there, its digest is not
            posted again; what a channel was told is remembered by itself (*told*).
        feedback: By when it was given; what it changed stays.
        usage: What model calls used.
        buckets: Token buckets that nobody took from; a new one is full.
    """

    left_out: timedelta = timedelta(days=30)
    pages: timedelta = timedelta(days=7)
    stories: timedelta = timedelta(days=90)
    told: timedelta = timedelta(days=400)
    requests: timedelta = timedelta(days=7)
    messages: timedelta = timedelta(days=30)
    deliveries: timedelta = timedelta(days=400)
    feedback: timedelta = timedelta(days=400)
    usage: timedelta = timedelta(days=400)
    buckets: timedelta = timedelta(days=40)

    def __post_init__(self) -> None:
        if self.told < MIN_TOLD_AGE:
            raise ValueError("what was told is kept at least 14 days")
        if self.deliveries < self.messages:
            raise ValueError("deliveries are kept at least as long as their messages")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """How many rows went; of `messages`, how many rows lost theirs."""

    left_out: int
    pages: int
    stories: int
    entries: int
    explanations: int
    told: int
    requests: int
    threads: int
    messages: int
    deliveries: int
    feedback: int
    usage: int
    buckets: int
    oauth_states: int
    feed_additions: int


async def clean(transactions: Transactions, now: datetime, ages: Ages) -> Cleaned:
    """
    Delete what is older than *ages* at *now* (aware UTC).

    Each table has its own transaction, so that nobody waits long for the clean-up.
    """
    orphaned = ~exists().where(StoryEntryRow.entry_id == EntryRow.id)
    unexplained = ~exists().where(StoryRow.id == ExplanationRow.story_id)

    async def gone(statement: Delete) -> int:
        async with transactions.write() as session:
            done = await session.execute(
                statement, execution_options={"synchronize_session": False}
            )
            return cast("CursorResult[Any]", done).rowcount

    return Cleaned(
        left_out=await gone(
            delete(EntryRow).where(
                EntryRow.left_out_reason.is_not(None), EntryRow.seen_at < now - ages.left_out
            )
        ),
        pages=await gone(delete(PageRow).where(PageRow.read_at < now - ages.pages)),
        stories=await gone(delete(StoryRow).where(StoryRow.latest_at < now - ages.stories)),
        entries=await gone(
            delete(EntryRow).where(
                EntryRow.left_out_reason.is_(None),
                EntryRow.seen_at < now - ages.stories,
                orphaned,
            )
        ),
        explanations=await gone(
            delete(ExplanationRow).where(
                ExplanationRow.written_at < now - ages.stories, unexplained
            )
        ),
        told=await gone(
            delete(ToldRow).where(ToldRow.local_date < (now - ages.told).date() - _DAY)
        ),
        requests=await gone(delete(RequestRow).where(RequestRow.received_at < now - ages.requests)),
        threads=await gone(delete(ThreadRow).where(ThreadRow.expires_at <= now)),
        messages=await _drop_messages(transactions, (now - ages.messages).date() - _DAY),
        deliveries=await _drop_deliveries(transactions, (now - ages.deliveries).date() - _DAY),
        feedback=await gone(delete(FeedbackRow).where(FeedbackRow.at < now - ages.feedback)),
        usage=await gone(delete(UsageRow).where(UsageRow.at < now - ages.usage)),
        buckets=await gone(delete(BucketRow).where(BucketRow.updated_at < now - ages.buckets)),
        oauth_states=await gone(
            delete(OAuthStateRow).where(OAuthStateRow.expires_at < now - REMEMBERED)
        ),
        feed_additions=await gone(
            delete(FeedAdditionsRow).where(FeedAdditionsRow.added_on < now.date() - _DAY)
        ),
    )


async def _drop_messages(transactions: Transactions, before: date) -> int:
    """
    Set the message of finished deliveries of local dates before *before* to NULL; return how many.

    There are many old ones: they are looked for while reading, which keeps nobody waiting.
    """
    return await _to_each(
        transactions,
        update(_DELIVERIES).values(message=None),
        _DELIVERIES.c.local_date < before,
        _DELIVERIES.c.message.is_not(None),
    )


async def _drop_deliveries(transactions: Transactions, before: date) -> int:
    """Delete finished deliveries of local dates before *before*; return how many."""
    old = _DELIVERIES.c.local_date < before
    return await _to_each(transactions, delete(_DELIVERIES), old)


async def _to_each(
    transactions: Transactions, change: Update | Delete, *of: ColumnElement[bool]
) -> int:
    """Do something to the finished deliveries that meet conditions, a thousand in a transaction."""
    keys = list(_DELIVERIES.primary_key)
    async with transactions.read() as session:
        rows = await session.execute(select(*keys).where(*of, _DONE))
        found = [{f"of_{name}": value for name, value in row.items()} for row in rows.mappings()]
    # Looked at again: a redo may have come in between.
    same = (key == bindparam(f"of_{key.name}") for key in keys)
    each = change.where(*same, _DONE)
    for some in chunks(found, 1_000):
        async with transactions.write() as session:
            # On the connection: a session takes a list of values for something else.
            await (await session.connection()).execute(each, list(some))
    return len(found)
