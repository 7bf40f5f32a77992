"""The table of API methods: name, scopes, tier, token type, handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.arguments import Arguments
from bot.sandbox.hub import Hub
from bot.sandbox.refusal import Refusal
from bot.sandbox.state import Channel, Workspace

SPECIAL = 0
"""Tier of methods whose rate limit is special (facts/slack.md section 5)."""


@dataclass(slots=True)
class Call:
    """One authorised call: who asks, in which workspace, with which arguments."""

    hub: Hub
    workspace: Workspace
    args: Arguments
    method: str

    @property
    def bot_user(self) -> str:
        return self.workspace.bot_user

    def need_scope(self, scope: str) -> None:
        """
        Refuse with `missing_scope` unless the installation holds *scope*.

        Raises:
            Refusal: With `needed` and `provided`, as Slack sends them.
        """
        if scope not in self.workspace.scopes:
            provided = ",".join(sorted(self.workspace.scopes))
            raise Refusal("missing_scope", needed=scope, provided=provided)

    def visible_channel(self, name: str = "channel") -> Channel:
        """
        Return the conversation that an argument names by id, if the bot may know of it.

        Raises:
            Refusal: `channel_not_found`.
        """
        channel = self.workspace.channels.get(self.args.required(name))
        if channel is None or (channel.is_private and self.bot_user not in channel.members):
            raise Refusal("channel_not_found")
        return channel


Handler = Callable[[Call], Awaitable[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """
    One API method.

    Attributes:
        scopes: Any one of them is enough; empty means none is needed.
        tier: 1 to 4, or SPECIAL.
        credential: "bot", "app" (an app-level token) or "none".
    """

    name: str
    handler: Handler
    scopes: tuple[str, ...] = ()
    tier: int = 3
    credential: str = "bot"


METHODS: dict[str, Method] = {}


def method(
    name: str, *, scopes: tuple[str, ...] = (), tier: int = 3, credential: str = "bot"
) -> Callable[[Handler], Handler]:
    """Enter a handler in the table."""

    def enter(handler: Handler) -> Handler:
        METHODS[name] = Method(
            name=name, handler=handler, scopes=scopes, tier=tier, credential=credential
        )
        return handler

    return enter
