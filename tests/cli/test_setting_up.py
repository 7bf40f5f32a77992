"""`plainwire channels`, `doctor`, `manifest`, `migrate`, and the command line as a whole."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli.root import app
from bot.manifest import manifest
from bot.sandbox import Sandbox, app_from_manifest
from tests.fakes.azure import Fail
from tests.fakes.place import Place
from tests.fakes.program import Finished, command, environment
from tests.fakes.wire_news import PILOT

BERLIN = ("--at", "09:00", "--zone", "Europe/Berlin")


async def channels(place: Place, *arguments: object) -> Finished:
    finished = await command("channels", *arguments, cwd=place.folder, **place.settings)
    assert finished.quiet, finished.err
    return finished


@pytest.mark.anyio
async def test_a_channels_digest_is_switched_on_changed_and_off(place: Place):
    """A public channel is joined; what is named is kept, what is not named stays as it was."""
    on = await channels(place, "on", "#general", *BERLIN, "--stories", 3, "--level", "expert")
    changed = await channels(place, "on", "general", "--at", "7:30", "--days", "mon-fri")
    [listed] = (await channels(place, "list", "--format", "json")).json
    off = await channels(place, "off", "#general")
    [still] = (await channels(place, "list", "--format", "json")).json

    assert (on.code, changed.code, off.code) == (0, 0, 0)
    assert "#general: on, 09:00 Europe/Berlin" in on.out
    assert "Next digest:" in on.out
    assert len(place.sandbox.calls.of("conversations.join", outcome="ok")) == 1
    assert (listed["name"], listed["at"], listed["zone"]) == ("general", "07:30", "Europe/Berlin")
    assert (listed["stories"], listed["level"], listed["on"]) == (3, "expert", True)
    assert listed["next_due_at"]
    assert (still["on"], still["next_due_at"], still["stories"]) == (False, None, 3)
    assert place.sandbox.bot_messages("general") == []


@pytest.mark.anyio
async def test_private_channel_needs_an_invitation(place: Place):
    """The bot cannot join a private channel: it says to /invite it, and works once it is in."""
    refused = await channels(place, "on", "C01EDITORS1", *BERLIN)
    unknown = await channels(place, "on", "#nowhere", *BERLIN)
    place.sandbox.as_user("ada").invite("editors")
    good = await channels(place, "on", "#editors", *BERLIN)

    for finished in (refused, unknown):
        assert finished.code == 1
        assert "/invite @plainwire" in finished.err
    assert good.code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("on", "general", "--at", "25:00"), "25:00"),
        (("on", "general", "--zone", "Europe/Berlinn"), "Europe/Berlin"),
        (("on", "general", "--zone", "+02:00"), "offset"),
        (("on", "general", "--days", "someday"), "someday"),
        (("on", "general", "--stories", "0"), "1"),
        (("on",), "CHANNEL"),
        (("of", "general"), "of"),
    ],
)
@pytest.mark.anyio
async def test_wrong_preference(tmp_path: Path, arguments: tuple[str, ...], sentence: str):
    """A time, zone, day or number that cannot be is refused with code 2 before Slack is asked."""
    finished = await command("channels", *arguments, cwd=tmp_path)

    assert finished.code == 2
    assert sentence in finished.err
    assert finished.quiet, finished.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
async def test_switching_off_what_is_not_on(tmp_path: Path):
    """Switching off an unknown channel ends with code 1 and says how to see the list."""
    finished = await command("channels", "off", "#general", cwd=tmp_path)

    assert finished.code == 1
    assert "plainwire channels list" in finished.err


async def doctor(place: Place, **changes: str) -> tuple[Finished, dict[str, list[dict[str, Any]]]]:
    """Return how doctor ended, and its findings by area."""
    settings = {**place.settings, **changes}
    finished = await command("doctor", "--format", "json", cwd=place.folder, **settings)
    assert finished.quiet, finished.err
    areas: dict[str, list[dict[str, Any]]] = {}
    for found in finished.json:
        assert set(found) == {"area", "state", "what", "next_step"}
        assert found["state"] == "ok" or found["next_step"]
        areas.setdefault(found["area"], []).append(found)
    return finished, areas


def states(found: list[dict[str, Any]]) -> set[str]:
    return {one["state"] for one in found}


@pytest.mark.anyio
async def test_doctor_when_all_is_well(place: Place):
    """With tokens, scopes, model and feeds in order, everything is ok and the exit code is 0."""
    await place.set_up([place.publishers.feed("ledger", [PILOT])])
    finished, areas = await doctor(place)

    assert finished.code == 0
    assert list(areas) == ["settings", "database", "slack", "model", "feeds"]
    assert {state for found in areas.values() for state in states(found)} == {"ok"}, finished.json
    assert "In #ai-news." in [one["what"] for one in areas["slack"]]
    assert len(place.azure.calls) == 1
    assert place.azure.calls[0].body["store"] is False


@pytest.mark.anyio
async def test_doctor_names_what_is_wrong_and_goes_on(place: Place):
    """A wrong token, a refused key and a dead feed are each named with a next step, all at once."""
    await place.set_up([f"{place.publishers.base}/gone/feed.xml"])
    place.azure.always(Fail(401, code="401", message="Access denied"))
    finished, areas = await doctor(place, SLACK_BOT_TOKEN="xoxb-wrong")

    assert finished.code == 1
    assert states(areas["database"]) == {"ok"}
    assert states(areas["slack"]) == {"failed"}
    assert "SLACK_BOT_TOKEN" in json.dumps(areas["slack"])
    assert states(areas["model"]) == {"failed"}
    assert "AZURE_OPENAI_API_KEY" in json.dumps(areas["model"])
    assert states(areas["feeds"]) == {"warning"}
    assert "404" in json.dumps(areas["feeds"])
    assert "xoxb-wrong" not in finished.out


@pytest.mark.anyio
async def test_doctor_on_a_deployment_that_is_not_there(place: Place):
    """A deployment unknown to Azure is named as such; without tokens Slack's part says which."""
    await place.set_up([place.publishers.feed("ledger", [PILOT])])
    place.azure.always(Fail(404, code="DeploymentNotFound", message="No such deployment"))
    finished, areas = await doctor(place, SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="")

    assert finished.code == 1
    assert "AZURE_OPENAI_DEPLOYMENT" in json.dumps(areas["model"])
    assert "SLACK_BOT_TOKEN is missing" in json.dumps(areas["slack"])


