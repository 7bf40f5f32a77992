"""What running it leaves behind: installations, model usage, token buckets, small facts."""

from __future__ import annotations

from datetime import datetime

from pydantic import SecretStr
from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from storage.columns import EncryptedText, JsonOf
from storage.encoding import TEXTS
from storage.tables.base import Base


class InstallationRow(Base):
    """Our right to act in a workspace."""

    __tablename__ = "installations"

    workspace_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    bot_id: Mapped[str]
    bot_user_id: Mapped[str]
    bot_token: Mapped[SecretStr] = mapped_column(EncryptedText)
    scopes: Mapped[tuple[str, ...]] = mapped_column(JsonOf(TEXTS))
    installed_by: Mapped[str]
    installed_at: Mapped[datetime | None]


class OAuthStateRow(Base):
    """
    One try to install the app, from the first click to the way back from Slack.

    Both secrets, that of the address and that of the browser's cookie, are kept as SHA-256 only.
    """

    __tablename__ = "oauth_states"

    state: Mapped[str] = mapped_column(primary_key=True)
    browser: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class UsageRow(Base):
    """What one model call used; `workspace_id` is "" for shared work."""

    __tablename__ = "usage"

    # SQLite numbers rows by itself only for the type INTEGER.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    )
    at: Mapped[datetime] = mapped_column(index=True)
    workspace_id: Mapped[str]
    purpose: Mapped[str]
    deployment: Mapped[str]
    model: Mapped[str]
    outcome: Mapped[str]
    latency_seconds: Mapped[float]
    first_token_seconds: Mapped[float | None]
    input_tokens: Mapped[int | None]
    cached_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    reasoning_tokens: Mapped[int | None]
    cost_usd: Mapped[float | None]
    request_id: Mapped[str]


class BucketRow(Base):
    """How many tokens a bucket held at an instant; negative while people wait."""

    __tablename__ = "buckets"

    key: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float]
    updated_at: Mapped[datetime] = mapped_column(index=True)


class MetaRow(Base):
    """A small fact about the database itself, by name."""

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
