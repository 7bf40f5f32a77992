"""Feedback, and the rules that admins set for their workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update

from bot.digest.feedback_record import Feedback, FeedbackKind
from bot.digest.rules import WorkspaceRules
from storage.statements import insert_into, table_of, upsert
from storage.tables import FeedbackRow, RulesRow
from storage.transactions import Transactions


class FeedbackRepository:
    """Implements `bot.digest.ports.FeedbackStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def record(self, feedback: Feedback) -> bool:
        async with self._transactions.write() as session:
            insert = insert_into(session, FeedbackRow).on_conflict_do_nothing()
            done = await session.execute(insert.returning(FeedbackRow.id), _values(feedback))
            return done.first() is not None

    async def get(self, feedback_id: str) -> Feedback | None:
        async with self._transactions.read() as session:
            row = await session.get(FeedbackRow, feedback_id)
        return None if row is None else _feedback_of(row)

    async def undo(self, feedback_id: str, now: datetime) -> Feedback | None:
        async with self._transactions.write() as session:
            done = await session.execute(
                update(table_of(FeedbackRow))
                .where(FeedbackRow.id == feedback_id, FeedbackRow.undone_at.is_(None))
                .values(undone_at=now)
            )
            if cast("CursorResult[Any]", done).rowcount == 0:
                return None
            row = await session.get_one(FeedbackRow, feedback_id)
        return _feedback_of(row)

    async def recent(self, workspace_id: str, channel_id: str, limit: int) -> list[Feedback]:
        wanted = (
            select(FeedbackRow)
            .where(FeedbackRow.workspace_id == workspace_id, FeedbackRow.channel_id == channel_id)
            .order_by(FeedbackRow.at.desc(), FeedbackRow.id)
            .limit(limit)
        )
        async with self._transactions.read() as session:
            return [_feedback_of(row) for row in await session.scalars(wanted)]

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        async with self._transactions.write() as session:
            done = await session.execute(
                delete(table_of(FeedbackRow)).where(
                    FeedbackRow.workspace_id == workspace_id, FeedbackRow.user_id == user_id
                )
            )
            return cast("CursorResult[Any]", done).rowcount


class RulesRepository:
    """Implements `bot.digest.ports.RulesStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def get(self, workspace_id: str) -> WorkspaceRules:
        async with self._transactions.read() as session:
            row = await session.get(RulesRow, workspace_id)
        return WorkspaceRules(workspace_id=workspace_id) if row is None else row.rules

    async def save(self, rules: WorkspaceRules) -> None:
        values = {"workspace_id": rules.workspace_id, "rules": rules}
        async with self._transactions.write() as session:
            await upsert(session, RulesRow, [values])


def _values(feedback: Feedback) -> dict[str, Any]:
    return {
        "id": feedback.id,
        "workspace_id": feedback.workspace_id,
        "channel_id": feedback.channel_id,
        "user_id": feedback.user_id,
        "kind": feedback.kind.value,
        "at": feedback.at,
        "message_ts": feedback.message_ts,
        "story_id": feedback.story_id,
        "outlet": feedback.outlet,
        "request_key": feedback.request_key,
        "before": feedback.before,
        "effect": feedback.effect,
        "undone_at": feedback.undone_at,
    }


def _feedback_of(row: FeedbackRow) -> Feedback:
    return Feedback(
        id=row.id,
        workspace_id=row.workspace_id,
        channel_id=row.channel_id,
        user_id=row.user_id,
        kind=FeedbackKind(row.kind),
        at=row.at,
        message_ts=row.message_ts,
        story_id=row.story_id,
        outlet=row.outlet,
        request_key=row.request_key,
        before=row.before,
        effect=row.effect,
        undone_at=row.undone_at,
    )
