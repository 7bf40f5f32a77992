"""`POST /slack/events`: events, commands and interactions, all on one path."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from aiohttp import web

from bot.logs import get_logger
from bot.web.body import Malformed, check_body
from bot.web.signing import Signature

MAX_BODY_BYTES: Final = 1024 * 1024
# Slack itself waits three seconds for the answer.
_READ_SECONDS: Final = 10.0
log = get_logger("web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: str = ""
    content_type: str = "text/plain"


class Dispatch(Protocol):
    async def __call__(self, body: str, headers: Mapping[str, str]) -> Reply:
        """
        Let the listeners have a request that is Slack's and well-formed.

        Raises:
            Malformed: It is not well-formed after all.
        """
        ...


class Events:
    """
    Takes Slack's requests. No body is ever logged: it is people's words.

    Redelivered events go through like first ones; that each counts once is the ledger's work.
    """

    def __init__(self, signature: Signature, dispatch: Dispatch) -> None:
        self._signature = signature
        self._dispatch = dispatch

    async def handle(self, request: web.Request) -> web.Response:
        """Answer 401 without Slack's signature, 400 for a malformed body, else as Bolt does."""
        reply = await self._answer(request)
        if reply.status not in {200, 404}:
            log.warning("slack_request_refused", status=reply.status, why=reply.body[:40])
        return web.Response(status=reply.status, text=reply.body, content_type=reply.content_type)

    async def _answer(self, request: web.Request) -> Reply:
        try:
            body = (await _read(request)).decode()
        except TimeoutError:
            return Reply(status=408, body="too slow")
        except UnicodeDecodeError:
            return Reply(status=400, body="not UTF-8")
        if not self._signature.fits(body, request.headers):
            return Reply(status=401, body="not signed by Slack")
        try:
            check_body(body, request.content_type)
            return await self._dispatch(body, dict(request.headers))
        except Malformed as error:
            return Reply(status=400, body=str(error))


async def _read(request: web.Request) -> bytes:
    async with asyncio.timeout(_READ_SECONDS):
        return await request.read()  # more than the server's cap: aiohttp answers 413
