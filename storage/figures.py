"""How the whole ledger stands, counted by the database: cheap enough to be asked every few seconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, case, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storage.statements import table_of
from storage.tables import (
    UNANSWERED,
    UNFINISHED,
    ChannelRow,
    DeliveryRow,
    FeedRow,
    InstallationRow,
    RequestRow,
)
from storage.transactions import Transactions

_WEEK = timedelta(days=7)
_OVERDUE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFigures:
    """
    Counts at one instant.

    Attributes:
        deliveries: Of the last seven local dates, by state.
        unfinished: Deliveries under way, of any age; `unanswered`: requests likewise.
        feeds: By condition: "ok", "failing", "gone" or "never_read".
        feeds_overdue: Their time to be read came more than five minutes ago.
        channels_planned: With a next digest.
        workspaces: In which the app is installed.
    """

    deliveries: dict[str, int]
    unfinished: int
    unanswered: int
    feeds: dict[str, int]
    feeds_overdue: int
    channels_planned: int
    workspaces: int


class FigureRepository:
    """Counts."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def read(self, now: datetime) -> LedgerFigures:
        """Return the counts at *now* (aware UTC), all of one state of the database."""
        deliveries, feeds = table_of(DeliveryRow), table_of(FeedRow)
        late = and_(feeds.c.gone.is_(False), feeds.c.next_poll_at < now - _OVERDUE)
        planned = table_of(ChannelRow).c.next_due_at.is_not(None)
        async with self._transactions.read() as session:
            by_state = (
                select(deliveries.c.state, func.count())
                .where(deliveries.c.local_date >= (now - _WEEK).date())
                .group_by(deliveries.c.state)
            )
            condition = case(
                (feeds.c.gone, "gone"),
                (feeds.c.failures > 0, "failing"),
                (feeds.c.last_success_at.is_(None), "never_read"),
                else_="ok",
            )
            by_condition = select(condition, func.count()).group_by(condition)
            return LedgerFigures(
                deliveries=dict(iter(await session.execute(by_state))),
                unfinished=await _count(session, DeliveryRow, text(UNFINISHED)),
                unanswered=await _count(session, RequestRow, text(UNANSWERED)),
                feeds=dict(iter(await session.execute(by_condition))),
                feeds_overdue=await _count(session, FeedRow, late),
                channels_planned=await _count(session, ChannelRow, planned),
                workspaces=await _count(session, InstallationRow, text("1 = 1")),
            )


async def _count(session: AsyncSession, row: type, condition: object) -> int:
    wanted = select(func.count()).select_from(table_of(row)).where(condition)  # type: ignore[arg-type]  # any condition that SQLAlchemy knows
    return int(await session.scalar(wanted) or 0)
