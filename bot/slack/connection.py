"""
The inbound side's connection: Bolt's app, Socket Mode, and who we are.

slack_bolt is imported when a connection is made, not before: commands that only post need none
of its 270 ms.
"""

from __future__ import annotations

import asyncio
import logging
import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.calls import SlackRefused, ask, slack_error
from bot.slack.client import SlackClients
from bot.slack.look import check_message
from bot.slack.outcome import CALL_ERRORS, failure_of
from bot.workspace import Installation

if TYPE_CHECKING:
    from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
    from slack_bolt.async_app import AsyncApp
    from slack_bolt.authorization import AuthorizeResult
    from slack_bolt.middleware.async_middleware import AsyncMiddleware

# Bolt logs whole request bodies at INFO and DEBUG; they are people's words.
LOG_LEVEL: Final = logging.WARNING
PING_INTERVAL_SECONDS: Final = 10.0
_TEAM_ID = re.compile(r"[A-Za-z0-9_]{1,64}")


async def identify(client: AsyncWebClient, now: datetime) -> Installation:
    """
    Ask Slack who the client's token belongs to, and what it may do.

    Raises:
        SlackError: The token is not accepted, is no bot token, or Slack could not be reached.
    """
    try:
        answer = await client.api_call("auth.test")
    except CALL_ERRORS as error:
        raise slack_error(failure_of(error), "auth.test") from error
    data: dict[str, Any] = answer.data if isinstance(answer.data, dict) else {}
    if not data.get("bot_id"):
        raise SlackRefused(
            "The token is not a bot token.",
            code="not_allowed_token_type",
            next_step="Put the Bot User OAuth Token (xoxb-…) in SLACK_BOT_TOKEN.",
        )
    return Installation(
        workspace_id=str(data["team_id"]),
        name=str(data.get("team", "")),
        bot_id=str(data["bot_id"]),
        bot_user_id=str(data["user_id"]),
        bot_token=SecretStr(client.token or ""),
        scopes=_granted(answer.headers),
        installed_at=now,
    )


async def check_app_token(client: AsyncWebClient, app_token: SecretStr) -> None:
    """
    Prove that Socket Mode will connect; Bolt itself would retry a wrong token for ever.

    Raises:
        SlackError: Says what to put in SLACK_APP_TOKEN.
    """
    opener = AsyncWebClient(
        token=app_token.get_secret_value(),
        base_url=client.base_url,
        session=client.session,
        retry_handlers=[],
    )
    opener.proxy = client.proxy
    try:
        await ask(opener, "apps.connections.open")
    except SlackRefused as error:
        raise SlackRefused(
            f"Slack does not accept the app-level token: {error.what}",
            code=error.code,
            next_step="Make one with the scope connections:write under Basic Information and put "
            "it in SLACK_APP_TOKEN.",
        ) from error


