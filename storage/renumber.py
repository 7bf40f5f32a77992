"""Giving a channel its new id, as Slack does when it becomes shared with another organisation."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    FromClause,
    Table,
    and_,
    delete,
    exists,
    or_,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.digest.delivery import DeliveryState
from storage.statements import table_of, tables_of_channels
from storage.tables import ChannelRow, DeliveryRow

# What the channel certainly does not show; of what was skipped, `sending_at` says whether it may.
_NOT_THERE = (DeliveryState.DUE, DeliveryState.COMPOSED, DeliveryState.DEAD)


async def give_new_channel_id(
    session: AsyncSession, workspace_id: str, old_id: str, new_id: str
) -> bool:
    """
    Let the rows of a channel, in every table that has some, belong to another id.

    Where that has a row of the same key already, its own stays and the old one goes. A delivery
    that may be in the channel, where its metadata names the old id, goes before one of the same date
    that is not: else there would be two.

    Returns:
        Whether there was such a channel.
    """
    if old_id == new_id:
        return False
    known = 0
    await _make_room(session, workspace_id, old_id, new_id)
    for table in tables_of_channels():
        mine = (
            table.c.workspace_id == workspace_id,
            table.c.channel_id == old_id,
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


async def _make_room(session: AsyncSession, workspace_id: str, old_id: str, new_id: str) -> None:
    """Delete what the new id was about to post on dates on which the old one may have posted."""
    table = table_of(DeliveryRow)
    old = table.alias()
    posted_before = exists().where(
        old.c.workspace_id == workspace_id,
        old.c.channel_id == old_id,
        old.c.local_date == table.c.local_date,
        ~_is_not_there(old),
    )
    await session.execute(
        delete(table).where(
            table.c.workspace_id == workspace_id,
            table.c.channel_id == new_id,
            _is_not_there(table),
            posted_before,
        )
    )


def _is_not_there(deliveries: FromClause) -> ColumnElement[bool]:
    skipped = deliveries.c.state == DeliveryState.SKIPPED.value
    return or_(
        deliveries.c.state.in_([state.value for state in _NOT_THERE]),
        and_(skipped, deliveries.c.sending_at.is_(None)),
    )


def _taken(table: Table, new_id: str) -> ColumnElement[bool]:
    """Return whether the new id has a row that differs from this one in nothing else of the key."""
    other = table.alias()
    keys = [column.name for column in table.primary_key]
    if "channel_id" not in keys:
        return ~true()
    same = [other.c[name] == table.c[name] for name in keys if name != "channel_id"]
    return exists().where(*same, other.c.channel_id == new_id)
