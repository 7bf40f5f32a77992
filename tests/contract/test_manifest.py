"""The manifest: valid for Slack, least in what it asks, and every line of it explained."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot import manifest
from bot.sandbox.app import ALL_BOT_SCOPES, EVENT_SCOPES, app_from_manifest

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT.parent / "shared" / "data" / "manifest.schema.2.0.0.json"
DOCS = ROOT / "docs" / "slack-permissions.md"


def test_manifest_is_valid_for_slack():
    """Slack's published schema (major version 2) accepts the manifest."""
    if not SCHEMA.is_file():
        pytest.skip("Slack's manifest schema is not at hand (see CONTRIBUTING).")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    jsonschema.validate(manifest.manifest(), schema)


def test_json_and_yaml_say_the_same():
    """The Slack CLI reads JSON made from the same file."""
    assert json.loads(manifest.as_json()) == yaml.safe_load(manifest.as_yaml())


def test_installed_package_carries_the_manifest(tmp_path, monkeypatch):
    """In a wheel the file lies beside the module, and is found there first."""
    (tmp_path / "bot").mkdir()
    beside = tmp_path / "bot" / "manifest.yml"
    beside.write_text("display_information: {name: x}", encoding="utf-8")
    monkeypatch.setattr(manifest, "__file__", str(tmp_path / "bot" / "manifest.py"))
    assert manifest.manifest_path() == beside
    configured = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"manifest.yml" = "bot/manifest.yml"' in configured


@pytest.mark.parametrize(
    "name",
    sorted(manifest.required_scopes() | manifest.optional_scopes() | manifest.bot_events()),
)
def test_every_scope_and_event_has_its_reason(name):
    """A permission without a reason in the docs fails here."""
    rows = re.findall(
        rf"^\| `{re.escape(name)}` \| (.+?) \|", DOCS.read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) == 1
    assert len(rows[0]) > 10


def test_docs_name_nothing_that_is_not_asked_for():
    """The tables hold no scope or event that the manifest has dropped."""
    named = set(re.findall(r"^\| `([^`]+)` \|", DOCS.read_text("utf-8"), re.MULTILINE))
    asked = manifest.required_scopes() | manifest.optional_scopes() | manifest.bot_events()
    assert named == asked


def test_every_event_has_the_scope_it_needs():
    """Slack sends no event whose scope was not asked for."""
    asked = manifest.required_scopes()
    for event in manifest.bot_events():
        assert EVENT_SCOPES.get(event, "") in asked | {""}, event


def test_scopes_are_real_and_not_asked_twice():
    """No scope is misspelt, and none is both required and optional."""
    assert manifest.required_scopes() | manifest.optional_scopes() <= ALL_BOT_SCOPES
    assert not manifest.required_scopes() & manifest.optional_scopes()


def test_the_sandbox_takes_the_manifest():
    """The stand-in grants exactly what the manifest asks for."""
    app = app_from_manifest(manifest.manifest())
    assert manifest.required_scopes() <= app.scopes
    assert app.bot_events == manifest.bot_events()
    assert set(app.slash_commands) == {"/explain", "/digest"}


def test_socket_mode_needs_no_public_address():
    """The default manifest works behind a firewall: no request URL anywhere."""
    assert manifest.manifest()["settings"]["socket_mode_enabled"] is True
    assert "url" not in json.dumps(manifest.manifest())
