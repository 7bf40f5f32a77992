"""Exchanging an OAuth code for the right to act in a workspace, by our own session."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urljoin

from aiohttp import encode_basic_auth
from pydantic import SecretStr

from bot.logs import get_logger
from bot.slack.calls import Json, SlackRefused, slack_error
from bot.slack.client import SlackClients
from bot.slack.connection import identify
from bot.slack.outcome import CALL_ERRORS, failure_of
from bot.workspace import Installation

_ID = re.compile(r"[A-Z0-9]{2,32}")
log = get_logger("slack")


class SlackOAuth:
    """
    Implements `bot.web.installing.SlackDoor`.

    Args:
        clients: Their session is used; their address says where Slack is.
        client_id: Of the Slack app.
        client_secret: Sent in a header only, to Slack only.
        redirect_uri: As in the manifest.
        scopes: All that the app asks for; Slack itself marks the optional ones.
    """

    def __init__(
        self,
        clients: SlackClients,
        *,
        client_id: str,
        client_secret: SecretStr,
        redirect_uri: str,
        scopes: frozenset[str],
    ) -> None:
        self._clients = clients
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._scopes = scopes

    def authorize_url(self, state: str) -> str:
        """Return the page where Slack asks the person."""
        query = {
            "client_id": self._client_id,
            "scope": ",".join(sorted(self._scopes)),
            "redirect_uri": self._redirect_uri,
            "state": state,
        }
        return urljoin(self._clients.base_url, "/oauth/v2/authorize") + "?" + urlencode(query)

    def app_url(self, workspace_id: str, app_id: str) -> str:
        """Return the link that opens the app in Slack."""
        query = urlencode({"app": app_id, "team": workspace_id})
        return urljoin(self._clients.base_url, "/app_redirect") + "?" + query

    async def exchange(self, code: str, now: datetime) -> tuple[Installation, str]:
        """
        Return the installation that a code stands for, and the app's id; its token is proved by use.

        Raises:
            SlackRefused: Slack does not accept the code, or the installation is of a kind that
                Plainwire does not support (codes `org_install` and `token_rotation`).
            SlackError: Slack cannot be reached, or asks to wait.
        """
        answer = await self._access(code)
        token = str(answer.get("access_token") or "")
        unsupported = _unsupported(answer)
        if unsupported is not None:
            await self._give_back(token)
            raise unsupported
        found = await identify(self._clients.for_token(token), now)
        who = answer.get("authed_user")
        installed_by = str(who.get("id", "")) if isinstance(who, dict) else ""
        installation = replace(
            found, installed_by=installed_by if _ID.fullmatch(installed_by) else ""
        )
        return installation, str(answer.get("app_id", ""))

    async def _access(self, code: str) -> Json:
        client = self._clients.for_token(None)
        secret = self._client_secret.get_secret_value()
        try:
            # Not the SDK's oauth_v2_access: it builds this header by what aiohttp has deprecated.
            answer = await client.api_call(
                "oauth.v2.access",
                data={"code": code, "redirect_uri": self._redirect_uri},
                headers={"Authorization": encode_basic_auth(self._client_id, secret)},
            )
        except CALL_ERRORS as error:
            # `from None`: the cause holds the code.
            raise slack_error(failure_of(error), "oauth.v2.access") from None
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    async def _give_back(self, token: str) -> None:
        """Revoke a token that we do not keep; that it stays valid is said in the log."""
        try:
            await self._clients.for_token(token).auth_revoke()
        except CALL_ERRORS as error:
            log.warning("token_not_revoked", code=failure_of(error).code)


def _unsupported(answer: dict[str, Any]) -> SlackRefused | None:
    if answer.get("is_enterprise_install") or not answer.get("team"):
        return SlackRefused(
            "Plainwire cannot be installed for a whole organization at once.",
            code="org_install",
            next_step="Install it in one workspace after the other.",
        )
    if answer.get("refresh_token") or answer.get("expires_in"):
        return SlackRefused(
            "This Slack app has token rotation switched on, which Plainwire does not support.",
            code="token_rotation",
            next_step="Whoever runs Plainwire has to create the Slack app anew from its manifest, "
            "with token rotation off.",
        )
    if answer.get("token_type") != "bot" or not str(answer.get("access_token")).startswith("xoxb-"):
        return SlackRefused(
            "Slack gave no bot token.",
            code="not_allowed_token_type",
            next_step="Begin the installation anew.",
        )
    return None