def make_app(clients: SlackClients) -> AsyncApp:
    """
    Return a Bolt app that knows every installed workspace and asks Slack nothing per event.

    Listeners are registered by the caller. In Socket Mode no signing secret is needed.
    """
    from bot.slack.bolt_app import AnsweringApp

    async def authorize(
        team_id: object, client: AsyncWebClient, context: dict[str, Any]
    ) -> AuthorizeResult | None:
        # Bolt copies the client for every event and loses what was set after its construction.
        client.proxy = clients.proxy
        client.retry_handlers = []
        is_id = isinstance(team_id, str) and _TEAM_ID.fullmatch(team_id)
        found = await clients.installations.get(str(team_id)) if is_id else None
        # Without a token: revoked, and its settings are kept for a new installation.
        if found is not None and found.bot_token.get_secret_value():
            return _authorized(found)
        # The sentence for strangers goes with the acknowledgement: Bolt would post it to whatever
        # address the payload names, and wait for that.
        context["response_url"] = None
        return None

    logger = _bolt_logger()
    # Bolt finds SLACK_BOT_TOKEN in the environment by itself, and warns that it will not use it.
    logger.setLevel(logging.ERROR)
    app = AnsweringApp(
        # A name of our own saves Bolt a walk over the stack.
        name="plainwire",
        client=clients.for_token(None),
        authorize=authorize,
        logger=logger,
        request_verification_enabled=False,
        # Done by `_own_messages`, which comes after those of Bolt's.
        ignoring_self_events_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    logger.setLevel(LOG_LEVEL)
    app.use(_own_messages(clients))
    return app


def _own_messages(clients: SlackClients) -> AsyncMiddleware:
    """Return what keeps our own events from the listeners, as Bolt's own does, after a look at them."""
    from slack_bolt.middleware.ignoring_self_events.async_ignoring_self_events import (
        AsyncIgnoringSelfEvents,
    )

    checks: set[asyncio.Task[None]] = set()

    class OwnMessages(AsyncIgnoringSelfEvents):
        """Another program with our token may have written a message of ours."""

        async def async_process(self, *, req: Any, resp: Any, next: Any) -> Any:  # noqa: A002 - Bolt's name
            us, event = req.context.authorize_result, req.body.get("event")
            message = _message_in(event)
            if us is not None and message is not None and _is_by(us, message):
                # Not waited for: Slack wants its acknowledgement.
                task = asyncio.create_task(_look_at(clients, us.team_id or "", message))
                checks.add(task)
                task.add_done_callback(checks.discard)
            return await super().async_process(req=req, resp=resp, next=next)

    return OwnMessages(_bolt_logger())


def _is_by(us: AuthorizeResult, event: dict[str, Any]) -> bool:
    return event.get("bot_id") == us.bot_id or event.get("user") == us.bot_user_id


def _message_in(event: Any) -> dict[str, Any] | None:
    """Return the new or changed message that an event tells of, with its channel; else None."""
    if not isinstance(event, dict) or event.get("type") != "message":
        return None
    subtype, channel = event.get("subtype"), event.get("channel")
    found = event.get("message") if subtype == "message_changed" else event
    known = subtype in {None, "bot_message", "thread_broadcast", "message_changed"}
    if not known or not isinstance(found, dict) or not isinstance(channel, str):
        return None
    return {**found, "channel": channel} if isinstance(found.get("ts"), str) else None


async def _look_at(clients: SlackClients, workspace_id: str, event: dict[str, Any]) -> None:
    instances = clients.instances
    if instances is None or instances.is_own_post(event["ts"]):
        return
    try:
        client, installation = await clients.for_workspace(workspace_id)
    except SlackError:
        return  # stopped, or gone
    await check_message(
        instances,
        client,
        installation,
        channel_id=event["channel"],
        ts=event["ts"],
        thread_ts=str(event.get("thread_ts") or ""),
    )


class SocketConnection:
    """
    Socket Mode: the websocket by which Slack's events reach us. Reconnects by itself.

    Must be made inside the running event loop.
    """

    def __init__(self, app: AsyncApp, clients: SlackClients, app_token: SecretStr) -> None:
        self._handler = _socket_handler(app, clients, app_token)

    async def start(self) -> None:
        """Connect; returns when the first connection stands. See `check_app_token`."""
        await self._handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt has no types

    async def stop(self) -> None:
        """Close the connection and everything it holds."""
        await self._handler.close_async()  # type: ignore[no-untyped-call]  # Bolt has no types

    async def is_connected(self) -> bool:
        """Return whether the websocket is open and answers pings."""
        return bool(await self._handler.client.is_connected())


def _socket_handler(
    app: AsyncApp, clients: SlackClients, app_token: SecretStr
) -> AsyncSocketModeHandler:
    from bot.slack.bolt_app import SocketHandler

    handler = SocketHandler(
        app,
        app_token.get_secret_value(),
        logger=_bolt_logger(),
        web_client=clients.for_token(None),
        proxy=clients.proxy,
        ping_interval=PING_INTERVAL_SECONDS,
    )
    # Given None, the constructor takes the proxy from the environment, for loopback too.
    handler.client.proxy = clients.proxy
    first = True

    async def hear(_client: object, message: dict[str, Any], _raw: str | None = None) -> None:
        nonlocal first
        # When it is renewed the old connection counts too: only the first one tells of others.
        if message.get("type") == "hello" and first:
            first = False
            connections = message.get("num_connections")
            if clients.instances is not None and isinstance(connections, int):
                clients.instances.connected(connections)

    handler.client.message_listeners.append(hear)
    return handler


def _authorized(installation: Installation) -> AuthorizeResult:
    from slack_bolt.authorization import AuthorizeResult

    return AuthorizeResult(
        enterprise_id=None,
        team_id=installation.workspace_id,
        team=installation.name,
        bot_id=installation.bot_id,
        bot_user_id=installation.bot_user_id,
        bot_token=installation.bot_token.get_secret_value(),
        bot_scopes=sorted(installation.scopes),
    )


def _bolt_logger() -> logging.Logger:
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(LOG_LEVEL)
    return logger


def _granted(headers: Any) -> frozenset[str]:
    """Return the scopes that Slack names in every answer's X-OAuth-Scopes header."""
    for name, value in headers.items():
        if name.lower() == "x-oauth-scopes":
            return frozenset(scope.strip() for scope in value.split(",") if scope.strip())
    return frozenset()
