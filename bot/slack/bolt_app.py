"""
Bolt's app with its ends rounded off: whatever comes in, Slack gets an answer, and the log a sentence.

Bolt reads a payload in many places and lets their exceptions out as a 500 with a traceback; what nobody
listens for it answers 404 and logs. Both are ours to answer, in HTTP and in Socket Mode alike.
Imported when a connection is made, not before: see `bot/slack/connection.py`.
"""

from __future__ import annotations

from time import time
from typing import Any, Final

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.errors import PlainwireError
from bot.logs import get_logger

NOT_INSTALLED: Final = (
    "Plainwire is not installed in this workspace any more. Whoever runs it can install it again."
)
_BAD_REQUEST, _TRY_AGAIN = 400, 503
# Slack waits for choices here; nothing at all would be shown to people as an error.
_ASKS_FOR_OPTIONS: Final = frozenset(
    {"block_suggestion", "dialog_suggestion", "interactive_message_suggestion"}
)
log = get_logger("slack")


class AnsweringApp(AsyncApp):
    """An AsyncApp that never answers 404 or 500."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(
            raise_error_for_unhandled_request=True,
            user_facing_authorize_error_message=NOT_INSTALLED,
            **settings,
        )
        self.error(_answer_error)

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """Answer 400 for what Bolt cannot read, 200 for what nobody listens for."""
        try:
            return await super().async_dispatch(req)
        except Exception as error:  # noqa: BLE001 - Bolt's own error handling trips over the same payload
            return answer_for(error, req.body)


async def _answer_error(error: Exception, body: dict[str, Any]) -> BoltResponse:
    return answer_for(error, body)


def answer_for(error: Exception, body: object = None) -> BoltResponse:
    """Return what Slack gets for an error; nothing of the payload is logged but its kind."""
    if isinstance(error, BoltUnhandledRequestError):
        kind = body.get("type") if isinstance(body, dict) else None
        options = isinstance(kind, str) and kind in _ASKS_FOR_OPTIONS
        log.info("nobody_listens", type=kind[:40] if isinstance(kind, str) else "")
        return BoltResponse(status=200, body={"options": []} if options else "")
    if isinstance(error, PlainwireError):
        # Most likely the database; Slack sends it again.
        log.warning("not_taken_in", kind=type(error).__name__, error=str(error))
        return BoltResponse(status=_TRY_AGAIN, body="")
    log.warning("odd_payload", kind=type(error).__name__)
    return BoltResponse(status=_BAD_REQUEST, body="not a shape that Bolt reads")


class SocketHandler(AsyncSocketModeHandler):
    """Socket Mode's way into the app: what cannot be read is acknowledged, or it would come again."""

    def __init__(self, app: AsyncApp, app_token: str, **settings: Any) -> None:
        super().__init__(app, app_token, **settings)
        self.client.message_listeners.append(_drop_odd_envelope)

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]  # Bolt's own is typed so
        began = time()
        try:
            answer = await run_async_bolt_app(self.app, req)
        except Exception as error:  # noqa: BLE001 - Bolt reads a payload before it dispatches it
            answer = answer_for(error)
        if answer.status == _BAD_REQUEST:
            answer = BoltResponse(status=200, body="")
        await send_async_response(client, req, answer, began)


async def _drop_odd_envelope(
    client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None = None
) -> None:
    """Acknowledge an envelope whose payload is no object; the SDK would raise over it."""
    envelope_id = message.get("envelope_id")
    if isinstance(envelope_id, str) and not isinstance(message.get("payload"), dict):
        message.clear()
        log.warning("odd_payload", kind="envelope")
        await _acknowledge(client, envelope_id)


async def _acknowledge(client: AsyncBaseSocketModeClient, envelope_id: str) -> None:
    await client.send_socket_mode_response(SocketModeResponse(envelope_id=envelope_id))
