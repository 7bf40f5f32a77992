"""What commands, shortcuts, actions and views share: triggers, payload parts, the person's view of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.envelope import Ack, Envelope
from bot.sandbox.hub import Hub
from bot.sandbox.refusal import Refusal
from bot.sandbox.state import Channel, User, Workspace

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Answered:
    """
    What a person sees after doing something that the app has to answer.

    Attributes:
        acked: Whether the app answered within Slack's three seconds.
        payload: What came with the acknowledgement.
        problem: What Slack shows when it did not, or "".
        errors: For a submitted view: block id -> sentence at the field.
    """

    acked: bool
    payload: Json = field(default_factory=dict)
    problem: str = ""
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Trigger:
    user: str
    team: str
    expires: float
    used: bool = False


@dataclass(slots=True)
class Triggers:
    """Trigger ids: for one view each, and only for a moment (facts/slack.md section 5)."""

    seconds: float
    clock: Callable[[], float] = time.monotonic
    known: dict[str, Trigger] = field(default_factory=dict)

    def issue(self, user: User) -> str:
        number = secrets.randbelow(10**12)
        trigger_id = f"{number}.{secrets.randbelow(10**10)}.{secrets.token_hex(16)}"
        self.known[trigger_id] = Trigger(user.id, user.team_id, self.clock() + self.seconds)
        return trigger_id

    def use(self, trigger_id: str, team: str) -> str:
        """
        Use a trigger up and return its user.

        Raises:
            Refusal: `invalid_trigger_id`, `expired_trigger_id` or `exchanged_trigger_id`.
        """
        trigger = self.known.get(trigger_id)
        if trigger is None or trigger.team != team:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if trigger.expires < self.clock():
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger.user


def triggers(hub: Hub) -> Triggers:
    found: Triggers = hub.shelves.setdefault("triggers", Triggers(hub.timings.trigger))
    return found


def user_part(user: User) -> Json:
    return {
        "id": user.id,
        "username": user.name,
        "name": user.name,
        "team_id": user.team_id,
    }


def team_part(workspace: Workspace) -> Json:
    return {"id": workspace.id, "domain": workspace.domain}


def channel_part(channel: Channel) -> Json:
    return {"id": channel.id, "name": channel_name(channel)}


def channel_name(channel: Channel) -> str:
    """Return the name as payloads give it: private rooms and direct messages stay nameless."""
    return {"im": "directmessage", "group": "privategroup"}.get(channel.kind, channel.name)


def interactive_payload(hub: Hub, workspace: Workspace, user: User, kind: str, **more: Any) -> Json:
    """Return the common part of every interactive payload, with *more* on top."""
    return {
        "type": kind,
        "token": hub.app.verification_token,
        "team": team_part(workspace),
        "user": user_part(user),
        "api_app_id": hub.app.app_id,
        "enterprise": None,
        "is_enterprise_install": False,
        **more,
    }


def action_ts(hub: Hub) -> str:
    return f"{hub.clock():.6f}"


async def send(hub: Hub, workspace: Workspace, kind: str, payload: Json) -> Ack | None:
    """Send a command or interactive payload; None when nobody acknowledged it in time."""
    if not workspace.installed:
        return None
    return await hub.delivery.ask(Envelope(kind=kind, payload=payload, team=workspace.id))


def failure_word(hub: Hub) -> str:
    """Return Slack's word for why the app did not answer: too slow, or not there at all."""
    log = hub.delivery.log
    slow = bool(log) and log[-1].last_problem in {"timeout", "http_timeout"}
    return "operation_timeout" if slow else "dispatch_failed"
