"""`/slack/install` and `/slack/oauth_redirect`: cookies and addresses around the use case."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from bot.errors import StorageError
from bot.logs import get_logger
from bot.token_bucket import Rate
from bot.web.callers import Callers, TrustedProxies
from bot.web.installing import ATTEMPT_LIFETIME, Installing
from bot.web.pages import HEADERS, busy_page, ended_page, too_often_page

INSTALL_PATH: Final = "/slack/install"
REDIRECT_PATH: Final = "/slack/oauth_redirect"
# What one address may begin, and how often it may come back from Slack's page. They are counted apart:
# who begins too often must not keep those from ending who began before. See docs/many-workspaces.md
# for what the first figure means together with `storage.oauth_states.MAX_OPEN`.
BEGIN_RATE: Final = Rate(10 / 60, 20)
FINISH_RATE: Final = Rate(1.0, 60)
Handler = Callable[[web.Request], Awaitable[web.Response]]
log = get_logger("web")


class InstallRoutes:
    """
    Lets people install by browser.

    Args:
        installing: The use case.
        https: Whether browsers reach us by https: the cookie is theirs alone then, and travels
            encrypted only (`__Host-`: no other host of the domain can set it).
        digest_command: How `/digest` is called in this app.
        proxies: Those in front of us.
    """

    def __init__(
        self,
        installing: Installing,
        *,
        https: bool,
        digest_command: str = "/digest",
        proxies: TrustedProxies = TrustedProxies(),  # noqa: B008 - frozen
    ) -> None:
        self._installing = installing
        self._digest_command = digest_command
        self._https = https
        self._beginning, self._finishing = (
            Callers(BEGIN_RATE, proxies),
            Callers(FINISH_RATE, proxies),
        )
        self._cookie = "__Host-plainwire-install" if https else "plainwire-install"

    def routes(self) -> list[web.RouteDef]:
        return [
            # Link previews ask with HEAD; those begin nothing.
            web.get(INSTALL_PATH, _limited(self._beginning, self.begin), allow_head=False),
            web.get(REDIRECT_PATH, _limited(self._finishing, self.finish), allow_head=False),
        ]

    async def begin(self, request: web.Request) -> web.Response:
        """Send the browser to Slack's page, with a cookie that it brings back."""
        try:
            begun = await self._installing.begin(request.cookies.get(self._cookie, ""))
        except StorageError as error:
            return _broken(error)
        address, browser = begun
        answer = web.Response(status=302, headers={**HEADERS, "Location": address})
        answer.set_cookie(
            self._cookie,
            browser,
            max_age=int(ATTEMPT_LIFETIME.total_seconds()),
            path="/",
            secure=self._https,
            httponly=True,
            # Lax: the way back from Slack is a link from another site.
            samesite="Lax",
        )
        return answer

    async def finish(self, request: web.Request) -> web.Response:
        """Take the browser back from Slack's page."""
        query = request.query
        try:
            ended = await self._installing.finish(
                state=query.get("state", ""),
                browser=request.cookies.get(self._cookie, ""),
                code=query.get("code", ""),
                error=query.get("error", ""),
            )
        except StorageError as error:
            return _broken(error)
        return ended_page(ended, INSTALL_PATH, self._digest_command)


def _limited(callers: Callers, handler: Handler) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        wait_seconds = callers.wait_seconds(request)
        if wait_seconds:
            return too_often_page(INSTALL_PATH, math.ceil(wait_seconds))
        return await handler(request)

    return answer


def _broken(error: StorageError) -> web.Response:
    log.error("installation_not_stored", error=str(error))
    return busy_page(INSTALL_PATH)
