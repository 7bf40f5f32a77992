"""Messages that the admins of a workspace get once: who is still to be told, and who was."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.sql.elements import ColumnElement

from storage.statements import insert_into
from storage.tables import AdminNoteRow
from storage.transactions import Transactions

_OWED = ""


class AdminNoteRepository:
    """Implements `bot.digest.ports.AdminNotes`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def owed(self, about: str) -> list[str]:
        wanted = select(AdminNoteRow.workspace_id).where(
            AdminNoteRow.about == about, AdminNoteRow.user_id == _OWED
        )
        async with self._transactions.read() as session:
            return list(await session.scalars(wanted.order_by(AdminNoteRow.workspace_id)))

    async def claim(self, workspace_id: str, about: str, user_id: str) -> bool:
        values = {"workspace_id": workspace_id, "about": about, "user_id": user_id}
        async with self._transactions.write() as session:
            insert = insert_into(session, AdminNoteRow).on_conflict_do_nothing()
            done = await session.execute(insert.returning(AdminNoteRow.user_id), values)
            return done.first() is not None

    async def release(self, workspace_id: str, about: str, user_id: str) -> None:
        async with self._transactions.write() as session:
            await session.execute(delete(AdminNoteRow).where(*_is(workspace_id, about, user_id)))

    async def settle(self, workspace_id: str, about: str) -> None:
        await self.release(workspace_id, about, _OWED)


def _is(workspace_id: str, about: str, user_id: str) -> tuple[ColumnElement[bool], ...]:
    return (
        AdminNoteRow.workspace_id == workspace_id,
        AdminNoteRow.about == about,
        AdminNoteRow.user_id == user_id,
    )
