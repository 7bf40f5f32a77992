"""Article pages, kept so that no publisher is asked twice."""

from __future__ import annotations

from datetime import datetime

from bot.news.entry import Page
from storage.statements import sha256_of, upsert
from storage.tables import PageRow
from storage.transactions import Transactions


class PageRepository:
    """Implements `bot.news.ports.PageStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def get(self, url: str) -> Page | None:
        async with self._transactions.read() as session:
            row = await session.get(PageRow, sha256_of(url))
        return None if row is None else _page_of(row)

    async def save(self, url: str, page: Page, now: datetime) -> None:
        values = {
            "url_sha256": sha256_of(url),
            "url": url,
            "read_at": now,
            "source": page.source,
            "title": page.title,
            "text": page.text,
            "author": page.author,
            "published_at": page.published_at,
            "canonical_url": page.canonical_url,
            "paywalled": page.paywalled,
            "problems": page.problems,
        }
        async with self._transactions.write() as session:
            await upsert(session, PageRow, [values])


def _page_of(row: PageRow) -> Page:
    return Page(
        source=row.source,
        title=row.title,
        text=row.text,
        author=row.author,
        published_at=row.published_at,
        canonical_url=row.canonical_url,
        paywalled=row.paywalled,
        problems=row.problems,
    )
