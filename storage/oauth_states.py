"""The states of installations that are under way: each is good once, for one browser, for a while."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update

from bot.workspace import InstallAttempt
from storage.statements import sha256_of, table_of
from storage.tables import OAuthStateRow
from storage.transactions import Transactions

# Anybody may ask for one without having to sign in; the table must not fill a disk. Beyond so many the
# oldest go, so that a crowd cannot lock anybody out who comes now.
MAX_OPEN = 10_000
# So long one can still say "used" or "expired" rather than "unknown".
REMEMBERED = timedelta(hours=1)


class OAuthStateRepository:
    """Implements `bot.workspace.InstallAttempts`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    async def begin(self, state: str, browser: str, expires_at: datetime, now: datetime) -> None:
        states = table_of(OAuthStateRow)
        async with self._transactions.write() as session:
            await session.execute(delete(states).where(states.c.expires_at < now - REMEMBERED))
            held = await session.scalar(select(func.count()).select_from(states)) or 0
            if held >= MAX_OPEN:
                oldest = select(states.c.state).order_by(states.c.expires_at, states.c.state)
                over = oldest.limit(held - MAX_OPEN + 1)
                await session.execute(delete(states).where(states.c.state.in_(over)))
            await session.execute(
                insert(states).values(
                    state=sha256_of(state), browser=sha256_of(browser), expires_at=expires_at
                )
            )

    async def finish(self, state: str, browser: str, now: datetime) -> InstallAttempt:
        states = table_of(OAuthStateRow)
        mine = sha256_of(browser)
        # One statement decides, so that of two requests at once only one gets through.
        use = (
            update(states)
            .where(
                states.c.state == sha256_of(state),
                states.c.browser == mine,
                states.c.used_at.is_(None),
                states.c.expires_at > now,
            )
            .values(used_at=now)
            .returning(states.c.state)
        )
        async with self._transactions.write() as session:
            if (await session.execute(use)).first() is not None:
                return InstallAttempt.GOOD
            row = await session.get(OAuthStateRow, sha256_of(state))
            return _why_not(row, mine)


def _why_not(row: OAuthStateRow | None, browser: str) -> InstallAttempt:
    if row is None:
        return InstallAttempt.UNKNOWN
    if not hmac.compare_digest(row.browser, browser):
        return InstallAttempt.FOREIGN
    return InstallAttempt.EXPIRED if row.used_at is None else InstallAttempt.USED
