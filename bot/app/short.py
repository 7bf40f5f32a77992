"""What short commands open, beside a bot that may be running."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.app.newsroom import Newsroom, open_database, open_newsroom
from bot.app.slack_side import SlackSide, open_slack
from bot.clock import SystemClock
from bot.settings import Settings
from storage.database import Database


@asynccontextmanager
async def database_for_one_job(settings: Settings) -> AsyncIterator[Database]:
    """Open the operator's database, and close it."""
    async with await open_database(settings) as database:
        yield database


@asynccontextmanager
async def slack_for_one_job(settings: Settings) -> AsyncIterator[tuple[Newsroom, SlackSide]]:
    """Open the newsroom and Slack, and close both; raises SettingsError or SlackError."""
    async with (
        await open_database(settings) as database,
        open_newsroom(settings, database, SystemClock()) as newsroom,
        open_slack(settings, newsroom) as slack,
    ):
        yield newsroom, slack
