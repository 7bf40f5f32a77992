"""Opening deliveries: a row for each, and the channel's next time, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.digest.delivery import DeliveryKey, DeliveryState
from bot.digest.opening import ANYTHING, Opening
from storage.many import theirs, wanted
from storage.statements import insert_into, table_of
from storage.tables import ChannelRow, DeliveryRow

__all__ = ["Opening", "key_values", "open_deliveries"]

_CHANNELS = table_of(ChannelRow).c
_MOVE_CHANNEL = (
    update(table_of(ChannelRow))
    .where(
        _CHANNELS.workspace_id == bindparam("of_workspace"),
        _CHANNELS.channel_id == bindparam("of_channel"),
    )
    .values(next_due_at=bindparam("due_next_at"), version=_CHANNELS.version + 1)
)


async def open_deliveries(session: AsyncSession, openings: Sequence[Opening]) -> list[bool]:
    """Do what `DeliveryStore.open` says for many keys; one answer per key, in their order."""
    # In the order of keys, and channels before deliveries, so that two clocks that open the same
    # ones wait for each other instead of locking each other out.
    ordered = sorted(openings, key=lambda opening: str(opening.key))
    met = _met(ordered, await _next_due(session, ordered))
    opened: set[DeliveryKey] = set()
    if met:
        await _move_channels(session, met)
        opened = await _insert(session, met)
    return _answers([opening.key for opening in openings], opened)


def key_values(key: DeliveryKey) -> dict[str, Any]:
    """Return the columns of a delivery's key."""
    return {
        "workspace_id": key.workspace_id,
        "channel_id": key.channel_id,
        "local_date": key.on,
    }


def _answers(keys: Sequence[DeliveryKey], opened: set[DeliveryKey]) -> list[bool]:
    """Say for each key whether it was opened; of one that stands there twice, the first was."""
    answers = []
    left = set(opened)
    for key in keys:
        answers.append(key in left)
        left.discard(key)
    return answers


async def _next_due(
    session: AsyncSession, openings: Sequence[Opening]
) -> dict[tuple[str, str], datetime | None]:
    """Return what the channels of openings with an expectation have, and hold them so."""
    keys = sorted({it.channel for it in openings if it.expected_next_due_at is not ANYTHING})
    rows = await session.execute(_held(session.get_bind().dialect.name), wanted(keys))
    return {(workspace_id, channel_id): at for workspace_id, channel_id, at in rows}


@lru_cache
def _held(dialect: str) -> Select[Any]:
    keys, of_channel = theirs(dialect, table_of(ChannelRow))
    columns = (_CHANNELS.workspace_id, _CHANNELS.channel_id)
    joined = select(*columns, _CHANNELS.next_due_at).select_from(keys)
    locked = joined.join(table_of(ChannelRow), of_channel).order_by(*columns)
    return locked.with_for_update(of=table_of(ChannelRow))


def _met(
    openings: Sequence[Opening], next_due: dict[tuple[str, str], datetime | None]
) -> list[Opening]:
    """Return the openings whose expectation is met, each seeing what the ones before it moved."""
    met = []
    for opening in openings:
        if opening.expected_next_due_at is not ANYTHING:
            missing = opening.channel not in next_due
            if missing or next_due[opening.channel] != opening.expected_next_due_at:
                continue
        if opening.channel in next_due:
            next_due[opening.channel] = opening.next_due_at
        met.append(opening)
    return met


async def _insert(session: AsyncSession, openings: Sequence[Opening]) -> set[DeliveryKey]:
    rows = [
        {**key_values(it.key), "state": DeliveryState.DUE.value, "due_at": it.due_at}
        for it in openings
    ]
    statement = (
        insert_into(session, DeliveryRow)
        .on_conflict_do_nothing()
        .returning(DeliveryRow.workspace_id, DeliveryRow.channel_id, DeliveryRow.local_date)
    )
    return {
        DeliveryKey(workspace_id=workspace_id, channel_id=channel_id, on=on)
        for workspace_id, channel_id, on in await session.execute(statement, rows)
    }


async def _move_channels(session: AsyncSession, openings: Sequence[Opening]) -> None:
    rows = [
        {
            "of_workspace": it.key.workspace_id,
            "of_channel": it.key.channel_id,
            "due_next_at": it.next_due_at,
        }
        for it in openings
    ]
    # On the connection: a session takes a list of values for something else.
    await (await session.connection()).execute(_MOVE_CHANNEL, rows)
