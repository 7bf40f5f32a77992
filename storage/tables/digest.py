"""What it means, and who gets what, when: explanations, channels with feedback, the delivery ledger."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.digest.feedback_record import Effect
from bot.digest.preference import Preference
from bot.digest.rules import WorkspaceRules
from bot.explain.explanation import Explanation
from storage.columns import JsonOf
from storage.encoding import EFFECT, EXPLANATION, PREFERENCE, RULES, TOLD_STORIES
from storage.tables.base import Base
from storage.tables.partial import partial_index

# Written out, not bound: a partial index serves only queries that repeat its condition literally.
# A test holds it to `bot.digest.delivery.FINAL`.
UNFINISHED = "state NOT IN ('dead', 'sent', 'skipped')"


class ExplanationRow(Base):
    """A story made plain; unique by everything in `ExplanationKey`."""

    __tablename__ = "explanations"

    story_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    form: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    prompt_version: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    written_by: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(index=True)
    explanation: Mapped[Explanation] = mapped_column(JsonOf(EXPLANATION))
    # Not of the primary key, which the release before this one names: a story has one scope.
    channel_id: Mapped[str] = mapped_column(server_default=text("''"))


class ChannelRow(Base):
    """A conversation with its preference; the one that is due next is found by an index alone."""

    __tablename__ = "channels"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    preference: Mapped[Preference] = mapped_column(JsonOf(PREFERENCE))
    set_up_by: Mapped[str]
    next_due_at: Mapped[datetime | None]
    switched_on_at: Mapped[datetime | None]
    # With defaults of the server, so that a release that does not know them can still insert.
    greeted: Mapped[bool] = mapped_column(server_default=false())
    is_dm: Mapped[bool] = mapped_column(server_default=false())
    state_reason: Mapped[str] = mapped_column(server_default=text("''"))
    post_to_general_confirmed: Mapped[bool] = mapped_column(server_default=false())
    version: Mapped[int] = mapped_column(server_default="0")
    is_set_up: Mapped[bool] = mapped_column(server_default=false())
    zone_told: Mapped[str] = mapped_column(server_default=text("''"))

    __table_args__ = (Index(None, "next_due_at", "workspace_id", "channel_id"),)


class DeliveryRow(Base):
    """One digest for one channel and local date; its state changes by compare-and-set only."""

    __tablename__ = "deliveries"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True)
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime]
    not_before: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    stories: Mapped[tuple[tuple[str, int], ...]] = mapped_column(JsonOf(TOLD_STORIES), default=())
    message: Mapped[str | None]
    ts: Mapped[str | None]
    reason: Mapped[str] = mapped_column(default="")

    __table_args__ = (
        partial_index(
            "ix_deliveries_unfinished",
            "due_at",
            "workspace_id",
            "channel_id",
            "local_date",
            where=UNFINISHED,
        ),
        Index(None, "local_date"),
        partial_index(
            "ix_deliveries_ts",
            "workspace_id",
            "channel_id",
            "ts",
            where="ts IS NOT NULL",
        ),
    )


class ToldRow(Base):
    """A story that a channel was told; remembered longer than the story itself."""

    __tablename__ = "told"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(primary_key=True)
    local_date: Mapped[date] = mapped_column(primary_key=True, index=True)
    story_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    headline: Mapped[str]
    ts: Mapped[str | None]
    # What the story was a copy of when it was told, else ""; the story may go before this.
    copy_of: Mapped[str] = mapped_column(server_default=text("''"), default="")


class FeedbackRow(Base):
    """One click on a story or an answer, with what it changed."""

    __tablename__ = "feedback"

    id: Mapped[str] = mapped_column(primary_key=True)
    workspace_id: Mapped[str]
    channel_id: Mapped[str]
    user_id: Mapped[str]
    kind: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)
    message_ts: Mapped[str | None]
    story_id: Mapped[str | None]
    outlet: Mapped[str]
    request_key: Mapped[str]
    before: Mapped[Preference | None] = mapped_column(JsonOf(PREFERENCE))
    effect: Mapped[Effect] = mapped_column(JsonOf(EFFECT))
    undone_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "workspace_id", "channel_id", "at"),)


class RulesRow(Base):
    """What the admins of a workspace decided."""

    __tablename__ = "workspace_rules"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    rules: Mapped[WorkspaceRules] = mapped_column(JsonOf(RULES))


class AdminNoteRow(Base):
    """
    A message that the admins of a workspace get once.

    The row without a person says that it is owed; each other one that this person got it, or may
    have: it is written before the message is sent.
    """

    __tablename__ = "admin_notes"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
