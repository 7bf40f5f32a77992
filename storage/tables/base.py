"""What all tables share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Double, Integer, MetaData, and_
from sqlalchemy.orm import DeclarativeBase

from bot.news.scope import Scope
from storage.columns import PlainText, UtcDateTime

# Every constraint has a name, so that a later migration can speak of it on both databases.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# Stands for "belongs to no workspace" in keys, where NULL would never equal NULL.
SHARED = ""


class Base(DeclarativeBase):
    """Base of all rows. Instants are UTC (`…_at`), local dates are `…_on` or `local_date`."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy declares it so
        str: PlainText(),
        datetime: UtcDateTime(),
        date: Date(),
        float: Double(),
        int: Integer(),
    }


def stored_workspace(workspace_id: str | None) -> str:
    """Return the stored form of a workspace id: "" for what is shared."""
    return SHARED if workspace_id is None else workspace_id


def loaded_workspace(stored: str) -> str | None:
    """Return the workspace id of its stored form: None for what is shared."""
    return None if stored == SHARED else stored


def scope_values(scope: Scope) -> dict[str, str]:
    """Return the columns that say whose a row is."""
    return {"workspace_id": scope.workspace_id, "channel_id": scope.channel_id}


def in_scope(row: Any, scope: Scope) -> ColumnElement[bool]:
    """Return the condition that rows (a class of ours, or its table's columns) are exactly *scope*'s."""
    return and_(row.workspace_id == scope.workspace_id, row.channel_id == scope.channel_id)
