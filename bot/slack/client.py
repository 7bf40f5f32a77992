"""
Slack Web API clients: one shared session, our own timeouts, and no retries behind our back.

slack_sdk's default retry posts a message twice when the answer to the first got lost, and with a
session of one's own its `timeout` is ignored; both are set here once for every call.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import SlackError
from bot.slack.instances import Instances
from bot.slack.on_time import OnTimeConnector
from bot.slack.outcome import CALL_ERRORS, failure_of
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
_POSTS: Final = frozenset({"chat.postMessage", "chat.startStream"})
TokenGone = Callable[[str, str], Awaitable[None]]
OnCall = Callable[[str, str, float], None]


class SlackClients:
    """
    Makes clients for tokens and workspaces; use as an async context manager.

    Args:
        installations: Where a workspace's token comes from.
        base_url: Slack's API or a stand-in, ending in "/api/".
        timeout_seconds: Longest time for one whole call.
        on_token_gone: Called with the workspace's id and Slack's code whenever Slack does not
            accept its token any more; may be set later.

    Attributes:
        on_call: When set, told of every call: its method, its outcome ("ok", or Slack's code), and
            how many seconds it took.
        instances: When set, says whether we may act in a workspace, and hears of what we post.
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
        self.on_call: OnCall | None = None
        self.instances: Instances | None = None
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

    def for_token(self, token: str | None, workspace_id: str = "") -> AsyncWebClient:
        """Return a client that acts with *token*; None for calls that bring their own."""
        client = _ToldClient(
            self._note_call,
            lambda ts: self._note_post(workspace_id, ts),
            token=token,
            base_url=self.base_url,
            session=self._shared(),
            retry_handlers=[],
        )
        # Set afterwards: given None, the constructor takes the proxy from the environment itself.
        client.proxy = self.proxy
        return client

    async def for_workspace(self, workspace_id: str) -> tuple[AsyncWebClient, Installation]:
        """
        Return a client that acts in a workspace, and the installation behind it.

        Raises:
            SlackError: Plainwire is not installed there (code `not_installed`), or another instance
                posts there (`OtherInstance`).
        """
        if self.instances is not None:
            await self.instances.may_act(workspace_id)
        installation = await self.installations.get(workspace_id)
        if installation is None or not installation.bot_token.get_secret_value():
            raise SlackError(
                f"Plainwire is not installed in the workspace {workspace_id}.",
                code="not_installed",
                next_step="Install the app there, or check SLACK_BOT_TOKEN.",
            )
        token = installation.bot_token.get_secret_value()
        return self.for_token(token, workspace_id), installation

    def who_we_are(self) -> dict[str, Any]:
        """Return what the metadata of a post says of our instance."""
        return self.instances.payload() if self.instances is not None else {}

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

    def _note_call(self, method: str, outcome: str, seconds: float) -> None:
        if self.on_call is not None:
            self.on_call(method, outcome, seconds)

    def _note_post(self, workspace_id: str, ts: str) -> None:
        if self.instances is not None and workspace_id:
            self.instances.note_post(workspace_id, ts)

    def _shared(self) -> aiohttp.ClientSession:
        # Made late: a session belongs to the running loop.
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(
                total=self._timeout_seconds,
                sock_connect=min(CONNECT_TIMEOUT_SECONDS, self._timeout_seconds),
            )
            self._session = aiohttp.ClientSession(timeout=timeout, connector=OnTimeConnector())
        return self._session


class _ToldClient(AsyncWebClient):
    """Tells of every call how it went; what it returns and raises is untouched."""

    def __init__(self, tell: OnCall, posted: Callable[[str], None], **settings: Any) -> None:
        super().__init__(**settings)
        self._tell, self._posted = tell, posted

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        began = time.monotonic()
        outcome = "cancelled"
        try:
            answer = await super().api_call(api_method, **arguments)
            outcome = "ok"
            if api_method in _POSTS and isinstance(ts := answer.get("ts"), str):
                self._posted(ts)
        except CALL_ERRORS as error:
            outcome = failure_of(error).code
            raise
        finally:
            self._tell(api_method, outcome, time.monotonic() - began)
        return answer
