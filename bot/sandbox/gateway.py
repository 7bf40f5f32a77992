"""`/api/<method>`: token, scopes, limits, faults and the log around every method."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from . import methods
from .arguments import Arguments, read_arguments
from .calls import LoggedCall
from .faults import Fault
from .hub import Hub
from .refusal import RateLimited, Refusal
from .registry import METHODS, Call, Method
from .state import Workspace

assert methods  # importing the package fills METHODS


@dataclass(slots=True)
class Gateway:
    """The HTTP edge of the Web API."""

    hub: Hub

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one API call as Slack would, faults included."""
        name = request.match_info["method"]
        started = time.perf_counter()
        arrived = self.hub.clock()
        token, args = "", Arguments({})
        team = ""
        happened = False
        fault: Fault | None = None
        try:
            token, args = await read_arguments(request)
            fault = self._fault(name, args)
            await self._before(fault)
            known = _known_method(name)
            workspace = self._authorise(known, token)
            team = workspace.id
            self._limit(known, workspace, args)
            answer = await known.handler(Call(self.hub, workspace, args, name))
            happened = True
            response = _answer({"ok": True, **answer}, self._scope_headers(known, workspace))
            outcome = "ok"
        except RateLimited as refusal:
            response, outcome = _too_many(refusal), refusal.code
        except _Spoilt as spoilt:
            response, outcome = spoilt.response, f"fault:{spoilt.kind}"
        except Refusal as refusal:
            response, outcome = _answer(refusal.body(), {}), refusal.code
        if happened and fault is not None:
            response, outcome = await self._after(fault, response, outcome)
        self.hub.calls.add(
            LoggedCall(
                at=arrived,
                seconds=time.perf_counter() - started,
                method=name,
                team=team,
                arguments=args.values,
                outcome=outcome,
                happened=happened,
            )
        )
        return _cut(request) if response is None else response

    # ---- who is asking ------------------------------------------------------------------------

    def _authorise(self, known: Method, token: str) -> Workspace:
        if known.token == "none":
            return self.hub.first
        if not token:
            raise Refusal("not_authed")
        if known.token == "app":
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

    @staticmethod
    def _scope_headers(known: Method, workspace: Workspace) -> dict[str, str]:
        if known.token != "bot":
            return {}
        return {
            "x-oauth-scopes": ",".join(sorted(workspace.scopes)),
            "x-accepted-oauth-scopes": ",".join(known.scopes),
        }

    def _limit(self, known: Method, workspace: Workspace, args: Arguments) -> None:
        channel = str(args.values.get("channel", ""))
        now = time.monotonic()
        self.hub.limits.check(known.name, known.tier, workspace.id, channel, now)

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

    @staticmethod
    async def _after(
        fault: Fault, response: web.Response | None, outcome: str
    ) -> tuple[web.Response | None, str]:
        match fault.kind:
            case "accept_then_drop":
                return None, "fault:accept_then_drop"
            case "accept_then_500":
                return _server_error(), "fault:accept_then_500"
            case "accept_then_slow":
                await asyncio.sleep(fault.seconds)
        return response, outcome


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
