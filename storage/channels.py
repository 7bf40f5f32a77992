"""Channels with their preferences, and which of them are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    Row,
    Select,
    Text,
    delete,
    false,
    literal,
    or_,
    select,
    tuple_,
    type_coerce,
    update,
)

from bot.digest.preference import Channel
from storage.gather import Gathered
from storage.many import theirs, wanted
from storage.renumber import give_new_channel_id
from storage.statements import insert_into, table_of
from storage.tables import ChannelRow
from storage.transactions import Transactions

_CHANNELS = table_of(ChannelRow)
_KEY = ("workspace_id", "channel_id")
_MOST_ROWS = 100
_DUE_ORDER = (ChannelRow.next_due_at, ChannelRow.workspace_id, ChannelRow.channel_id)


class ChannelRepository:
    """Implements `bot.digest.ports.ChannelStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        self._getting = Gathered(self._get_many, _MOST_ROWS)

    async def get(self, workspace_id: str, channel_id: str) -> Channel | None:
        return await self._getting.ask((workspace_id, channel_id))

    async def _get_many(self, keys: Sequence[tuple[str, str]]) -> list[Channel | None]:
        """Answer `get` for many keys."""
        statement = _of_keys(self._transactions.dialect)
        async with self._transactions.look() as connection:
            rows = await connection.execute(statement, wanted(keys))
            found = [_channel_of(row) for row in rows]
        by_key = {channel.key: channel for channel in found}
        return [by_key.get(key) for key in keys]

    async def save(self, channel: Channel) -> None:
        await self.save_many([channel])

    async def save_many(self, channels: list[Channel]) -> None:
        """Insert or replace many channels in one transaction."""
        if not channels:
            return
        # In the order of keys, so that two of these wait for each other instead of locking each other out.
        rows = [_values(channel) for channel in sorted(channels, key=lambda it: it.key)]
        async with self._transactions.write() as session:
            insert = insert_into(session, ChannelRow)
            changed: dict[str, Any] = {
                name: insert.excluded[name] for name in rows[0] if name not in _KEY
            }
            changed["version"] = _CHANNELS.c.version + 1
            await session.execute(
                insert.on_conflict_do_update(index_elements=_KEY, set_=changed), rows
            )

    async def save_if(self, old: Channel | None, new: Channel) -> bool:
        """
        Write a channel as the port says.

        Raises:
            ValueError: *new* is another channel.
        """
        if old is None:
            return await self._insert(new)
        if old.key != new.key:
            raise ValueError(f"{new.key} is not {old.key}")
        unchanged = (
            ChannelRow.version == old.version,
            # The release before this one moves it without counting.
            ChannelRow.next_due_at.is_not_distinct_from(old.next_due_at),
        )
        return await self._update(new.key, *unchanged, **_values(new))

    async def rename(self, workspace_id: str, channel_id: str, name: str) -> bool:
        return await self._update((workspace_id, channel_id), name=name)

    async def stop(self, workspace_id: str, channel_id: str, reason: str) -> bool:
        while True:
            old = await self.get(workspace_id, channel_id)
            if old is None:
                return False
            stopped = replace(
                old,
                preference=replace(old.preference, on=False),
                next_due_at=None,
                switched_on_at=None,
                state_reason=reason,
            )
            if await self.save_if(old, stopped):
                return True

    async def change_id(self, workspace_id: str, old_id: str, new_id: str) -> bool:
        async with self._transactions.write() as session:
            return await give_new_channel_id(session, workspace_id, old_id, new_id)

    async def all(self, workspace_id: str | None = None) -> list[Channel]:
        query = select(ChannelRow).order_by(
            ChannelRow.workspace_id, ChannelRow.name, ChannelRow.channel_id
        )
        if workspace_id is not None:
            query = query.where(ChannelRow.workspace_id == workspace_id)
        async with self._transactions.read() as session:
            return [_channel_of(row) for row in await session.scalars(query)]

    async def in_zones(self, names: Sequence[str]) -> list[Channel]:
        # The codec writes JSON without blanks; a name in it is its zone and nothing else.
        document = type_coerce(ChannelRow.preference, Text)
        query = select(ChannelRow).where(
            or_(
                false(), *(document.contains(f'"zone":"{name}"', autoescape=True) for name in names)
            )
        )
        async with self._transactions.read() as session:
            return [_channel_of(row) for row in await session.scalars(query)]

    async def due(
        self, now: datetime, limit: int = 500, *, after: Channel | None = None
    ) -> list[Channel]:
        # The order is that of the index, so the database reads the first rows and stops.
        query = (
            select(ChannelRow)
            .where(ChannelRow.next_due_at <= now)
            .order_by(*_DUE_ORDER)
            .limit(limit)
        )
        if after is not None:
            last = (after.next_due_at, after.workspace_id, after.channel_id)
            values = [
                literal(value, column.type) for value, column in zip(last, _DUE_ORDER, strict=True)
            ]
            query = query.where(tuple_(*_DUE_ORDER) > tuple_(*values))
        async with self._transactions.read() as session:
            return [_channel_of(row) for row in await session.scalars(query)]

    async def remove(self, workspace_id: str, channel_id: str) -> bool:
        """Forget a channel; its deliveries stay, so that adding it again posts nothing twice."""
        async with self._transactions.write() as session:
            gone = await session.execute(
                delete(ChannelRow)
                .where(ChannelRow.workspace_id == workspace_id, ChannelRow.channel_id == channel_id)
                .returning(ChannelRow.channel_id)
            )
            return gone.first() is not None

    async def _insert(self, channel: Channel) -> bool:
        async with self._transactions.write() as session:
            insert = insert_into(session, ChannelRow).on_conflict_do_nothing()
            done = await session.execute(insert.returning(ChannelRow.name), _values(channel))
            return done.first() is not None

    async def _update(self, key: tuple[str, str], *conditions: Any, **values: Any) -> bool:
        """Write columns of one row and count it; False when there is no such row."""
        async with self._transactions.write() as session:
            done = await session.execute(
                update(_CHANNELS)
                .where(_CHANNELS.c.workspace_id == key[0], _CHANNELS.c.channel_id == key[1])
                .where(*conditions)
                .values({**values, "version": _CHANNELS.c.version + 1})
            )
            return cast("CursorResult[Any]", done).rowcount == 1


@lru_cache
def _of_keys(dialect: str) -> Select[Any]:
    keys, of_channel = theirs(dialect, _CHANNELS)
    return select(*_CHANNELS.c).select_from(keys).join(_CHANNELS, of_channel)


def _values(channel: Channel) -> dict[str, Any]:
    return {
        "workspace_id": channel.workspace_id,
        "channel_id": channel.channel_id,
        "name": channel.name,
        "preference": channel.preference,
        "set_up_by": channel.set_up_by,
        "next_due_at": channel.next_due_at,
        "switched_on_at": channel.switched_on_at,
        "greeted": channel.greeted,
        "is_dm": channel.is_dm,
        "state_reason": channel.state_reason,
        "post_to_general_confirmed": channel.post_to_general_confirmed,
        "is_set_up": channel.is_set_up,
        "zone_told": channel.zone_told,
    }


def _channel_of(row: ChannelRow | Row[Any]) -> Channel:
    return Channel(
        workspace_id=row.workspace_id,
        channel_id=row.channel_id,
        name=row.name,
        preference=row.preference,
        set_up_by=row.set_up_by,
        next_due_at=row.next_due_at,
        switched_on_at=row.switched_on_at,
        greeted=row.greeted,
        is_dm=row.is_dm,
        state_reason=row.state_reason,
        post_to_general_confirmed=row.post_to_general_confirmed,
        is_set_up=row.is_set_up,
        zone_told=row.zone_told,
        version=row.version,
    )
