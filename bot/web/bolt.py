"""Handing a verified request to Bolt, and its answer back to the server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.web.body import Malformed
from bot.web.events import Reply

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp


class BoltDispatch:
    """Implements `bot.web.events.Dispatch`; the app's own signature check should be off."""

    def __init__(self, app: AsyncApp) -> None:
        self._app = app

    async def __call__(self, body: str, headers: Mapping[str, str]) -> Reply:
        from slack_bolt.request.async_request import AsyncBoltRequest

        try:
            request = AsyncBoltRequest(body=body, headers=dict(headers))
        except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
            # A shape that Slack does not send today and `check_body` does not know. What Bolt trips
            # over later is answered by `bot.slack.bolt_app`.
            raise Malformed("not a shape that Bolt reads") from error
        answer = await self._app.async_dispatch(request)
        kinds = answer.headers.get("content-type", [])
        return Reply(
            status=answer.status,
            body=answer.body or "",
            content_type=kinds[0].partition(";")[0] if kinds else "text/plain",
        )
