"""Slack as a running bot sees it: the operator's tokens, the workspace behind them, the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app.newsroom import Newsroom
from bot.errors import SettingsError
from bot.settings import Settings
from bot.slack.client import SlackClients
from bot.slack.connection import SocketConnection, check_app_token, identify, make_app
from bot.slack.directory import SlackDirectory
from bot.slack.pacing import Pacer
from bot.slack.poster import MAX_TURN_SECONDS, SlackPoster
from bot.workspace import Installation

# A call to Slack, and a second to be sure, must fit between the end of waiting for a turn and the
# moment when others look for the post.
_POST_MARGIN_SECONDS = 1.0
_BOT_STEP = "Copy the Bot User OAuth Token of your Slack app into .env (README, step 3)."
_APP_STEP = (
    "Make an App-Level Token with the scope connections:write, and copy it into .env (README, "
    "step 3)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSide:
    """Slack, reached with the operator's tokens."""

    clients: SlackClients
    installation: Installation
    directory: SlackDirectory
    poster: SlackPoster


def require_tokens(settings: Settings, *, listens: bool = True) -> None:
    """
    Check that the tokens which a running bot needs are set, before anything is opened.

    Args:
        settings: What the operator set.
        listens: Whether it is connected to Slack's events, which takes the app-level token.

    Raises:
        SettingsError: Names each that is missing, and where it is found.
    """
    steps = {
        "SLACK_BOT_TOKEN": "" if settings.slack_bot_token else _BOT_STEP,
        "SLACK_APP_TOKEN": "" if settings.slack_app_token or not listens else _APP_STEP,
    }
    missing = [name for name, step in steps.items() if step]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise SettingsError(
            f"{' and '.join(missing)} {verb} missing.",
            next_step=" ".join(filter(None, steps.values())),
        )


@asynccontextmanager
async def open_slack(
    settings: Settings, newsroom: Newsroom, pacer: Pacer | None = None
) -> AsyncIterator[SlackSide]:
    """
    Find out who the bot token belongs to, and keep the installation.

    Args:
        settings: What the operator set.
        newsroom: Already open.
        pacer: Shared with other processes; by default one of our own.

    Raises:
        SettingsError: No bot token is set.
        SlackError: Slack does not accept it, or cannot be reached.
    """
    token = settings.slack_bot_token
    if token is None:
        raise SettingsError("SLACK_BOT_TOKEN is missing.", next_step=_BOT_STEP)
    store = newsroom.database.installations
    async with SlackClients(
        store, base_url=settings.slack_api_url, timeout_seconds=settings.slack_timeout_seconds
    ) as clients:
        client = clients.for_token(token.get_secret_value())
        installation = await identify(client, newsroom.clock.now())
        await store.save(installation)
        yield SlackSide(
            clients=clients,
            installation=installation,
            directory=SlackDirectory(clients),
            poster=SlackPoster(clients, pacer or Pacer(), max_turn_seconds=_turn_seconds(settings)),
        )


def _turn_seconds(settings: Settings) -> float:
    left = settings.abandoned_seconds - settings.slack_timeout_seconds - _POST_MARGIN_SECONDS
    return max(0.0, min(MAX_TURN_SECONDS, left))


@asynccontextmanager
async def listening(settings: Settings, slack: SlackSide) -> AsyncIterator[None]:
    """Be connected to Slack's events by Socket Mode; raises SlackError when the token is refused."""
    assert settings.slack_app_token is not None
    from handlers import register

    clients = slack.clients
    await check_app_token(clients.for_token(None), settings.slack_app_token)
    app = make_app(clients)
    register(app)
    socket = SocketConnection(app, clients, settings.slack_app_token)
    await socket.start()
    try:
        yield
    finally:
        await socket.stop()
