"""OAuth v2 on Slack's side: what may be asked for, codes that work once, and installing the app."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

from bot.sandbox.app import ALL_BOT_SCOPES, App
from bot.sandbox.hub import Hub
from bot.sandbox.refusal import Refusal
from bot.sandbox.state import Workspace

CODE_SECONDS = 600.0
"""Life of a code before it is exchanged (docs: Installing with OAuth)."""


class BadRequest(Exception):
    """The authorize page cannot be shown: the app asked wrongly. Says Slack's code for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an app asks a person for, by the address it sent them to."""

    scopes: frozenset[str]
    redirect_uri: str
    state: str

    def answer(self, **query: str) -> str:
        """Return where the person's browser goes afterwards."""
        parts = urlsplit(self.redirect_uri)
        known = f"{parts.query}&" if parts.query else ""
        more = urlencode({**query, "state": self.state})
        return urlunsplit(parts._replace(query=known + more))


@dataclass(slots=True, kw_only=True)
class Code:
    """One permission that a person gave, until the app fetches its token."""

    team: str
    user: str
    scopes: frozenset[str]
    redirect_uri: str
    expires: float
    whole_organisation: bool = False
    used: bool = False


@dataclass(slots=True)
class Codes:
    """The codes of one sandbox; `clock` gives UTC epoch seconds."""

    clock: Callable[[], float]
    given: dict[str, Code] = field(default_factory=dict)

    def give(
        self, ask: Ask, team: str, user: str, scopes: frozenset[str], *, whole: bool = False
    ) -> str:
        """Return a new code."""
        text = f"{secrets.randbelow(10**10)}.{secrets.token_hex(24)}"
        self.given[text] = Code(
            team=team,
            user=user,
            scopes=scopes,
            redirect_uri=ask.redirect_uri,
            expires=self.clock() + CODE_SECONDS,
            whole_organisation=whole,
        )
        return text

    def take(self, text: str, redirect_uri: str) -> Code:
        """
        Use a code up.

        Raises:
            Refusal: `invalid_code`, `code_already_used` or `bad_redirect_uri`.
        """
        code = self.given.get(text)
        if code is None or self.clock() > code.expires:
            raise Refusal("invalid_code")
        if code.used:
            raise Refusal("code_already_used")
        code.used = True
        if redirect_uri != code.redirect_uri:
            raise Refusal("bad_redirect_uri")
        return code


def codes(hub: Hub) -> Codes:
    """Return the codes of a sandbox."""
    found: Codes = hub.shelves.setdefault("oauth", Codes(hub.clock))
    return found


def read_ask(app: App, query: Mapping[str, str]) -> Ask:
    """
    Return what the app asks for.

    Raises:
        BadRequest: `invalid_client_id`, `bad_redirect_uri`, `invalid_scope` or `no_scopes`.
    """
    if query.get("client_id", "") != app.client_id:
        raise BadRequest("invalid_client_id")
    uri = query.get("redirect_uri", "") or next(iter(app.redirect_urls), "")
    if not _is_allowed(uri, app.redirect_urls):
        raise BadRequest("bad_redirect_uri")
    scopes = frozenset(filter(None, query.get("scope", "").replace(" ", ",").split(",")))
    if not scopes:
        raise BadRequest("no_scopes")
    if scopes - ALL_BOT_SCOPES:
        raise BadRequest("invalid_scope")
    return Ask(scopes=scopes, redirect_uri=uri, state=query.get("state", ""))


def _is_allowed(uri: str, registered: tuple[str, ...]) -> bool:
    """A registered address allows itself and what lies below it (docs: Redirect URLs)."""
    return any(
        uri == known or uri.startswith((known.rstrip("/") + "/", known + "?"))
        for known in registered
    )


def check_client(app: App, client_id: str, client_secret: str) -> None:
    """
    Check who exchanges a code.

    Raises:
        Refusal: `invalid_client_id` or `bad_client_secret`.
    """
    if client_id != app.client_id:
        raise Refusal("invalid_client_id")
    if not hmac.compare_digest(client_secret.encode(), app.client_secret.encode()):
        raise Refusal("bad_client_secret")


def install(hub: Hub, workspace: Workspace, scopes: frozenset[str]) -> str:
    """
    Install the app, or install it anew, and return the bot's token.

    A second installation keeps the token and adds scopes; after an uninstall there is a new token.
    """
    if workspace.installed and hub.tokens.get(workspace.bot_token) == workspace.id:
        workspace.scopes |= scopes
        return workspace.bot_token
    hub.tokens[workspace.bot_token] = ""
    workspace.bot_token = f"xoxb-{workspace.id}-{secrets.token_hex(12)}"
    hub.tokens[workspace.bot_token] = workspace.id
    workspace.installed, workspace.scopes = True, scopes
    return workspace.bot_token
