"""Installations, tokens encrypted; and forgetting a workspace altogether."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Row, delete, select, update

from bot.workspace import Installation
from storage.buckets import of_workspace
from storage.gather import Gathered
from storage.statements import table_of, upsert
from storage.tables import SHARED, Base, BucketRow, InstallationRow, UsageRow
from storage.transactions import Transactions

_INSTALLATIONS = table_of(InstallationRow)
_MOST_ROWS = 20


class InstallationRepository:
    """Implements `bot.workspace.InstallationStore`; reading raises `CipherError` without the right key."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._getting = Gathered(self._get_many, _MOST_ROWS)

    async def get(self, workspace_id: str) -> Installation | None:
        return await self._getting.ask(workspace_id)

    async def _get_many(self, workspace_ids: Sequence[str]) -> list[Installation | None]:
        """Answer `get` for many workspaces."""
        wanted = select(*_INSTALLATIONS.c).where(_INSTALLATIONS.c.workspace_id.in_(workspace_ids))
        async with self._transactions.look() as connection:
            found = [_installation_of(row) for row in await connection.execute(wanted)]
        by_id = {one.workspace_id: one for one in found}
        return [by_id.get(workspace_id) for workspace_id in workspace_ids]

    async def all(self) -> list[Installation]:
        wanted = select(InstallationRow).order_by(InstallationRow.workspace_id)
        async with self._transactions.read() as session:
            return [_installation_of(row) for row in await session.scalars(wanted)]

    async def save(self, installation: Installation) -> None:
        async with self._transactions.write() as session:
            await upsert(session, InstallationRow, [_values(installation)])

    async def forget_token(self, workspace_id: str) -> bool:
        installations = table_of(InstallationRow)
        async with self._transactions.write() as session:
            done = await session.execute(
                update(installations)
                .where(installations.c.workspace_id == workspace_id)
                .values(bot_token=SecretStr(""))
                .returning(installations.c.workspace_id)
            )
            return done.first() is not None

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
            gone = await session.execute(
                delete(_INSTALLATIONS)
                .where(_INSTALLATIONS.c.workspace_id == workspace_id)
                .returning(_INSTALLATIONS.c.workspace_id)
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


def _installation_of(row: InstallationRow | Row[Any]) -> Installation:
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
