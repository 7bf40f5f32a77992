"""What channels were told, read for many of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased

from bot.digest.digest import Told
from storage.many import theirs, wanted
from storage.statements import table_of
from storage.tables import StoryRow, ToldRow
from storage.transactions import Transactions

# A channel has about seventy rows; more channels would hold the event loop for too long.
MOST_TELLINGS: Final = 16

_TABLE = table_of(ToldRow)
_TOLD = _TABLE.c
_TOLD_STORY, _SURVIVOR = aliased(StoryRow), aliased(StoryRow)


@lru_cache
def _tellings(dialect: str) -> Select[Any]:
    keys, of_channel = theirs(dialect, _TABLE)
    return (
        select(
            _TOLD.workspace_id,
            _TOLD.channel_id,
            _TOLD.story_id,
            _TOLD.revision,
            _TOLD.local_date,
            _TOLD.headline,
            _TOLD.ts,
            _TOLD_STORY.merged_into,
            # What it copies by now counts, then what it copied when it was told.
            func.coalesce(_SURVIVOR.copy_of, _TOLD_STORY.copy_of, _TOLD.copy_of),
        )
        .select_from(keys)
        .join(_TABLE, of_channel)
        .outerjoin(_TOLD_STORY, _TOLD_STORY.id == _TOLD.story_id)
        .outerjoin(_SURVIVOR, _SURVIVOR.id == _TOLD_STORY.merged_into)
        .where(_TOLD.local_date >= bindparam("since"))
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
        async with self._transactions.look() as connection:
            for since, channels in _by_date(found):
                parameters = {**wanted(channels), "since": since}
                rows = await connection.execute(_tellings(self._transactions.dialect), parameters)
                for workspace_id, channel_id, *told in rows:
                    one = TellingsOf(workspace_id, channel_id, since)
                    found[one].append(_told_of(*told))
        return [list(found[one]) for one in asked]


def _by_date(asked: Iterable[TellingsOf]) -> Iterable[tuple[date, list[tuple[str, str]]]]:
    dates: dict[date, list[tuple[str, str]]] = defaultdict(list)
    for one in asked:
        dates[one.since].append((one.workspace_id, one.channel_id))
    return dates.items()


def _told_of(
    story_id: str,
    revision: int,
    on: date,
    headline: str,
    ts: str | None,
    survivor: str | None,
    copy_of: str,
) -> Told:
    return Told(
        story_id=survivor or story_id,
        revision=revision,
        on=on,
        headline=headline,
        channel_message_ts=ts,
        copy_of=copy_of or None,
    )
