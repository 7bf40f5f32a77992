"""Installations, tokens encrypted; and forgetting a workspace altogether."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select, update

from bot.workspace import Installation
from storage.buckets import of_workspace
from storage.statements import table_of, upsert
from storage.tables import SHARED, Base, BucketRow, InstallationRow, UsageRow
from storage.transactions import Transactions


class InstallationRepository:
    """Implements `bot.workspace.InstallationStore`; reading raises `CipherError` without the right key."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def get(self, workspace_id: str) -> Installation | None:
        async with self._transactions.read() as session:
            row = await session.get(InstallationRow, workspace_id)
        return None if row is None else _installation_of(row)

    async def all(self) -> list[Installation]:
        wanted = select(InstallationRow).order_by(InstallationRow.workspace_id)
        async with self._transactions.read() as session:
            return [_installation_of(row) for row in await session.scalars(wanted)]

    async def save(self, installation: Installation) -> None:
        async with self._transactions.write() as session:
            await upsert(session, InstallationRow, [_values(installation)])

    async def remove(self, workspace_id: str) -> bool:
        """
        Forget a workspace and everything stored for it.

        What its model calls cost stays in the operator's sums, without saying whose they were.
        """
        if workspace_id == SHARED:
            raise ValueError("a workspace id is needed")
        async with self._transactions.write() as session:
            await session.execute(
                update(UsageRow)
                .where(UsageRow.workspace_id == workspace_id)
                .values(workspace_id=SHARED)
            )
            await session.execute(delete(table_of(BucketRow)).where(of_workspace(workspace_id)))
            for table in _tables_of_workspaces():
                await session.execute(delete(table).where(table.c.workspace_id == workspace_id))
            installations = table_of(InstallationRow)
            gone = await session.execute(
                delete(installations)
                .where(installations.c.workspace_id == workspace_id)
                .returning(installations.c.workspace_id)
            )
            return gone.first() is not None


def _tables_of_workspaces() -> list[Any]:
    """Return every table whose rows belong to a workspace; a new table is found by itself."""
    kept = {InstallationRow.__tablename__, UsageRow.__tablename__}
    return [
        table
        for table in Base.metadata.sorted_tables
        if "workspace_id" in table.c and table.name not in kept
    ]


def _values(installation: Installation) -> dict[str, Any]:
    return {
        "workspace_id": installation.workspace_id,
        "name": installation.name,
        "bot_id": installation.bot_id,
        "bot_user_id": installation.bot_user_id,
        "bot_token": installation.bot_token,
        "scopes": tuple(sorted(installation.scopes)),
        "installed_by": installation.installed_by,
        "installed_at": installation.installed_at,
    }


def _installation_of(row: InstallationRow) -> Installation:
    return Installation(
        workspace_id=row.workspace_id,
        name=row.name,
        bot_id=row.bot_id,
        bot_user_id=row.bot_user_id,
        bot_token=row.bot_token,
        scopes=frozenset(row.scopes),
        installed_by=row.installed_by,
        installed_at=row.installed_at,
    )
