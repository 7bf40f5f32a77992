"""Entries: which are known, and which were left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.news.entry import Entry
from bot.news.scope import Scope
from bot.news.story import LeftOut
from storage.statements import AT_ONCE, chunks, upsert
from storage.tables import EntryRow, scope_values
from storage.transactions import Transactions


class EntryRepository:
    """Implements `bot.news.ports.EntryStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def known(self, entry_ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        async with self._transactions.read() as session:
            for some in chunks(entry_ids, AT_ONCE):
                found.update(
                    await session.scalars(select(EntryRow.id).where(EntryRow.id.in_(some)))
                )
        return found

    async def leave_out(self, entries: Sequence[tuple[Entry, str]]) -> None:
        rows = {
            entry.id: {**entry_values(entry), "left_out_reason": reason}
            for entry, reason in entries
        }
        async with self._transactions.write() as session:
            await upsert(session, EntryRow, list(rows.values()))

    async def left_out_since(self, since: datetime) -> list[LeftOut]:
        """Return what was first seen at or after *since* and left out, newest first."""
        wanted = select(EntryRow.title, EntryRow.left_out_reason, EntryRow.url).where(
            EntryRow.seen_at >= since, EntryRow.left_out_reason.is_not(None)
        )
        async with self._transactions.read() as session:
            rows = await session.execute(wanted.order_by(EntryRow.seen_at.desc(), EntryRow.id))
            return [
                LeftOut(headline=title, reason=reason or "", url=url) for title, reason, url in rows
            ]


def entry_values(entry: Entry) -> dict[str, Any]:
    """Return the columns of an entry that tells a story."""
    return {
        "id": entry.id,
        **scope_values(entry.scope),
        "feed_url": entry.feed_url,
        "outlet": entry.outlet,
        "outlet_name": entry.outlet_name,
        "title": entry.title,
        "url": entry.url,
        "url_key": entry.url_key,
        "text": entry.text,
        "language": entry.language,
        "weight": entry.weight,
        "seen_at": entry.seen_at,
        "published_at": entry.published_at,
        "left_out_reason": None,
    }


def entry_of(row: EntryRow) -> Entry:
    """Return the entry of a row."""
    return Entry(
        id=row.id,
        feed_url=row.feed_url,
        outlet=row.outlet,
        outlet_name=row.outlet_name,
        title=row.title,
        url=row.url,
        url_key=row.url_key,
        text=row.text,
        language=row.language,
        weight=row.weight,
        seen_at=row.seen_at,
        published_at=row.published_at,
        scope=Scope(row.workspace_id, row.channel_id),
    )
