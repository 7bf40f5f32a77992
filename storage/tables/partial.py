"""Indexes over some of the rows, on both databases."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, Index, MetaData, event, text

_WHERE: Final = "where"


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Return an index over the rows for which *where* (SQL that both databases read) holds."""
    # Index(postgresql_where=…) would load SQLAlchemy's PostgreSQL half into every process on SQLite.
    return Index(name, *columns, sqlite_where=text(where), info={_WHERE: where})


def partial_on_postgresql(metadata: MetaData) -> None:
    """Let the partial indexes of *metadata* be partial on PostgreSQL too, when they are created there."""

    @event.listens_for(metadata, "before_create")
    def _complete(target: MetaData, connection: Connection, **_: Any) -> None:
        if connection.dialect.name != "postgresql":
            return
        for table in target.tables.values():
            for index in table.indexes:
                if _WHERE in index.info:
                    index.dialect_options["postgresql"]["where"] = text(index.info[_WHERE])
