"""`plainwire run` in HTTP mode, as an operator starts it."""

from __future__ import annotations

import aiohttp
import pytest

from bot.app.checkup import examine
from bot.app.slack_side import open_slack, require_tokens
from bot.errors import SettingsError, UsageError
from bot.manifest import variant
from bot.sandbox import Sandbox, app_from_manifest
from bot.settings import load_settings
from tests.fakes.office import TEAMS
from tests.fakes.program import command, plainwire, started

pytestmark = pytest.mark.anyio

PUBLIC = "https://bot.example.org"


async def test_what_http_mode_needs(tmp_path):
    """What is missing is named before anything is opened, with exit code 2 and no secret."""
    client = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s3cret"}
    finished = await plainwire("run", cwd=tmp_path, PLAINWIRE_PUBLIC_URL=PUBLIC, **client)

    assert finished.code == 2
    assert "SLACK_SIGNING_SECRET is missing" in finished.err
    assert "s3cret" not in finished.err
    assert not (tmp_path / "plainwire-data").exists()


@pytest.mark.parametrize(
    ("given", "listens", "missing"),
    [
        ({"SLACK_SIGNING_SECRET": "x"}, True, "SLACK_BOT_TOKEN"),
        ({"SLACK_SIGNING_SECRET": "x", "SLACK_BOT_TOKEN": "xoxb-1"}, True, ""),
        ({"SLACK_CLIENT_ID": "1", "SLACK_CLIENT_SECRET": "x"}, True, "SLACK_SIGNING_SECRET"),
        ({"SLACK_CLIENT_ID": "1", "SLACK_CLIENT_SECRET": "x"}, False, ""),
        ({}, False, "SLACK_BOT_TOKEN"),
    ],
)
def test_what_each_process_needs(given, listens, missing):
    """A worker verifies no signature; with a client id nobody needs a bot token; never an app token."""
    settings = load_settings(_env_file=None, PLAINWIRE_PUBLIC_URL=PUBLIC, **given)
    if not missing:
        require_tokens(settings, listens=listens)
        return
    with pytest.raises(SettingsError, match=f"^{missing} is missing"):
        require_tokens(settings, listens=listens)


async def test_commands_beside_a_running_bot(office):
    """`doctor` counts the workspaces; a command that needs one takes the only one, or asks which."""
    await office.install(TEAMS[0])
    found = [finding async for finding in examine(office.settings)]
    slack = [finding.what for finding in found if finding.area == "slack"]
    assert slack == [
        "Installed in 1 workspace.",
        "The workspace that installed the app granted the permissions needed.",
        f"Slack sends events to {office.url}.",
    ]

    async with open_slack(office.settings, office.bot.newsroom) as one:
        assert one.installation.workspace_id == TEAMS[0]
    await office.install(TEAMS[1])
    async with open_slack(office.settings, office.bot.newsroom) as two:
        with pytest.raises(UsageError, match="2 workspaces"):
            _ = two.installation


async def test_from_start_to_stop(tmp_path, free_tcp_port):
    """Without a bot token it starts, serves, tells how it is, and stops when asked to."""
    public = f"http://127.0.0.1:{free_tcp_port}"
    app = app_from_manifest(variant(http=public))
    async with Sandbox(app=app, rate_limits="off", installed=False) as sandbox:
        settings = {
            "SLACK_API_URL": sandbox.api_url,
            "SLACK_CLIENT_ID": app.client_id,
            "SLACK_CLIENT_SECRET": app.client_secret,
            "SLACK_SIGNING_SECRET": app.signing_secret,
            "PLAINWIRE_PUBLIC_URL": public,
            "PLAINWIRE_HTTP_PORT": free_tcp_port,
            # Starter feeds are not read: no address is one of the test's.
            "PLAINWIRE_OUTBOUND_PROXY": "http://127.0.0.1:9",
        }
        async with started("run", cwd=tmp_path, **settings) as program:
            line = await program.says("bot_ready")
            assert "0 installed" in line
            async with aiohttp.ClientSession() as session:
                async with session.get(public + "/healthz") as answer:
                    assert answer.status == 200
                    assert (await answer.json())["database"] is True
                async with session.get(public + "/slack/install") as answer:
                    assert str(answer.url).startswith(sandbox.url + "/oauth/v2/authorize")
            assert await sandbox.verify_request_url()
            program.stop()
            finished = await program.ended(10)
    assert finished.code == 0
    assert "Traceback" not in finished.err
    assert app.client_secret not in finished.err + finished.out


async def test_manifest_command(tmp_path):
    """`plainwire manifest --http … --prefix … --json` prints one manifest; a wrong address is exit 2."""
    finished = await command(
        "manifest", "--http", PUBLIC, "--prefix", "acme", "--json", cwd=tmp_path
    )
    assert finished.code == 0
    assert finished.json == variant(http=PUBLIC, prefix="acme")

    wrong = await command("manifest", "--http", "bot.example.org", cwd=tmp_path)
    assert wrong.code == 2
    assert "--http https://bot.example.org" in wrong.err
