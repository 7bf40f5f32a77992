"""Signed requests of unusual shape: always an answer, never a traceback, in HTTP and in Socket Mode."""

from __future__ import annotations

import copy
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from bot.logs import configure_logs
from bot.sandbox import Sandbox
from bot.sandbox.envelope import Envelope
from bot.sandbox.http_events import sign
from bot.slack.client import SlackClients
from bot.slack.connection import SocketConnection, make_app
from bot.web.body import FORM, JSON
from tests.fakes.installations import FakeInstallations, make_installation
from tests.fakes.office import TEAMS, until

pytestmark = pytest.mark.anyio

TEAM, STRANGER = TEAMS[0], "T09STRANGE1"
ADA = "U01ADA00001"
NO_URL = "http://127.0.0.1:9/actions/T/1/x"
COMMAND = {
    "command": "/digest",
    "text": "",
    "team_id": TEAM,
    "channel_id": "C01AINEWS01",
    "channel_name": "ai-news",
    "user_id": ADA,
    "trigger_id": "1.2.abc",
    "response_url": NO_URL,
}
CLICK = {
    "type": "block_actions",
    "team": {"id": TEAM},
    "user": {"id": ADA, "team_id": TEAM},
    "trigger_id": "1.2.abc",
    "response_url": NO_URL,
    "container": {"type": "message", "message_ts": "1.2", "channel_id": "C01AINEWS01"},
    "channel": {"id": "C01AINEWS01"},
    "message": {"ts": "1.2", "text": "x"},
    "actions": [{"action_id": "explain_more", "block_id": "b", "type": "button", "value": "s_1"}],
}
VIEW = {
    "type": "view_submission",
    "team": {"id": TEAM},
    "user": {"id": ADA},
    "view": {"id": "V1", "callback_id": "settings", "private_metadata": "{}", "blocks": []},
}
EVENT = {
    "type": "event_callback",
    "team_id": TEAM,
    "event_id": "Ev1",
    "event": {"type": "message", "channel": "C1", "user": "U1", "text": "private words"},
    "authorizations": [{"team_id": TEAM, "user_id": "UB", "is_bot": True}],
}
KINDS = (
    "dialog_submission",
    "dialog_cancellation",
    "dialog_suggestion",
    "block_suggestion",
    "view_closed",
    "workflow_step_edit",
    "workflow_step_execute",
    "interactive_message",
    "message_action",
    "shortcut",
    "event_callback",
    "url_verification",
    "app_rate_limited",
    "ssl_check",
    "something_new",
)
GONE = object()
JUNK: tuple[object, ...] = ("", None, GONE, 5, {}, [[]], "\ud800")
PATHS = {
    "interactive": (
        (CLICK, "team user channel container message actions type trigger_id response_url"),
        (CLICK, "team.id user.id channel.id actions.0.action_id actions.0.type actions.0.value"),
        (VIEW, "view view.callback_id view.private_metadata view.state view.blocks view.id"),
    ),
    "events_api": (
        (EVENT, "type team_id event event_id authorizations event.type event.channel event.user"),
        (EVENT, "event.text event.ts event.thread_ts event.subtype event.message event.files"),
    ),
}


def changed(base: dict[str, Any], path: str, to: object) -> dict[str, Any]:
    value: Any = copy.deepcopy(base)
    *way, last = path.split(".")
    at = value
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    if to is GONE:
        at.pop(last, None)
    else:
        at[last] = to
    return value


def payloads() -> list[tuple[str, dict[str, Any]]]:
    """Every field of another type or gone; every kind of interaction, whole, bare, from elsewhere."""
    found = [
        (kind, changed(base, path, to))
        for kind, rows in PATHS.items()
        for base, paths in rows
        for path in paths.split()
        for to in JUNK
    ]
    for kind in KINDS:
        who = {"team": {"id": TEAM}, "user": {"id": ADA}}
        found += [
            ("interactive", {**CLICK, "type": kind, "callback_id": "x", "value": "v"}),
            ("interactive", {"type": kind, **who}),
            ("interactive", {"type": kind}),
            ("interactive", {"type": kind, **who, "team": {"id": STRANGER}}),
            ("events_api", {"type": kind}),
            ("events_api", {"type": kind, "challenge": 5}),
        ]
    found += [
        ("slash_commands", changed(COMMAND, field, to))
        for field in COMMAND
        for to in ("", GONE, "\x00", "y" * 9_000)
    ]
    found += [
        ("slash_commands", {**COMMAND, "enterprise_id": "E1", "is_enterprise_install": "true"}),
        ("interactive", {**CLICK, "team": None, "enterprise": {"id": "E1"}}),
        ("interactive", {**CLICK, "team": {"id": STRANGER}, "response_url": ""}),
        ("slash_commands", {**COMMAND, "team_id": STRANGER}),
        ("slash_commands", {**COMMAND, "team_id": STRANGER, "response_url": ""}),
    ]
    return found


