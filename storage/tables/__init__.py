"""The declared schema; migrations must yield exactly this (tests/storage/test_migrations.py)."""

from storage.tables.base import SHARED, Base, loaded_workspace, stored_workspace
from storage.tables.chat import UNANSWERED, RequestRow, ThreadRow
from storage.tables.digest import (
    UNFINISHED,
    ChannelRow,
    DeliveryRow,
    ExplanationRow,
    FeedbackRow,
    RulesRow,
    ToldRow,
)
from storage.tables.news import (
    EntryRow,
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
    "Base",
    "BucketRow",
    "ChannelRow",
    "DeliveryRow",
    "EntryRow",
    "ExplanationRow",
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
    "loaded_workspace",
    "stored_workspace",
]