@pytest.mark.anyio
async def test_doctor_compares_scopes_with_the_manifest(tmp_path: Path):
    """A permission that the manifest asks for and the token lacks is named."""
    whole = app_from_manifest(manifest())
    lacking = app_from_manifest(manifest(), scopes=whole.scopes - {"chat:write"})
    async with Sandbox(rate_limits="off", app=lacking) as sandbox:
        finished = await command(
            "doctor", cwd=tmp_path, SLACK_API_URL=sandbox.api_url,
            SLACK_BOT_TOKEN=sandbox.bot_token, SLACK_APP_TOKEN=sandbox.app_token,
            PLAINWIRE_OUTBOUND_PROXY="http://127.0.0.1:9",  # so that no starter feed is asked
        )  # fmt: skip

    assert finished.code == 1
    assert "lacks these permissions: chat:write" in finished.out
    assert "plainwire manifest" in finished.out
    assert finished.quiet, finished.err


@pytest.mark.anyio
async def test_wrong_settings_are_named_all_at_once(tmp_path: Path):
    """Every setting that cannot be used is named, never its value; doctor fails, others are wrong use."""
    wrong = {
        "SLACK_BOT_TOKEN": "not-a-token-1234",
        "AZURE_OPENAI_ENDPOINT": "ftp://x",
        "PLAINWIRE_RETENTION_DAYS": "1",
    }
    checked = await command("doctor", cwd=tmp_path, **wrong)
    listed = await command("feeds", "list", cwd=tmp_path, **wrong)

    assert (checked.code, listed.code) == (1, 2)
    for text in (checked.out, listed.err):
        assert all(name in text for name in wrong)
        assert "not-a-token-1234" not in text


