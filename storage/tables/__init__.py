"""The declared schema; migrations must yield exactly this (tests/storage/test_migrations.py)."""

from storage.tables.base import SHARED, Base, loaded_workspace, stored_workspace
from storage.tables.digest import (
    UNFINISHED,
    ChannelRow,
    DeliveryRow,
    ExplanationRow,
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
from storage.tables.operation import InstallationRow, MetaRow, UsageRow

__all__ = [
    "SHARED",
    "UNFINISHED",
    "Base",
    "ChannelRow",
    "DeliveryRow",
    "EntryRow",
    "ExplanationRow",
    "FeedRow",
    "InstallationRow",
    "MetaRow",
    "PageRow",
    "RevisionRow",
    "StoryEntryRow",
    "StoryRow",
    "ToldRow",
    "UsageRow",
    "loaded_workspace",
    "stored_workspace",
]
