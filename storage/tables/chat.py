"""What people asked, and the memory of threads; their words stand here encrypted only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from bot.chat.thread import ThreadMemory
from storage.columns import EncryptedJsonOf
from storage.encoding import MEMORY, SAID, Said
from storage.tables.base import Base
from storage.tables.partial import partial_index

# Written out for the same reason as `UNFINISHED`; a test holds it to `REQUEST_FINAL`.
UNANSWERED = "state NOT IN ('answered', 'expired', 'failed')"


class RequestRow(Base):
    """Something asked of us; unique by its source and by what was said where."""

    __tablename__ = "requests"

    source_key: Mapped[str] = mapped_column(primary_key=True)
    twin_key: Mapped[str]
    kind: Mapped[str]
    workspace_id: Mapped[str]
    channel_id: Mapped[str]
    user_id: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(index=True)
    thread_ts: Mapped[str | None]
    message_ts: Mapped[str | None]
    private: Mapped[bool]
    said: Mapped[Said] = mapped_column(EncryptedJsonOf(SAID))
    state: Mapped[str]
    attempt: Mapped[int]
    answer_ts: Mapped[str | None]
    not_before: Mapped[datetime | None]
    reason: Mapped[str]
    held_until: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "twin_key", unique=True),
        partial_index(
            "ix_requests_unfinished",
            "received_at",
            "source_key",
            where=UNANSWERED,
        ),
        partial_index(
            "ix_requests_answer",
            "workspace_id",
            "channel_id",
            "answer_ts",
            where="answer_ts IS NOT NULL",
        ),
        Index(None, "workspace_id", "channel_id", "message_ts"),
    )


class ThreadRow(Base):
    """The memory of one thread; where it and the columns differ, these are right."""

    __tablename__ = "threads"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    thread_ts: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    memory: Mapped[ThreadMemory] = mapped_column(EncryptedJsonOf(MEMORY))
