"""The daily clean-up: what is old enough goes, table by table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, delete, exists

from storage.tables import (
    EntryRow,
    ExplanationRow,
    PageRow,
    StoryEntryRow,
    StoryRow,
    ToldRow,
)
from storage.transactions import Transactions

# design.md, section 1: what was told is remembered 14 days and longer.
MIN_TOLD_AGE = timedelta(days=14)


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
    """

    left_out: timedelta = timedelta(days=30)
    pages: timedelta = timedelta(days=7)
    stories: timedelta = timedelta(days=90)
    told: timedelta = timedelta(days=400)

    def __post_init__(self) -> None:
        if self.told < MIN_TOLD_AGE:
            raise ValueError("what was told is kept at least 14 days")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """How many rows went."""

    left_out: int
    pages: int
    stories: int
    entries: int
    explanations: int
    told: int


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
        # A local date may be ahead of or behind the UTC date by one day.
        told=await gone(
            delete(ToldRow).where(ToldRow.local_date < (now - ages.told).date() - timedelta(days=1))
        ),
    )
