"""`plainwire run`: connect to Slack and post digests at their times."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer

from bot.cli.output import run_async
from bot.work.role import Role

RoleOption = Annotated[
    Role,
    typer.Option(
        "--role",
        help="With PostgreSQL, what this process does: web hears Slack, worker delivers, explains "
        "and reads feeds, clock says what is due; all does everything.",
    ),
]


def run_bot(role: RoleOption = Role.ALL) -> None:
    """Connect to Slack by Socket Mode and post digests when they are due, until stopped."""
    from bot.logs import configure_logs, get_logger
    from bot.settings import load_settings, unknown_settings

    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    for sentence in unknown_settings(os.environ):
        get_logger("settings").warning("unknown_setting", detail=sentence)
    run_async(_run(role), serves=True)


async def _run(role: Role) -> None:
    from bot.app.runner import running_bot
    from bot.clock import SystemClock
    from bot.logs import get_logger
    from bot.settings import load_settings

    settings = load_settings()
    log = get_logger("bot")
    async with running_bot(settings, role, SystemClock()) as bot:
        channels = await bot.newsroom.database.channels.all()
        log.info(
            "bot_ready",
            role=role.value,
            workspace=bot.slack.installation.name,
            channels_on=sum(channel.preference.on for channel in channels),
            model=settings.azure_deployment or "none (extractive)",
        )
        if not any(channel.preference.on for channel in channels):
            log.info("no_channel_yet", next_step="plainwire channels on '#CHANNEL' --at 09:00")
        await asyncio.Event().wait()
