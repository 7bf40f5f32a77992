"""Recording what channels were told, for many deliveries by one statement."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import JSON, Date, Integer, bindparam, cast, func, literal_column, select, true
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Text

from bot.digest.delivery import Delivery
from storage.columns import storable
from storage.statements import insert_of, keys_of, table_of
from storage.tables import StoryRow, ToldRow

_ROWS: Final = "told_rows"
_CHANGED: Final = ("revision", "headline", "ts", "copy_of")


async def remember(connection: AsyncConnection, sent: Sequence[Delivery]) -> None:
    """
    Record what deliveries told their channels; the headlines are those that the stories have now.

    The rows go as one JSON array: the statement is the same for any number of them, and on a server
    it is one round trip instead of one for each row.
    """
    rows = {
        (*key, story_id): (*key, story_id, str(revision), one.ts)
        for one in sent
        for key in [(one.key.workspace_id, one.key.channel_id, one.key.on.isoformat())]
        for story_id, revision in one.stories
    }
    if rows:
        texts = [
            [None if part is None else storable(part) for part in row] for row in rows.values()
        ]
        statement = _remember(connection.dialect.name)
        await connection.execute(statement, {_ROWS: json.dumps(texts)})


@lru_cache
def _remember(dialect: str) -> sqlite.Insert:
    """Building a statement takes longer than running it."""
    workspace_id, channel_id, on, story_id, revision, ts = (_part(dialect, n) for n in range(6))
    story = table_of(StoryRow)
    # A date stands as text in SQLite, where a cast would make a number of it.
    local_date = cast(on, Date) if dialect == "postgresql" else on
    headline = func.coalesce(story.c.headline, "")
    copy_of = func.coalesce(story.c.copy_of, "")
    number = cast(revision, Integer)
    told = select(workspace_id, channel_id, local_date, story_id, number, headline, ts, copy_of)
    told = told.select_from(_rows(dialect)).outerjoin(story, story.c.id == story_id)
    # WHERE: without one SQLite takes ON CONFLICT for a part of the join. In the order of keys, so
    # that two processes that write the same rows wait for each other.
    told = told.where(true()).order_by(workspace_id, channel_id, on, story_id)
    key = ["workspace_id", "channel_id", "local_date", "story_id"]
    names = [*key, *_CHANGED]
    insert = insert_of(dialect, ToldRow).from_select(names, told)
    return insert.on_conflict_do_update(
        index_elements=keys_of(ToldRow),
        set_={name: insert.excluded[name] for name in _CHANGED},
    )


@lru_cache
def _rows(dialect: str) -> Any:
    parameter = bindparam(_ROWS, type_=Text)
    if dialect == "sqlite":
        return func.json_each(parameter).table_valued("value", name="told_now")
    elements = func.json_array_elements(cast(parameter, JSON))
    return elements.table_valued("value", name="told_now").render_derived()


def _part(dialect: str, number: int) -> Any:
    value = _rows(dialect).c.value
    if dialect == "sqlite":
        return cast(func.json_extract(value, literal_column(f"'$[{number}]'")), Text)
    return cast(value.op("->>")(literal_column(str(number))), Text)
