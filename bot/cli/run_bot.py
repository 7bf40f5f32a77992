"""`plainwire run`: connect to Slack and post digests at their times."""

from __future__ import annotations

import asyncio
import os

from bot.cli.output import run_async


def run_bot() -> None:
    """Connect to Slack by Socket Mode and post digests when they are due, until stopped."""
    from bot.logs import configure_logs, get_logger
    from bot.settings import load_settings, unknown_settings

    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    for sentence in unknown_settings(os.environ):
        get_logger("settings").warning("unknown_setting", detail=sentence)
    run_async(_run(), serves=True)


async def _run() -> None:
    from contextlib import ExitStack

    from bot.app.bot import open_bot
    from bot.app.newsroom import open_database, open_newsroom
    from bot.clock import SystemClock
    from bot.logs import get_logger
    from bot.settings import load_settings
    from storage.lock import RunnerLock

    settings = load_settings()
    log = get_logger("bot")
    with ExitStack() as stack:
        if settings.sqlite_path is not None:
            stack.enter_context(RunnerLock(settings.sqlite_path))
        async with (
            await open_database(settings) as database,
            open_newsroom(settings, database, SystemClock()) as newsroom,
            open_bot(settings, newsroom) as bot,
            bot.working(),
        ):
            channels = await database.channels.all()
            log.info(
                "bot_ready",
                workspace=bot.slack.installation.name,
                channels_on=sum(channel.preference.on for channel in channels),
                model=settings.azure_deployment or "none (extractive)",
            )
            if not any(channel.preference.on for channel in channels):
                log.info("no_channel_yet", next_step="plainwire channels on '#CHANNEL' --at 09:00")
            await asyncio.Event().wait()
