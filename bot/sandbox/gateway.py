"""`/api/<method>`: token, scopes, limits, faults and the log around every method."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.sandbox import methods
from bot.sandbox.arguments import Arguments, read_arguments
from bot.sandbox.calls import LoggedCall
from bot.sandbox.faults import Fault
from bot.sandbox.hub import Hub
from bot.sandbox.refusal import RateLimited, Refusal
from bot.sandbox.registry import METHODS, Call, Method
from bot.sandbox.state import Workspace

_RESTRICTED = {"conversations.history", "conversations.replies"}
_FAMILIES = methods.__all__  # importing the package fills METHODS


@dataclass(slots=True)
class _Trip:
    """One call on its way through the gateway."""

    name: str
    arrived: float
    args: Arguments = field(default_factory=lambda: Arguments({}))
    team: str = ""
    happened: bool = False
    outcome: str = ""
    response: web.Response | None = None

    def logged(self, seconds: float) -> LoggedCall:
        return LoggedCall(
            at=self.arrived,
            seconds=seconds,
            method=self.name,
            team=self.team,
            arguments=self.args.values,
            outcome=self.outcome,
            happened=self.happened,
        )


@dataclass(slots=True)
class Gateway:
    """The HTTP edge of the Web API."""

    hub: Hub

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one API call as Slack would, faults included, and log it."""
        trip = _Trip(name=request.match_info["method"], arrived=self.hub.clock())
        started = time.perf_counter()
        try:
            await self._run(trip, request)
        except RateLimited as refusal:
            trip.response, trip.outcome = _too_many(refusal), refusal.code
        except _Spoilt as spoilt:
            trip.response, trip.outcome = spoilt.response, f"fault:{spoilt.kind}"
        except Refusal as refusal:
            trip.response, trip.outcome = _answer(refusal.body(), {}), refusal.code
        self.hub.calls.add(trip.logged(time.perf_counter() - started))
        return _cut(request) if trip.response is None else trip.response

    async def _run(self, trip: _Trip, request: web.Request) -> None:
        token, trip.args = await read_arguments(request)
        fault = self._fault(trip.name, trip.args)
        await self._before(fault)
        known = _known_method(trip.name)
        workspace = self._authorise(known, token)
        trip.team = workspace.id
        self._limit(known, workspace, trip.args)
        answer = await known.handler(Call(self.hub, workspace, trip.args, trip.name))
        trip.happened = True
        trip.outcome = "ok"
        trip.response = _answer({"ok": True, **answer}, self._scope_headers(known, workspace))
        if fault is not None:
            await _spoil_answer(fault)

    # ---- who is asking ------------------------------------------------------------------------

    def _authorise(self, known: Method, token: str) -> Workspace:
        if known.credential == "none":
            return self.hub.first
        if not token:
            raise Refusal("not_authed")
        if known.credential == "app":
            return self._authorise_app(known, token)
        team = self.hub.tokens.get(token)
        if team is None:
            wrong_kind = token == self.hub.app.app_token
            raise Refusal("not_allowed_token_type" if wrong_kind else "invalid_auth")
        if not team or not self.hub.workspaces[team].installed:
            raise Refusal("token_revoked" if not team else "account_inactive")
        workspace = self.hub.workspaces[team]
        _need_any(known, workspace.scopes)
        return workspace

    def _authorise_app(self, known: Method, token: str) -> Workspace:
        if token in self.hub.tokens:
            raise Refusal("not_allowed_token_type")
        if token != self.hub.app.app_token:
            raise Refusal("invalid_auth")
        _need_any(known, self.hub.app.app_token_scopes)
        return self.hub.first

    def _scope_headers(self, known: Method, workspace: Workspace) -> dict[str, str]:
        if known.credential != "bot" or not self.hub.app.names_scopes:
            return {}
        return {
            "x-oauth-scopes": ",".join(sorted(workspace.scopes)),
            "x-accepted-oauth-scopes": ",".join(known.scopes),
        }

    def _limit(self, known: Method, workspace: Workspace, args: Arguments) -> None:
        channel = str(args.values.get("channel", ""))
        now = time.monotonic()
        restricted = self.hub.app.unlisted and known.name in _RESTRICTED
        tier = 1 if restricted else known.tier
        self.hub.limits.check(known.name, tier, workspace.id, channel, now)

    # ---- faults -------------------------------------------------------------------------------

    def _fault(self, name: str, args: Arguments) -> Fault | None:
        if not self.hub.faults.switches:
            return None
        channel = str(args.values.get("channel", ""))
        return self.hub.faults.for_call(name, channel, json.dumps(args.values, default=str))

    async def _before(self, fault: Fault | None) -> None:
        match fault.kind if fault else "":
            case "429":
                assert fault is not None
                raise RateLimited(fault.retry_after)
            case "500":
                raise _Spoilt("500", _server_error())
            case "drop_before":
                raise _Spoilt("drop_before", None)
            case "error":
                assert fault is not None
                raise Refusal(fault.error)
            case "slow":
                assert fault is not None
                await asyncio.sleep(fault.seconds)
            case "disconnect":
                self.hub.delivery.sockets.cut()


async def _spoil_answer(fault: Fault) -> None:
    """Do to the answer what the fault says, after the method took effect."""
    match fault.kind:
        case "accept_then_drop":
            raise _Spoilt(fault.kind, None)
        case "accept_then_500":
            raise _Spoilt(fault.kind, _server_error())
        case "accept_then_slow":
            await asyncio.sleep(fault.seconds)


class _Spoilt(Exception):
    """A fault that ends the call before anything happened; no response means a cut."""

    def __init__(self, kind: str, response: web.Response | None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.response = response


def _known_method(name: str) -> Method:
    known = METHODS.get(name)
    if known is None:
        raise Refusal("unknown_method", req_method=name)
    return known


def _need_any(known: Method, granted: frozenset[str]) -> None:
    if known.scopes and not granted.intersection(known.scopes):
        needed = ",".join(known.scopes)
        raise Refusal("missing_scope", needed=needed, provided=",".join(sorted(granted)))


def _answer(body: dict[str, Any], headers: dict[str, str]) -> web.Response:
    return web.json_response(body, headers=headers)


def _too_many(refusal: RateLimited) -> web.Response:
    headers = {"Retry-After": str(refusal.retry_after_seconds)}
    return web.json_response(refusal.body(), status=429, headers=headers)


def _server_error() -> web.Response:
    page = "<!DOCTYPE html><html><head><title>Server Error</title></head></html>"
    return web.Response(status=500, text=page, content_type="text/html")


def _cut(request: web.Request) -> web.Response:
    """End the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
