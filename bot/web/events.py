"""`POST /slack/events`: events, commands and interactions, all on one path."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.logs import get_logger
from bot.token_bucket import Rate
from bot.web.body import Malformed, check_body
from bot.web.callers import Callers
from bot.web.connection import keep_open_for_slack
from bot.web.signing import Signature

MAX_BODY_BYTES: Final = 1024 * 1024
# What one address may send without a signature before it is told to stop.
UNSIGNED: Final = Rate(2.0, 100)
# Slack itself waits three seconds for the answer.
_READ_SECONDS: Final = 5.0
log = get_logger("web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    body: str = ""
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


class Dispatch(Protocol):
    async def __call__(self, body: str, headers: Mapping[str, str]) -> Reply:
        """
        Let the listeners have a request that is Slack's and well-formed.

        Raises:
            Malformed: It is not well-formed after all.
        """
        ...


class _Refused(Exception):
    """The request is answered before its signature could be checked, or because of it."""

    def __init__(self, status: int, why: str) -> None:
        self.reply = Reply(status=status, body=why)


class Events:
    """
    Takes Slack's requests. No body is ever logged: it is people's words.

    A stranger's body is neither inflated nor decoded nor parsed: as many bytes as Slack may send are
    read, and the signature is computed over them. Redelivered events go through like first ones; that
    each counts once is the ledger's work.

    Args:
        signature: Knows Slack's.
        dispatch: Takes what is signed.
        callers: Counts what is not; None: nothing is counted.
        read_seconds: How long a body may take.
    """

    def __init__(
        self,
        signature: Signature,
        dispatch: Dispatch,
        callers: Callers | None = None,
        *,
        read_seconds: float = _READ_SECONDS,
    ) -> None:
        self._signature = signature
        self._dispatch = dispatch
        self._callers = callers
        self._read_seconds = read_seconds

    async def handle(self, request: web.Request) -> web.Response:
        """
        Answer a request of Slack's as Bolt does, and any other with what is wrong with it.

        401 without Slack's signature (429 from an address that keeps sending such), 415 when it is
        compressed, 413 when it is too long, 408 when too slow, 400 when it is signed and malformed.
        """
        try:
            body = await self._signed_body(request)
        except _Refused as refused:
            reply = self._counted(request, refused.reply)
        else:
            keep_open_for_slack(request)
            reply = await self._answer(request, body)
        if reply.status not in {200, 404, 429}:
            log.warning("slack_request_refused", status=reply.status, why=reply.body[:40])
        return web.Response(
            status=reply.status,
            text=reply.body,
            content_type=reply.content_type,
            headers=reply.headers,
        )

    async def _signed_body(self, request: web.Request) -> bytes:
        """Return the body as it came; raises _Refused when it is not Slack's."""
        encoding = request.headers.get("Content-Encoding", "")
        if encoding.strip().lower() not in {"", "identity"}:
            raise _Refused(415, "Slack compresses nothing")
        if (request.content_length or 0) > MAX_BODY_BYTES:
            raise _Refused(413, "too long")
        if not self._signature.may_fit(request.headers):
            raise _Refused(401, "not signed by Slack")
        body = await self._read(request)
        if not self._signature.fits(body, request.headers):
            raise _Refused(401, "not signed by Slack")
        return body

    async def _read(self, request: web.Request) -> bytes:
        try:
            async with asyncio.timeout(self._read_seconds):
                return await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise _Refused(413, "too long") from None
        except TimeoutError:
            raise _Refused(408, "too slow") from None
        except (web.RequestPayloadError, HttpProcessingError, ConnectionError):
            raise _Refused(400, "the body broke off or is no HTTP") from None

    def _counted(self, request: web.Request, reply: Reply) -> Reply:
        wait_seconds = self._callers.wait_seconds(request) if self._callers is not None else 0.0
        if not wait_seconds:
            return reply
        wait = {"Retry-After": str(math.ceil(wait_seconds))}
        return Reply(status=429, body="too many unsigned requests", headers=wait)

    async def _answer(self, request: web.Request, body: bytes) -> Reply:
        try:
            text = body.decode()
            check_body(text, request.content_type)
            return await self._dispatch(text, dict(request.headers))
        except UnicodeDecodeError:
            return Reply(status=400, body="not UTF-8")
        except Malformed as error:
            return Reply(status=400, body=str(error))
