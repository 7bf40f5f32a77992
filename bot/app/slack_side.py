"""Slack as a running bot sees it: the operator's tokens, the workspace behind them, the connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from bot.app.instance import announce_claim, read_instances
from bot.app.newsroom import Newsroom
from bot.errors import SettingsError, UsageError
from bot.render.command_names import CommandNames
from bot.settings import Settings
from bot.slack.client import SlackClients
from bot.slack.connection import SocketConnection, check_app_token, identify, make_app
from bot.slack.directory import SlackDirectory
from bot.slack.pacing import Pacer
from bot.slack.poster import MAX_TURN_SECONDS, SlackPoster
from bot.workspace import Installation

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from handlers.edge import Edge

# A call to Slack, and a second to be sure, must fit between the end of waiting for a turn and the
# moment when others look for the post.
_POST_MARGIN_SECONDS = 1.0
_BOT_STEP = "Copy the Bot User OAuth Token of your Slack app into .env (README, step 3)."
_SIGNING_STEP = (
    "In HTTP mode requests are verified: copy the Signing Secret of your Slack app (Basic "
    "Information) into .env (docs/many-workspaces.md)."
)
# Imported in a thread, half a second in which work that was left unfinished goes on.
_LISTENERS = ("slack_bolt.async_app", "slack_bolt.adapter.socket_mode.aiohttp", "handlers")
_APP_STEP = (
    "Make an App-Level Token with the scope connections:write, and copy it into .env (README, "
    "step 3)."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSide:
    """
    Slack, reached with the operator's token or with those that workspaces gave by installing.

    Attributes:
        own: The workspace of the operator's token; None when there is no such token.
        pacer: Shared by everything that calls Slack.
        names: How our commands are called in this app.
        installed: The workspaces with a usable token when it was opened, the operator's included.
        many: Workspaces install the app by themselves.
    """

    clients: SlackClients
    own: Installation | None
    installed: tuple[Installation, ...] = ()
    many: bool = False
    directory: SlackDirectory
    poster: SlackPoster
    pacer: Pacer
    names: CommandNames = field(default_factory=CommandNames)

    @property
    def installation(self) -> Installation:
        """
        The workspace that a command means when it names none: ours, or the only one.

        Raises:
            UsageError: There is none, or there are several.
        """
        if self.own is not None:
            return self.own
        if len(self.installed) == 1:
            return self.installed[0]
        if not self.installed:
            raise UsageError(
                "Plainwire is not installed in any workspace yet.",
                next_step="Open /slack/install of the running bot in a browser.",
            )
        raise UsageError(
            f"Plainwire is installed in {len(self.installed)} workspaces, and this command works "
            "with one.",
            next_step="Type /digest in the channel itself, or set SLACK_BOT_TOKEN for this command "
            "to the token of the workspace that you mean.",
        )


def require_tokens(settings: Settings, *, listens: bool = True) -> None:
    """
    Check that the tokens which a running bot needs are set, before anything is opened.

    Args:
        settings: What the operator set.
        listens: Whether it is connected to Slack's events, which takes the app-level token.

    Raises:
        SettingsError: Names each that is missing, and where it is found.
    """
    by_oauth = settings.has_oauth
    steps = {
        "SLACK_BOT_TOKEN": "" if settings.slack_bot_token or by_oauth else _BOT_STEP,
        "SLACK_APP_TOKEN": "" if settings.slack_app_token or settings.is_http else _APP_STEP,
        "SLACK_SIGNING_SECRET": ""
        if settings.slack_signing_secret or not settings.is_http
        else _SIGNING_STEP,
    }
    if not listens:
        del steps["SLACK_APP_TOKEN"], steps["SLACK_SIGNING_SECRET"]
    missing = [name for name, step in steps.items() if step]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise SettingsError(
            f"{' and '.join(missing)} {verb} missing.",
            next_step=" ".join(filter(None, steps.values())),
        )


@asynccontextmanager
async def open_slack(
    settings: Settings,
    newsroom: Newsroom,
    pacer: Pacer | None = None,
    *,
    keep: bool = True,
    take_over: bool = False,
) -> AsyncIterator[SlackSide]:
    """
    Reach Slack: with the operator's token, whose workspace is asked for and kept, or by OAuth.

    Args:
        settings: What the operator set.
        newsroom: Already open.
        pacer: Shared with other processes; by default one of our own.
        keep: Store who the token belongs to; False where the database cannot be written.
        take_over: Claim to be the instance that posts, whichever other one there is.

    Raises:
        SettingsError: No bot token is set.
        SlackError: Slack does not accept it, or cannot be reached.
    """
    if settings.slack_bot_token is None and not settings.has_oauth:
        raise SettingsError("SLACK_BOT_TOKEN is missing.", next_step=_BOT_STEP)
    store = newsroom.database.installations
    async with SlackClients(
        store, base_url=settings.slack_api_url, timeout_seconds=settings.slack_timeout_seconds
    ) as clients:
        own = await _own(settings, clients, newsroom.clock.now())
        if own is not None and keep:
            await store.save(own)
        if keep:
            clients.instances = await read_instances(
                settings, newsroom.database, take_over=take_over
            )
        shared = pacer or Pacer()
        side = SlackSide(
            clients=clients,
            own=own,
            many=settings.has_oauth,
            installed=tuple(one for one in await store.all() if one.bot_token.get_secret_value()),
            directory=SlackDirectory(clients),
            poster=SlackPoster(clients, shared, max_turn_seconds=_turn_seconds(settings)),
            pacer=shared,
            names=CommandNames(settings.command_prefix),
        )
        claim = asyncio.create_task(announce_claim(side, newsroom.database)) if take_over else None
        try:
            yield side
        finally:
            if claim is not None:
                claim.cancel()
                await asyncio.gather(claim, return_exceptions=True)


async def _own(settings: Settings, clients: SlackClients, now: datetime) -> Installation | None:
    """Find out who the operator's token belongs to, if there is one."""
    if settings.slack_bot_token is None:
        return None
    client = clients.for_token(settings.slack_bot_token.get_secret_value())
    return await identify(client, now)


def _turn_seconds(settings: Settings) -> float:
    left = settings.abandoned_seconds - settings.slack_timeout_seconds - _POST_MARGIN_SECONDS
    return max(0.0, min(MAX_TURN_SECONDS, left))


@asynccontextmanager
async def listening(settings: Settings, slack: SlackSide, edge: Edge) -> AsyncIterator[AsyncApp]:
    """
    Make what takes Slack's events to their listeners; in Socket Mode, connected already.

    Raises:
        SlackError: The app-level token is refused.
    """
    for name in _LISTENERS:
        await asyncio.to_thread(import_module, name)
    from handlers import register

    app = make_app(slack.clients)
    register(app, edge)
    if settings.is_http:
        yield app
        return
    async with _connected(settings, slack.clients, app):
        yield app


@asynccontextmanager
async def _connected(
    settings: Settings, clients: SlackClients, app: AsyncApp
) -> AsyncIterator[None]:
    assert settings.slack_app_token is not None
    await check_app_token(clients.for_token(None), settings.slack_app_token)
    socket = SocketConnection(app, clients, settings.slack_app_token)
    try:
        await socket.start()
        yield
    finally:
        await socket.stop()