def encoded(kind: str, payload: dict[str, Any]) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), JSON
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), FORM


class Phone:
    """Sends to the bot what Slack might."""

    def __init__(self, office) -> None:
        self._office = office

    async def send(self, kind: str, payload: dict[str, Any]) -> tuple[int, str]:
        body, content = encoded(kind, payload)
        at = int(time.time())
        secret = self._office.settings.slack_signing_secret.get_secret_value()
        headers = {
            "Content-Type": content,
            "X-Slack-Request-Timestamp": str(at),
            "X-Slack-Signature": sign(secret, body, at),
        }
        url = self._office.url + "/slack/events"
        async with self._office.browser.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()


async def test_odd_payloads_by_http(office, capsys, caplog):
    """Whatever is missing or of another type: 200 or 400, and no traceback and no words in the log."""
    await office.install(TEAM)
    configure_logs("info", "json")
    phone = Phone(office)
    for kind, payload in payloads():
        status, _ = await phone.send(kind, payload)
        assert status in {200, 400}, (status, payload)
    said = "".join(capsys.readouterr()) + caplog.text
    assert "Traceback" not in said
    assert "private words" not in said


async def test_what_slack_waits_for(office):
    """Selections get an empty list, strangers a sentence, everything else an empty acknowledgement."""
    await office.install(TEAM)
    phone = Phone(office)

    for kind in ("dialog_suggestion", "block_suggestion"):
        status, text = await phone.send("interactive", {**CLICK, "type": kind, "callback_id": "x"})
        assert (status, json.loads(text)) == (200, {"options": []})
    for kind in ("view_closed", "dialog_cancellation", "workflow_step_execute", "something_new"):
        assert await phone.send("interactive", {**CLICK, "type": kind}) == (200, "")
    for url in ("", NO_URL):
        command = {**COMMAND, "team_id": STRANGER, "response_url": url}
        status, text = await phone.send("slash_commands", command)
        assert (status, "not installed in this workspace" in text) == (200, True)


async def test_a_command_without_a_trigger_is_answered(office):
    """Where no window can be opened, and no response_url works, the person is told by message."""
    await office.install(TEAM)
    phone, dm = Phone(office), office.sandbox.as_user("ada").direct().id

    for number, gone in enumerate(("trigger_id", "response_url"), 1):
        command = {key: value for key, value in COMMAND.items() if key != gone}
        assert (await phone.send("slash_commands", {**command, "text": ""}))[0] == 200

        async def is_told(count: int = number) -> bool:
            return len(office.sandbox.bot_messages(dm)) >= count

        await until(is_told)


async def test_odd_envelopes_in_socket_mode(capsys, caplog):
    """In Socket Mode every envelope is acknowledged, also one that holds no object; no traceback."""
    configure_logs("info", "json")
    installation = make_installation()
    async with Sandbox(rate_limits="off") as slack:
        installation = make_installation(bot_token=SecretStr(slack.bot_token))
        async with SlackClients(FakeInstallations(installation), base_url=slack.api_url) as clients:
            app = make_app(clients)

            async def acknowledge(ack: Any) -> None:
                await ack()

            everything = re.compile(".*")
            app.command(everything)(acknowledge)
            app.action(everything)(acknowledge)
            app.view(everything)(acknowledge)
            app.event(everything)(acknowledge)
            connection = SocketConnection(app, clients, SecretStr(slack.app_token))
            await connection.start()
            try:
                for kind, payload in [*payloads(), *NO_OBJECTS]:
                    envelope = Envelope(kind=kind, payload=payload, team=TEAM)
                    assert await slack.deliveries.ask(envelope) is not None, payload
            finally:
                await connection.stop()
    said = "".join(capsys.readouterr()) + caplog.text
    assert "Traceback" not in said
    assert "private words" not in said


NO_OBJECTS: list[tuple[str, Any]] = [
    ("interactive", []),
    ("interactive", 5),
    ("interactive", None),
    ("interactive", "text"),
    ("events_api", [[[]]]),
    ("slash_commands", True),
]
