"""
Payloads as Slack sends them, with whatever ids a test puts in, delivered to the real listeners.

    ben = Pressing(talk=talk, user="ben", channel="C01AINEWS01")
    said = await ben.press(ids.SHARE, "somebody else's key")     # what people read of it, as one text
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bot.render import ids
from bot.sandbox.envelope import Envelope
from bot.sandbox.interaction import interactive_payload, triggers
from bot.sandbox.response_urls import response_urls
from tests.fakes.talk import PATIENCE_SECONDS, Talk

_MENUS: Final = frozenset({ids.STORY_MENU, ids.HOME_WHO_MAY})
# Reading shows nothing to anybody.
_READS: Final = ("conversations.", "users.", "auth.")


@dataclass(kw_only=True)
class Pressing:
    """
    One person who presses, types and submits in one conversation.

    Attributes:
        channel: Where Slack says that it happens.
        shown: Every call to Slack that shows something, and every private note, whole.
        last: What people read of the last one.
    """

    talk: Talk
    user: str
    channel: str
    shown: list[str] = field(default_factory=list)
    last: str = ""

    def at(self, channel: str) -> Pressing:
        """Return the same person in another conversation."""
        return replace(self, channel=channel)

    @property
    def team(self) -> str:
        return self.talk.as_user(self.user).workspace.id

    async def press(
        self, action_id: str, value: Any, *, metadata: str | None = None, **more: Any
    ) -> str:
        """
        Press an element of a message or, with *metadata*, of a view; return what was shown.

        Args:
            action_id: Of the element.
            value: A button's, that of a menu's option, or a list of people.
            metadata: Of the view.
            more: Put into the payload, over what stands there.
        """
        action: dict[str, Any] = {"type": "button", "action_id": action_id, "block_id": "b"}
        if action_id in _MENUS:
            action["selected_option"] = {"value": value}
        else:
            action["selected_users" if isinstance(value, list) else "value"] = value
        where = self._message() if metadata is None else self._view(metadata, {})
        return await self._act("block_actions", actions=[action], **{**where, **more})

    async def submit(self, metadata: str, values: Mapping[str, Any]) -> str:
        """Submit a settings view; return what was shown."""
        return await self._act("view_submission", **self._view(metadata, values))

    async def command(self, command: str, words: str) -> str:
        """Type a command; return what was shown."""
        person = self.talk.as_user(self.user)
        payload = {
            "team_id": self.team,
            "channel_id": self.channel,
            "user_id": person.user.id,
            "command": command,
            "text": words,
            "response_url": self._response_url(),
            "trigger_id": triggers(person.hub).issue(person.user),
        }
        return await self._sent("slash_commands", payload)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Note what is shown in the block, and by what it leaves to be done."""
        hub = self.talk.sandbox.hub
        calls, notes = len(hub.calls.entries), len(hub.ephemerals)
        yield
        await quiet(self.talk)
        made = list(hub.calls.entries)[calls:]
        noted = hub.ephemerals[notes:]
        told = [call for call in made if not call.method.startswith(_READS)]
        self.shown += [f"{call.method} {json.dumps(call.arguments)}" for call in told]
        self.shown += map(json.dumps, noted)
        texts = map(_words, [*noted, *(call.arguments for call in told)])
        self.last = "\n".join(filter(None, texts))

    def _message(self) -> dict[str, Any]:
        return {
            "container": {"type": "message", "message_ts": "1.0", "channel_id": self.channel},
            "channel": {"id": self.channel, "name": "somewhere"},
            "response_url": self._response_url(),
        }

    def _response_url(self) -> str:
        person = self.talk.as_user(self.user)
        address, _ = response_urls(person.hub).issue(person.workspace, self.channel, person.user.id)
        return address

    def _view(self, metadata: str, values: Mapping[str, Any]) -> dict[str, Any]:
        view = {
            "id": "V1",
            "type": "modal",
            "app_installed_team_id": self.team,
            "callback_id": ids.SETTINGS_VIEW,
            "private_metadata": metadata,
            "blocks": [{"type": "input", "block_id": "level"}],
            "state": {"values": values},
        }
        return {"container": {"type": "view", "view_id": "V1"}, "view": view}

    async def _act(self, kind: str, **parts: Any) -> str:
        person = self.talk.as_user(self.user)
        trigger = triggers(person.hub).issue(person.user)
        payload = interactive_payload(person.hub, person.workspace, person.user, kind)
        return await self._sent("interactive", {**payload, "trigger_id": trigger, **parts})

    async def _sent(self, kind: str, payload: dict[str, Any]) -> str:
        async with self.watching():
            envelope = Envelope(kind=kind, payload=payload, team=self.team)
            ack = await self.talk.sandbox.hub.delivery.ask(envelope)
            assert ack is not None, f"{kind} was not acknowledged"
        if ack.payload:
            self.shown.append(json.dumps(ack.payload))
            self.last = "\n".join(filter(None, [_words(ack.payload), self.last]))
        return self.last


async def quiet(talk: Talk) -> None:
    """Wait until no listener runs and nothing that was recorded is unanswered."""
    listeners = talk.bot.conversation.edge.at_work
    async with asyncio.timeout(PATIENCE_SECONDS):
        while listeners or await talk.database.requests.unfinished():  # noqa: ASYNC110 - rows have no event
            await asyncio.sleep(0.002)


def _words(shown: Mapping[str, Any]) -> str:
    """Return what people read of a message, a view or an acknowledgement; no ids, which differ."""
    if "errors" in shown:
        return " ".join(shown["errors"].values())
    view = shown.get("view")
    if view:
        found = json.loads(view) if isinstance(view, str) else view
        return f"a view: {found.get('title') or found.get('type')}"
    return str(shown.get("text") or shown.get("status") or "")
