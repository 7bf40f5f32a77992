"""The declared schema; migrations must yield exactly this (tests/storage/test_migrations.py)."""

from storage.tables.base import (
    SHARED,
    Base,
    in_scope,
    loaded_workspace,
    scope_values,
    stored_workspace,
)
from storage.tables.chat import UNANSWERED, RequestRow, ThreadRow
from storage.tables.digest import (
    UNFINISHED,
    AdminNoteRow,
    ChannelRow,
    DeliveryRow,
    ExplanationRow,
    FeedbackRow,
    RulesRow,
    ToldRow,
)
from storage.tables.news import (
    EntryRow,
    FeedAdditionsRow,
    FeedRow,
    PageRow,
    RevisionRow,
    StoryEntryRow,
    StoryRow,
)
from storage.tables.operation import BucketRow, InstallationRow, MetaRow, OAuthStateRow, UsageRow
from storage.tables.partial import partial_on_postgresql

partial_on_postgresql(Base.metadata)

__all__ = [
    "SHARED",
    "UNANSWERED",
    "UNFINISHED",
    "AdminNoteRow",
    "Base",
    "BucketRow",
    "ChannelRow",
    "DeliveryRow",
    "EntryRow",
    "ExplanationRow",
    "FeedAdditionsRow",
    "FeedRow",
    "FeedbackRow",
    "InstallationRow",
    "MetaRow",
    "OAuthStateRow",
    "PageRow",
    "RequestRow",
    "RevisionRow",
    "RulesRow",
    "StoryEntryRow",
    "StoryRow",
    "ThreadRow",
    "ToldRow",
    "UsageRow",
    "in_scope",
    "loaded_workspace",
    "scope_values",
    "stored_workspace",
]
