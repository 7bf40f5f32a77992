"""
Slack Web API clients: one shared session, our own timeouts, and no retries behind our back.

slack_sdk's default retry posts a message twice when the answer to the first got lost, and with a
session of one's own its `timeout` is ignored; both are set here once for every call.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackError
from bot.slack.proxy import proxy_for
from bot.workspace import Installation, InstallationStore

SLACK_API_URL = "https://slack.com/api/"
# slack_sdk's own default is 30 s for everything, connecting included.
TOTAL_TIMEOUT_SECONDS = 30.0
CONNECT_TIMEOUT_SECONDS = 10.0
# With these codes nothing will work in the workspace until it is installed again.
TOKEN_GONE: Final = frozenset(
    {
        "account_inactive",
        "invalid_auth",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
TokenGone = Callable[[str, str], Awaitable[None]]


class SlackClients:
    """
    Makes clients for tokens and workspaces; use as an async context manager.

    Args:
        installations: Where a workspace's token comes from.
        base_url: Slack's API or a stand-in, ending in "/api/".
        timeout_seconds: Longest time for one whole call.
        on_token_gone: Called with the workspace's id and Slack's code whenever Slack does not
            accept its token any more; may be set later.
    """

    def __init__(
        self,
        installations: InstallationStore,
        *,
        base_url: str = SLACK_API_URL,
        timeout_seconds: float = TOTAL_TIMEOUT_SECONDS,
        on_token_gone: TokenGone | None = None,
    ) -> None:
        self.base_url = base_url
        self.proxy = proxy_for(base_url, os.environ)
        self.installations = installations
        self.on_token_gone = on_token_gone
        self._timeout_seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the shared session; the next client opens a new one."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def for_token(self, token: str | None) -> AsyncWebClient:
        """Return a client that acts with *token*; None for calls that bring their own."""
        client = AsyncWebClient(
            token=token, base_url=self.base_url, session=self._shared(), retry_handlers=[]
        )
        # Set afterwards: given None, the constructor takes the proxy from the environment itself.
        client.proxy = self.proxy
        return client

    async def for_workspace(self, workspace_id: str) -> tuple[AsyncWebClient, Installation]:
        """
        Return a client that acts in a workspace, and the installation behind it.

        Raises:
            SlackError: Plainwire is not installed there (code `not_installed`).
        """
        installation = await self.installations.get(workspace_id)
        if installation is None:
            raise SlackError(
                f"Plainwire is not installed in the workspace {workspace_id}.",
                code="not_installed",
                next_step="Install the app there, or check SLACK_BOT_TOKEN.",
            )
        return self.for_token(installation.bot_token.get_secret_value()), installation

    async def note_refusal(self, workspace_id: str, code: str) -> None:
        """Tell `on_token_gone` about a refusal that means the end of the token."""
        if code in TOKEN_GONE and self.on_token_gone is not None:
            await self.on_token_gone(workspace_id, code)

    async def post_json(self, url: str, body: dict[str, Any]) -> tuple[int, str, float | None]:
        """
        Post to an address that Slack gave us (a response_url), by our own session and proxy rule.

        Returns:
            HTTP status, the first 500 characters of the answer, Retry-After in seconds.

        Raises:
            aiohttp.ClientError, TimeoutError, OSError: No answer.
        """
        proxy = proxy_for(url, os.environ)
        async with self._shared().post(
            url, json=body, proxy=proxy, allow_redirects=False
        ) as answer:
            text = (await answer.text(errors="replace"))[:500]
            wait = answer.headers.get("Retry-After", "")
            return answer.status, text, float(wait) if wait.isdecimal() else None

    def _shared(self) -> aiohttp.ClientSession:
        # Made late: a session belongs to the running loop.
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(
                total=self._timeout_seconds,
                sock_connect=min(CONNECT_TIMEOUT_SECONDS, self._timeout_seconds),
            )
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session
