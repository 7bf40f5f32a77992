"""Explanations, each made once for everybody who may see its story."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select, tuple_

from bot.explain.explanation import Explanation, ExplanationKey
from storage.columns import storable
from storage.statements import chunks, insert_into
from storage.tables import ExplanationRow, scope_values
from storage.transactions import Transactions

_NO_MODEL = "extractive"
_KEY = (
    "story_id",
    "revision",
    "form",
    "level",
    "language",
    "prompt_version",
    "workspace_id",
)
_COLUMNS = tuple(getattr(ExplanationRow, name) for name in (*_KEY, "channel_id"))


class ExplanationRepository:
    """Implements `bot.explain.ports.ExplanationStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def get(self, key: ExplanationKey) -> Explanation | None:
        return (await self.get_many([key])).get(key)

    async def get_many(self, keys: Sequence[ExplanationKey]) -> dict[ExplanationKey, Explanation]:
        """Return what is there of *keys*, by one SELECT."""
        columns = tuple_(*_COLUMNS)
        found: dict[ExplanationKey, Explanation] = {}
        async with self._transactions.read() as session:
            asked = {_stored(key): key for key in keys}
            # Eight parameters per key: 8,000 stay below every limit.
            for some in chunks(list(asked), 1_000):
                # The ids besides: SQLite uses no index for a list of tuples.
                ids = {values[0] for values in some}
                wanted = select(*_COLUMNS, ExplanationRow.explanation).where(
                    ExplanationRow.story_id.in_(ids), columns.in_(some)
                )
                for *values, explanation in await session.execute(wanted):
                    # The columns are right: a channel's id may have changed since it was written.
                    key = asked[tuple(values)]
                    found[key] = replace(explanation, key=key)
        return found

    async def save(self, explanation: Explanation) -> None:
        values = {
            **_key_values(explanation.key),
            "written_by": explanation.written_by,
            "written_at": explanation.written_at,
            "explanation": explanation,
        }
        async with self._transactions.write() as session:
            insert = insert_into(session, ExplanationRow)
            better = or_(
                ExplanationRow.written_by == _NO_MODEL, insert.excluded.written_by != _NO_MODEL
            )
            changed = {name: insert.excluded[name] for name in values if name not in _KEY}
            statement = insert.on_conflict_do_update(
                index_elements=_KEY, set_=changed, where=better
            )
            await session.execute(statement, values)


def _key_values(key: ExplanationKey) -> dict[str, Any]:
    """Return the key's columns in the order of `_COLUMNS`."""
    return {
        "story_id": key.story_id,
        "revision": key.revision,
        "form": key.form.value,
        "level": key.level.value,
        "language": key.language,
        "prompt_version": key.prompt_version,
        **scope_values(key.scope),
    }


def _stored(key: ExplanationKey) -> tuple[Any, ...]:
    """Return the key's columns as the database gives them back."""
    values = _key_values(key).values()
    return tuple(storable(value) if isinstance(value, str) else value for value in values)
