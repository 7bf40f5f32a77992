"""`plainwire doctor` on permissions: told by Slack, found out without a post, or stored at installing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app.check_scopes import check_scopes, installed_findings, own_findings
from bot.app.finding import Finding
from bot.manifest import manifest, optional_scopes, required_scopes
from bot.sandbox import Sandbox, app_from_manifest
from bot.slack.client import SlackClients
from bot.slack.scopes import Scopes, told
from tests.fakes.installations import FakeInstallations, make_installation
from tests.fakes.program import command

pytestmark = pytest.mark.anyio

ALL = required_scopes() | optional_scopes()


async def checked(scopes: frozenset[str]) -> tuple[list[Finding], list[str]]:
    """Return the findings for a token of which the answers say nothing, and the calls it took."""
    app = app_from_manifest(manifest(), scopes=scopes, names_scopes=False)
    async with (
        Sandbox(rate_limits="off", app=app) as sandbox,
        SlackClients(FakeInstallations(), base_url=sandbox.api_url) as clients,
    ):
        own = make_installation(bot_token=SecretStr(sandbox.bot_token))
        slack: Any = SimpleNamespace(own=own, installed=(own,), clients=clients)
        findings = await check_scopes(slack, None)
        return findings, [call.method for call in sandbox.calls.entries]


@pytest.mark.parametrize(
    ("scopes", "state", "words"),
    [
        (ALL, "ok", "all permissions"),
        (ALL - {"chat:write"}, "failed", "lacks these permissions: chat:write."),
        (ALL | {"team:read"}, "warning", "Slack does not say"),
        ((ALL | {"team:read"}) - {"groups:read"}, "failed", "groups:read"),
    ],
)
async def test_unsaid_scopes_are_found_out_without_a_post(
    scopes: frozenset[str], state: str, words: str
):
    """Without the scopes header nothing is called lacking that was not refused, and nothing is posted."""
    findings, calls = await checked(scopes)

    assert findings[0].state == state
    assert words in findings[0].what
    assert not [method for method in calls if method.startswith("chat.")]
    if state == "warning":
        assert "chat:write" in findings[0].what.partition("Not known")[2]
        assert "lacks" not in findings[0].what


async def test_doctor_is_not_red_for_a_token_of_which_slack_says_nothing(tmp_path: Path):
    """A working token passes although no answer names its scopes; before, all eight were "lacking"."""
    app = app_from_manifest(manifest(), names_scopes=False)
    async with Sandbox(rate_limits="off", app=app) as sandbox:
        finished = await command(
            "doctor", "--format", "json", cwd=tmp_path, SLACK_API_URL=sandbox.api_url,
            SLACK_BOT_TOKEN=sandbox.bot_token, SLACK_APP_TOKEN=sandbox.app_token,
            PLAINWIRE_OUTBOUND_PROXY="http://127.0.0.1:9",  # so that no starter feed is asked
        )  # fmt: skip

    slack = [one for one in finished.json if one["area"] == "slack"]
    assert {one["state"] for one in slack} == {"ok"}, slack


@pytest.mark.parametrize(
    ("known", "state", "words"),
    [
        ({"Acme": told(ALL)}, "ok", "The workspace that installed the app granted"),
        ({"A": told(ALL), "B": told(ALL)}, "ok", "All 2 workspaces"),
        (
            {"Acme": told(ALL), "Beta": told(ALL - {"chat:write"})},
            "failed",
            "1 of 2 workspaces lacks permissions that are needed: Beta (chat:write).",
        ),
        (
            {f"W{n}": told(frozenset({"commands"})) for n in range(8)},
            "failed",
            "8 of 8 workspaces lack permissions",
        ),
        ({"Acme": Scopes(granted=frozenset({"users:read"}))}, "warning", "Acme"),
        ({"Acme": told(ALL - {"users:read"})}, "ok", "granted the permissions needed"),
    ],
)
def test_workspaces_that_lack_permissions_are_named(
    known: dict[str, Scopes], state: str, words: str
):
    """Each installation's own scopes count; those that lack some are named, many of them with a count."""
    first = installed_findings(known, "https://bot.example")[0]

    assert first.state == state
    assert words in first.what
    assert state == "ok" or "https://bot.example/slack/install" in first.next_step
    assert len(known) < 8 or "and 3 more" in first.what


def test_declined_permissions_are_a_warning():
    """An optional permission that is lacking is named, and is no failure."""
    for findings in (
        own_findings(told(ALL - {"users:read"})),
        installed_findings({"Acme": told(ALL - {"users:read"})}, None),
    ):
        assert [one.state for one in findings] == ["ok", "warning"]
        assert "users:read" in findings[1].what
