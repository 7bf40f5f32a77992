"""Events, commands and actions as signed HTTP requests (apps without Socket Mode)."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import aiohttp

from bot.sandbox.app import App
from bot.sandbox.envelope import Ack, Envelope


class NoRetry(Exception):
    """The app answered with an error and `x-slack-no-retry: 1`."""


def sign(secret: str, body: bytes, timestamp: int) -> str:
    """Return Slack's v0 signature of *body* (docs: Verifying requests from Slack)."""
    base = b"v0:%d:%s" % (timestamp, body)
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def body_of(envelope: Envelope) -> tuple[bytes, str]:
    """Return body and content type: JSON for events, a form for everything else."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload).encode(), "application/json"
    fields: dict[str, Any] = envelope.payload
    if envelope.kind == "interactive":
        fields = {"payload": json.dumps(envelope.payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def url_for(app: App, kind: str) -> str:
    """Return where this kind of payload goes."""
    special = {"slash_commands": app.command_url, "interactive": app.interactivity_url}
    return special.get(kind, "") or app.request_url


async def deliver(
    session: aiohttp.ClientSession, app: App, envelope: Envelope, *, now: float, timeout: float
) -> Ack:
    """
    Post one envelope and return the app's acknowledgement.

    With:
        now: UTC epoch seconds, which is what the signature is over.
        timeout: Seconds until Slack gives up on this attempt.

    Raises:
        TimeoutError: No answer in time.
        ConnectionError: Unreachable, or the answer is not 200.
        NoRetry: Not 200, and the app asked for no further deliveries.
    """
    body, content_type = body_of(envelope)
    stamp = int(now)
    headers = {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": sign(app.signing_secret, body, stamp),
    }
    if envelope.kind == "events_api" and envelope.attempts > 1:
        headers["X-Slack-Retry-Num"] = str(envelope.attempts - 1)
        headers["X-Slack-Retry-Reason"] = envelope.last_problem
    return await _post(session, url_for(app, envelope.kind), body, headers, timeout)


async def _post(
    session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str], timeout: float
) -> Ack:
    limit = aiohttp.ClientTimeout(total=timeout)
    try:
        async with session.post(url, data=body, headers=headers, timeout=limit) as answer:
            content = await answer.read()
            if answer.status != 200:  # noqa: PLR2004 - the only status Slack takes as an ack
                if answer.headers.get("x-slack-no-retry") == "1":
                    raise NoRetry
                raise ConnectionError("http_error")
            return Ack(payload=_payload(content, answer.content_type))
    except aiohttp.ClientError as problem:
        raise ConnectionError("connection_failed") from problem


def _payload(content: bytes, content_type: str) -> dict[str, Any]:
    if not content.strip():
        return {}
    if content_type == "application/json":
        try:
            parsed = json.loads(content)
        except ValueError:
            return {}
        return parsed if isinstance(parsed, dict) else {}
    return {"text": content.decode(errors="replace")}


async def verify_url(
    session: aiohttp.ClientSession, app: App, *, now: float, timeout: float
) -> bool:
    """Return whether the request URL answers the `url_verification` challenge, as on saving it."""
    challenge = "sandbox-challenge"
    payload = {
        "token": app.verification_token,
        "challenge": challenge,
        "type": "url_verification",
    }
    envelope = Envelope(kind="events_api", payload=payload, team="", attempts=1)
    try:
        ack = await deliver(session, app, envelope, now=now, timeout=timeout)
    except (ConnectionError, TimeoutError, NoRetry):
        return False
    return challenge in str(ack.payload)  # as JSON, as a form or as plain text: all are allowed
