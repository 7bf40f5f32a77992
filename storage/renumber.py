"""Giving a channel its new id, as Slack does when it becomes shared with another organisation."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, delete, exists, true, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.digest.delivery import DeliveryState
from storage.statements import table_of, tables_of_channels
from storage.tables import ChannelRow, DeliveryRow

# What Slack may have under the old name, which stands in the message's metadata.
_UNKNOWN = (DeliveryState.SENDING, DeliveryState.UNKNOWN, DeliveryState.RECONCILING)


async def give_new_channel_id(
    session: AsyncSession, workspace_id: str, old_id: str, new_id: str
) -> bool:
    """
    Let the rows of a channel, in every table that has some, belong to another id.

    Where that has a row of the same key already, its own stays and the old one goes. Deliveries
    whose outcome is unknown stay as they are.

    Returns:
        Whether there was such a channel.
    """
    if old_id == new_id:
        return False
    known = 0
    for table in tables_of_channels():
        mine = (
            table.c.workspace_id == workspace_id,
            table.c.channel_id == old_id,
            _settled(table),
        )
        moved = await session.execute(
            update(table).where(*mine, ~_taken(table, new_id)).values(_moved(table, new_id))
        )
        left = await session.execute(delete(table).where(*mine))
        if table is table_of(ChannelRow):
            known = sum(cast("CursorResult[Any]", it).rowcount for it in (moved, left))
    return known > 0


def _moved(table: Table, new_id: str) -> dict[str, Any]:
    counted = {"version": table.c.version + 1} if "version" in table.c else {}
    return {"channel_id": new_id, **counted}


def _settled(table: Table) -> ColumnElement[bool]:
    if table is not table_of(DeliveryRow):
        return true()
    return table.c.state.not_in([state.value for state in _UNKNOWN])


def _taken(table: Table, new_id: str) -> ColumnElement[bool]:
    """Return whether the new id has a row that differs from this one in nothing else of the key."""
    other = table.alias()
    keys = [column.name for column in table.primary_key]
    if "channel_id" not in keys:
        return ~true()
    same = [other.c[name] == table.c[name] for name in keys if name != "channel_id"]
    return exists().where(*same, other.c.channel_id == new_id)
