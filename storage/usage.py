"""What the model calls used, and what they cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, insert, select

from bot.model.port import Purpose, Usage
from storage.statements import table_of
from storage.tables import UsageRow, loaded_workspace, stored_workspace
from storage.transactions import Transactions


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTotal:
    """
    The calls with one outcome, added up.

    Attributes:
        outcome: As in `Usage`.
        unpriced: Calls whose cost is unknown; they are missing from `cost_usd`.
    """

    outcome: str
    calls: int
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    cost_usd: float
    unpriced: int


class UsageRepository:
    """Implements `bot.model.port.UsageLog`, and adds up."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def record(self, usage: Usage) -> None:
        values = {**asdict(usage), "workspace_id": stored_workspace(usage.workspace_id)}
        async with self._transactions.write() as session:
            await session.execute(insert(table_of(UsageRow)).values(values))

    async def since(self, since: datetime) -> list[Usage]:
        """Return the calls at or after *since*, oldest first."""
        wanted = select(UsageRow).where(UsageRow.at >= since).order_by(UsageRow.at, UsageRow.id)
        async with self._transactions.read() as session:
            return [_usage_of(row) for row in await session.scalars(wanted)]

    async def spent_usd(self, since: datetime, workspace_id: str | None = None) -> float:
        """Return the known cost of calls at or after *since*: all of them, or one workspace's."""
        wanted = select(func.coalesce(func.sum(UsageRow.cost_usd), 0.0)).where(UsageRow.at >= since)
        if workspace_id is not None:
            wanted = wanted.where(UsageRow.workspace_id == workspace_id)
        async with self._transactions.read() as session:
            return float(await session.scalar(wanted) or 0.0)

    async def totals(self, since: datetime) -> list[UsageTotal]:
        """Return calls at or after *since* added up per outcome, by outcome."""
        wanted = (
            select(
                UsageRow.outcome,
                func.count(),
                func.coalesce(func.sum(UsageRow.input_tokens), 0),
                func.coalesce(func.sum(UsageRow.cached_tokens), 0),
                func.coalesce(func.sum(UsageRow.output_tokens), 0),
                func.coalesce(func.sum(UsageRow.cost_usd), 0.0),
                func.count() - func.count(UsageRow.cost_usd),
            )
            .where(UsageRow.at >= since)
            .group_by(UsageRow.outcome)
            .order_by(UsageRow.outcome)
        )
        async with self._transactions.read() as session:
            return [
                UsageTotal(
                    outcome=outcome,
                    calls=calls,
                    input_tokens=int(tokens_in or 0),
                    cached_tokens=int(cached or 0),
                    output_tokens=int(tokens_out or 0),
                    cost_usd=float(cost or 0.0),
                    unpriced=unpriced,
                )
                for outcome, calls, tokens_in, cached, tokens_out, cost, unpriced in (
                    await session.execute(wanted)
                )
            ]


def _usage_of(row: UsageRow) -> Usage:
    return Usage(
        at=row.at,
        purpose=cast("Purpose", row.purpose),
        deployment=row.deployment,
        outcome=row.outcome,
        latency_seconds=row.latency_seconds,
        model=row.model,
        first_token_seconds=row.first_token_seconds,
        input_tokens=row.input_tokens,
        cached_tokens=row.cached_tokens,
        output_tokens=row.output_tokens,
        reasoning_tokens=row.reasoning_tokens,
        cost_usd=row.cost_usd,
        request_id=row.request_id,
        workspace_id=loaded_workspace(row.workspace_id),
    )