@pytest.mark.anyio
async def test_manifest_is_printed_as_yaml_and_json(tmp_path: Path):
    """Both forms are the same manifest, parseable as they are."""
    as_yaml = await command("manifest", cwd=tmp_path)
    as_json = await command("manifest", "--json", cwd=tmp_path)

    assert (as_yaml.code, as_json.code) == (0, 0)
    assert yaml.safe_load(as_yaml.out) == as_json.json == manifest()


@pytest.mark.anyio
async def test_a_manifest_with_a_prefix_reminds_of_its_setting(tmp_path: Path):
    """The setting that goes with --prefix is named on standard error; the manifest stays parseable."""
    finished = await command("manifest", "--prefix", "acme", cwd=tmp_path)

    assert "PLAINWIRE_COMMAND_PREFIX=acme" in finished.err
    commands = yaml.safe_load(finished.out)["features"]["slash_commands"]
    assert {it["command"] for it in commands} == {"/acme-digest", "/acme-explain"}


@pytest.mark.anyio
async def test_migrate_twice(tmp_path: Path):
    """The first run creates the database, the second says that it is up to date."""
    first = await command("migrate", cwd=tmp_path)
    second = await command("migrate", cwd=tmp_path)

    assert (first.code, second.code) == (0, 0)
    assert "is now at revision" in first.out
    assert "up to date" in second.out
    assert (tmp_path / "plainwire-data" / "plainwire.db").stat().st_size > 0
    assert first.quiet, first.err


@pytest.mark.anyio
async def test_database_that_cannot_be_opened(tmp_path: Path):
    """A path that is a folder ends with code 1 and a sentence."""
    finished = await command("feeds", "list", cwd=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}")

    assert finished.code == 1
    assert finished.err.startswith("plainwire: ")
    assert finished.quiet, finished.err


def commands() -> list[tuple[str, ...]]:
    """Return every command and group, as typed."""
    root = get_command(app)
    found: list[tuple[str, ...]] = [()]
    for name, found_command in sorted(root.commands.items()):
        found.append((name,))
        found += [(name, below) for below in sorted(getattr(found_command, "commands", {}))]
    return found


@pytest.mark.parametrize("typed", commands(), ids=" ".join)
def test_help_of_every_command(typed: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    """Each command explains itself, and no line of help is cut off with dots."""
    with pytest.raises(SystemExit) as ended:
        app([*typed, "--help"], prog_name="plainwire")
    said = capsys.readouterr().out

    assert ended.value.code == 0
    assert said.startswith(" ".join(["Usage: plainwire", *typed]))
    lines = [line.rstrip() for line in said.splitlines()]
    assert not [line for line in lines if line.endswith("...") and "Usage:" not in line]


def test_the_commands_of_the_contract_are_there():
    """Every command that the issue names exists."""
    groups = {
        "channels": {"list", "on", "off"},
        "feeds": {"check", "list", "add", "remove", "import", "export"},
    }
    single = {
        "demo",
        "run",
        "sandbox",
        "migrate",
        "manifest",
        "doctor",
        "preview",
        "explain",
        "page",
    }
    known = commands()

    assert {(name,) for name in single} <= set(known)
    assert {(group, name) for group, names in groups.items() for name in names} <= set(known)


@pytest.mark.parametrize("arguments", [["--nonsense"], ["nonsense"], ["run", "--nonsense"]])
def test_unknown_option_or_command(arguments: list[str], tmp_path: Path):
    """What does not exist ends with code 2 and a line that names it."""
    finished = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert finished.returncode == 2
    assert "nonsense" in finished.stderr
    assert "Traceback" not in finished.stderr


def test_version(tmp_path: Path):
    """`--version` prints one line."""
    finished = subprocess.run(
        [sys.executable, "-m", "bot", "--version"],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert finished.stdout.count("\n") == 1
