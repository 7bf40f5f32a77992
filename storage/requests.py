"""The ledger of requests: recorded before they are acted on, changed by compare-and-set only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import SecretStr
from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Interval,
    bindparam,
    delete,
    func,
    null,
    select,
    text,
    update,
)

from bot.chat.request import REQUEST_FINAL, Request, RequestKind, RequestState
from storage.encoding import Said
from storage.statements import insert_into, table_of
from storage.tables import UNANSWERED, RequestRow
from storage.transactions import Transactions

_REQUESTS = table_of(RequestRow).c
_FINAL = sorted(REQUEST_FINAL)
_DELETED = "the message was deleted"
_CHANGED = (
    "thread_ts",
    "message_ts",
    "private",
    "said",
    "state",
    "attempt",
    "answer_ts",
    "not_before",
    "reason",
)
# Runs several times per answer; building a statement takes longer than running it.
_CHANGE = (
    update(table_of(RequestRow))
    .where(
        _REQUESTS.source_key == bindparam("of_source_key"),
        _REQUESTS.state == bindparam("seen_state"),
        _REQUESTS.attempt == bindparam("seen_attempt"),
    )
    .values({name: bindparam(f"new_{name}") for name in _CHANGED})
)
# By the server's clock: those of the machines may differ.
_HOLD = (
    update(table_of(RequestRow))
    .where(_REQUESTS.source_key.in_(bindparam("keys", expanding=True)))
    .values(held_until=func.clock_timestamp() + bindparam("for_so_long", type_=Interval()))
)


class RequestRepository:
    """Implements `bot.chat.ports.RequestStore`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions
        on_server = transactions.dialect == "postgresql"
        self._is_held: ColumnElement[Any] = (
            _REQUESTS.held_until > func.clock_timestamp() if on_server else null()
        )

    async def record(self, request: Request) -> bool:
        async with self._transactions.write() as session:
            # No conflict target: either unique key may be the one that is there already.
            insert = insert_into(session, RequestRow).on_conflict_do_nothing()
            done = await session.execute(insert.returning(RequestRow.source_key), _values(request))
            return done.first() is not None

    async def get(self, source_key: str) -> Request | None:
        async with self._transactions.read() as session:
            row = await session.get(RequestRow, source_key)
        return None if row is None else _request_of(row)

    async def change(self, old: Request, new: Request) -> bool:
        """
        Change a request as the port says.

        Raises:
            ValueError: *new* is another request, or its attempt is not the next one.
        """
        if new.source_key != old.source_key or new.attempt != old.attempt + 1:
            raise ValueError(
                f"{new.source_key} attempt {new.attempt} does not follow {old.attempt}"
            )
        values = _values(new)
        written = {f"new_{name}": values[name] for name in _CHANGED}
        seen = {
            "of_source_key": old.source_key,
            "seen_state": old.state.value,
            "seen_attempt": old.attempt,
        }
        async with self._transactions.write() as session:
            done = await session.execute(_CHANGE, {**seen, **written})
            return cast("CursorResult[Any]", done).rowcount == 1

    async def unfinished(self, limit: int = 500) -> list[Request]:
        wanted = (
            select(RequestRow, self._is_held.label("is_held"))
            .where(text(UNANSWERED))
            .order_by(RequestRow.received_at, RequestRow.source_key)
            .limit(limit)
        )
        async with self._transactions.read() as session:
            rows = await session.execute(wanted)
            return [replace(_request_of(row), held=is_held) for row, is_held in rows]

    async def hold(self, source_keys: Collection[str], seconds: float) -> None:
        # An SQLite file has one process, which nobody need tell.
        if self._transactions.dialect == "postgresql" and source_keys:
            async with self._transactions.write() as session:
                held = {"keys": sorted(source_keys), "for_so_long": timedelta(seconds=seconds)}
                await session.execute(_HOLD, held)

    async def by_answer(self, workspace_id: str, channel_id: str, answer_ts: str) -> Request | None:
        """Return the request that a message answers; the newest, should there be several."""
        wanted = (
            select(RequestRow)
            .where(
                RequestRow.workspace_id == workspace_id,
                RequestRow.channel_id == channel_id,
                RequestRow.answer_ts == answer_ts,
            )
            .order_by(RequestRow.received_at.desc())
            .limit(1)
        )
        async with self._transactions.read() as session:
            row = await session.scalar(wanted)
        return None if row is None else _request_of(row)

    async def erase_texts(self, before: datetime) -> int:
        return await self._delete(RequestRow.received_at < before)

    async def erase_message(self, workspace_id: str, channel_id: str, ts: str) -> int:
        about = (
            RequestRow.workspace_id == workspace_id,
            RequestRow.channel_id == channel_id,
            RequestRow.message_ts == ts,
        )
        expired = {"state": RequestState.EXPIRED.value, "reason": _DELETED}
        async with self._transactions.write() as session:
            await session.execute(
                update(RequestRow)
                .where(*about, RequestRow.state.not_in(_FINAL))
                .values(**expired, attempt=RequestRow.attempt + 1)
            )
            done = await session.execute(update(RequestRow).where(*about).values(said=Said()))
            return cast("CursorResult[Any]", done).rowcount

    async def forget_person(self, workspace_id: str, user_id: str) -> int:
        return await self._delete(
            RequestRow.workspace_id == workspace_id, RequestRow.user_id == user_id
        )

    async def _delete(self, *which: Any) -> int:
        async with self._transactions.write() as session:
            done = await session.execute(delete(table_of(RequestRow)).where(*which))
            return cast("CursorResult[Any]", done).rowcount


def _values(request: Request) -> dict[str, Any]:
    url = request.response_url
    return {
        "source_key": request.source_key,
        "twin_key": request.twin_key,
        "kind": request.kind.value,
        "workspace_id": request.workspace_id,
        "channel_id": request.channel_id,
        "user_id": request.user_id,
        "received_at": request.received_at,
        "thread_ts": request.thread_ts,
        "message_ts": request.message_ts,
        "private": request.private,
        "said": Said(
            text=request.text,
            response_url=None if url is None else url.get_secret_value(),
            details=dict(request.details),
        ),
        "state": request.state.value,
        "attempt": request.attempt,
        "answer_ts": request.answer_ts,
        "not_before": request.not_before,
        "reason": request.reason,
    }


def _request_of(row: RequestRow) -> Request:
    said = row.said
    return Request(
        source_key=row.source_key,
        twin_key=row.twin_key,
        kind=RequestKind(row.kind),
        workspace_id=row.workspace_id,
        channel_id=row.channel_id,
        user_id=row.user_id,
        text=said.text,
        received_at=row.received_at,
        thread_ts=row.thread_ts,
        message_ts=row.message_ts,
        private=row.private,
        response_url=None if said.response_url is None else SecretStr(said.response_url),
        details=said.details,
        state=RequestState(row.state),
        attempt=row.attempt,
        answer_ts=row.answer_ts,
        not_before=row.not_before,
        reason=row.reason,
    )
