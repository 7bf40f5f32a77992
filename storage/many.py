"""
Rows of many channels by one statement whose text is always the same.

A list of pairs, `(a, b) IN (VALUES …)`, makes SQLite read the whole table, and every length of it is
another statement to compile. A JSON array is one parameter, and both databases join it to an index.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    JSON,
    ColumnElement,
    FromClause,
    Table,
    and_,
    bindparam,
    cast,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.types import Text

from storage.columns import storable

CHANNELS: Final = "channels_wanted"
"""The parameter that holds what `wanted` gave."""


def wanted(channels: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the parameter that names channels, as (workspace id, channel id)."""
    return {CHANNELS: json.dumps([[storable(part) for part in key] for key in channels])}


def theirs(dialect: str, table: Table) -> tuple[FromClause, ColumnElement[bool]]:
    """Return what to select from beside *table*, and the condition that ties the two together."""
    keys = _keys(dialect)
    return keys, and_(
        table.c.workspace_id == _part(dialect, keys, 0),
        table.c.channel_id == _part(dialect, keys, 1),
    )


def _part(dialect: str, keys: Any, number: int) -> ColumnElement[Any]:
    value = keys.c.value
    if dialect == "sqlite":
        # Not ->>, which SQLite has from 3.38 on only.
        return type_coerce(func.json_extract(value, literal_column(f"'$[{number}]'")), Text)
    return type_coerce(value.op("->>")(literal_column(str(number))), Text)


@lru_cache
def _keys(dialect: str) -> Any:
    parameter = bindparam(CHANNELS, type_=Text)
    if dialect == "sqlite":
        return func.json_each(parameter).table_valued("value", name="wanted")
    elements = func.json_array_elements(cast(parameter, JSON))
    return elements.table_valued("value", name="wanted").render_derived()
