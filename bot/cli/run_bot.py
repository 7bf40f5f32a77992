"""`plainwire run`: connect to Slack and post digests at their times."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.output import run_async
from bot.work.role import Role

if TYPE_CHECKING:
    from bot.app.slack_side import SlackSide

RoleOption = Annotated[
    Role,
    typer.Option(
        "--role",
        help="With PostgreSQL, what this process does: web hears Slack, worker delivers, explains "
        "and reads feeds, clock says what is due; all does everything.",
    ),
]


TakeOverOption = Annotated[
    bool,
    typer.Option(
        "--take-over",
        help="Go on instead of another Plainwire that posts with the same token from a database "
        "of its own; that one stops.",
    ),
]


def run_bot(role: RoleOption = Role.ALL, take_over: TakeOverOption = False) -> None:
    """Connect to Slack (Socket Mode; HTTP with PLAINWIRE_PUBLIC_URL) and post digests, until stopped."""
    from bot.logs import configure_logs, get_logger
    from bot.settings import load_settings, unknown_settings

    settings = load_settings()
    configure_logs(settings.log_level, settings.log_format)
    for sentence in unknown_settings(os.environ):
        get_logger("settings").warning("unknown_setting", detail=sentence)
    run_async(_run(role, take_over=take_over), serves=True)


async def _run(role: Role, *, take_over: bool) -> None:
    from bot.app.runner import running_bot
    from bot.clock import SystemClock
    from bot.logs import get_logger
    from bot.settings import load_settings

    settings = load_settings()
    log = get_logger("bot")
    async with running_bot(settings, role, SystemClock(), take_over=take_over) as bot:
        channels = await bot.newsroom.database.channels.all()
        log.info(
            "bot_ready",
            role=role.value,
            workspace=_workspaces(bot.slack),
            channels_on=sum(channel.preference.on for channel in channels),
            model=settings.azure_deployment or "none (extractive)",
        )
        if not any(channel.preference.on for channel in channels):
            log.info("no_channel_yet", next_step="plainwire channels on '#CHANNEL' --at 09:00")
        await bot.ended()


def _workspaces(slack: SlackSide) -> str:
    """Name the operator's own workspace, or say in how many Plainwire is installed."""
    if slack.own is not None:
        return slack.own.name
    return f"{len(slack.installed)} installed"
