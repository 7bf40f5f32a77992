"""
One thing that came from Slack, read tolerantly: what is missing or malformed is "" or empty.

The same names for commands, actions, views, shortcuts and events, so that listeners need not know
that Slack names a channel in five different places.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from bot.digest.spot import Asker

Json = dict[str, Any]
# A message's timestamp, which is its id; whatever else stands there leads to nothing of ours.
_TS = re.compile(r"\d{1,20}\.\d{1,20}", re.ASCII)


@dataclass(slots=True)
class Inbound:
    """
    A payload, and the way to acknowledge it.

    Attributes:
        body: As Slack sent it.
        send_ack: Bolt's `ack`; events need none.
        team_id: The workspace whose installation this is for, as Bolt found it.
        bot_user_id: Ours there.
        acked: Whether `ack` was called.
        again: It was tried before, and could not be stored.
    """

    body: Json
    send_ack: Callable[..., Awaitable[object]] | None = None
    team_id: str = ""
    bot_user_id: str = ""
    acked: bool = field(default=False)
    again: bool = field(default=False)

    async def ack(self, **answer: Any) -> None:
        """Acknowledge, once; what an acknowledged view shows goes along as `response_action`."""
        if not self.acked and self.send_ack is not None:
            self.acked = True
            await self.send_ack(**answer)

    # ---- where and who ------------------------------------------------------------------------

    @property
    def workspace_id(self) -> str:
        team = self.body.get("team")
        of_body = _text(self.body, "team_id") or _text(_dict(team), "id")
        return self.team_id or of_body

    @property
    def channel_id(self) -> str:
        for where in (self.event, self.body):
            channel = where.get("channel")
            found = _text(_dict(channel), "id") or (channel if isinstance(channel, str) else "")
            if found:
                return found
        return _text(self.body, "channel_id") or _text(self.container, "channel_id")

    @property
    def channel_name(self) -> str:
        return _text(self.body, "channel_name") or _text(_dict(self.body.get("channel")), "name")

    @property
    def user_id(self) -> str:
        user = self.event.get("user") or self.body.get("user")
        found = _text(_dict(user), "id") or (user if isinstance(user, str) else "")
        return found or _text(self.body, "user_id")

    @property
    def is_stranger(self) -> bool:
        """Whether the payload itself says that this person belongs to another organisation."""
        if self.body.get("enterprise"):
            return False  # one organisation has many teams; who they are is looked up
        theirs = (
            _text(self.event, "user_team")
            or _text(self.event, "team")
            or _text(_dict(self.body.get("user")), "team_id")
        )
        return bool(theirs) and theirs != self.workspace_id

    @property
    def asker(self) -> Asker:
        return Asker(user_id=self.user_id, is_stranger=self.is_stranger)

    # ---- commands -----------------------------------------------------------------------------

    @property
    def command(self) -> str:
        """Its name as it was typed, such as "/acme-digest"."""
        return _text(self.body, "command")

    @property
    def text(self) -> str:
        """What was typed after a command; half an emoji comes in a form as unreadable bytes."""
        return _text(self.body, "text").replace("\ufffd", "")

    @property
    def trigger_id(self) -> str:
        return _text(self.body, "trigger_id")

    @property
    def response_url(self) -> str:
        return _text(self.body, "response_url")

    @property
    def secret_url(self) -> SecretStr | None:
        return SecretStr(self.response_url) if self.response_url else None

    # ---- events -------------------------------------------------------------------------------

    @property
    def event(self) -> Json:
        return _dict(self.body.get("event"))

    @property
    def event_id(self) -> str:
        return _text(self.body, "event_id")

    @property
    def delivery_key(self) -> str:
        """By what a redelivery is known; a shared channel's event comes once for each workspace."""
        return f"{self.workspace_id}:{self.event_id}" if self.event_id else ""

    # ---- actions ------------------------------------------------------------------------------

    @property
    def action(self) -> Json:
        actions = self.body.get("actions")
        return _dict(actions[0]) if isinstance(actions, list) and actions else {}

    @property
    def value(self) -> str:
        """The pressed button's value, or that of the option that was chosen."""
        chosen = _dict(self.action.get("selected_option"))
        return _text(self.action, "value") or _text(chosen, "value")

    @property
    def container(self) -> Json:
        return _dict(self.body.get("container"))

    @property
    def message(self) -> Json:
        return _dict(self.body.get("message"))

    @property
    def message_ts(self) -> str:
        return (
            ts_of(self.container, "message_ts")
            or ts_of(self.body, "message_ts")
            or ts_of(self.message, "ts")
        )

    @property
    def thread_ts(self) -> str | None:
        """The thread that the pressed message stands in, or None."""
        for where in (self.container, self.message):
            if found := ts_of(where, "thread_ts"):
                return found
        return None

    @property
    def is_private(self) -> bool:
        """Whether the pressed message is seen by this person alone."""
        return self.container.get("is_ephemeral") is True

    # ---- views --------------------------------------------------------------------------------

    @property
    def view(self) -> Json:
        return _dict(self.body.get("view"))

    @property
    def view_id(self) -> str:
        return _text(self.view, "id")

    @property
    def metadata(self) -> str:
        return _text(self.view, "private_metadata")


def ts_of(where: Mapping[str, Any], name: str) -> str:
    """Return a field that names a message, or ""."""
    found = _text(where, name)
    return found if _TS.fullmatch(found) else ""


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _text(where: Mapping[str, Any], name: str) -> str:
    found = where.get(name)
    return found if isinstance(found, str) else ""
