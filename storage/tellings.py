"""What channels were told, read for many of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import Row, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.digest.digest import Told
from storage.statements import table_of
from storage.tables import StoryRow, ToldRow
from storage.transactions import Transactions

# A channel has about seventy rows; more channels would hold the event loop for too long.
MOST_TELLINGS: Final = 16

_TOLD = table_of(ToldRow).c
_MERGED = aliased(StoryRow)
_WANTED = (
    select(
        _TOLD.workspace_id,
        _TOLD.channel_id,
        _TOLD.story_id,
        _TOLD.revision,
        _TOLD.local_date,
        _TOLD.headline,
        _TOLD.ts,
        _MERGED.merged_into,
    )
    .outerjoin(_MERGED, _MERGED.id == _TOLD.story_id)
    .order_by(_TOLD.local_date.desc(), _TOLD.story_id)
)


class TellingsOf(NamedTuple):
    """Which channel, and from which local date on."""

    workspace_id: str
    channel_id: str
    since: date


class TellingReader:
    """Answers, in order, what each channel was told; merged stories under the survivor's id."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def __call__(self, asked: Sequence[TellingsOf]) -> list[list[Told]]:
        found: dict[TellingsOf, list[Told]] = {one: [] for one in asked}
        async with self._transactions.read() as session:
            for since, channels in _by_date(found):
                for workspace_id, channel_id, *told in await _rows(session, since, channels):
                    one = TellingsOf(workspace_id, channel_id, since)
                    found[one].append(_told_of(*told))
        return [list(found[one]) for one in asked]


def _by_date(asked: Iterable[TellingsOf]) -> Iterable[tuple[date, list[tuple[str, str]]]]:
    dates: dict[date, list[tuple[str, str]]] = defaultdict(list)
    for one in asked:
        dates[one.since].append((one.workspace_id, one.channel_id))
    return dates.items()


async def _rows(
    session: AsyncSession, since: date, channels: Sequence[tuple[str, str]]
) -> Sequence[Row[tuple[object, ...]]]:
    theirs = tuple_(_TOLD.workspace_id, _TOLD.channel_id).in_(channels)
    return (await session.execute(_WANTED.where(theirs, _TOLD.local_date >= since))).all()


def _told_of(
    story_id: str, revision: int, on: date, headline: str, ts: str | None, survivor: str | None
) -> Told:
    return Told(
        story_id=survivor or story_id,
        revision=revision,
        on=on,
        headline=headline,
        channel_message_ts=ts,
    )
