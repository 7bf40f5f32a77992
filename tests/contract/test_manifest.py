"""The manifest: valid for Slack, least in what it asks, and every line of it explained."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from bot import manifest
from bot.errors import UsageError
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


VARIANTS = [
    {"http": "https://bot.example.org"},
    {"prefix": "acme"},
    {"http": "http://127.0.0.1:3000/", "prefix": "a_1"},
]


@pytest.mark.parametrize("options", VARIANTS)
def test_variants_are_valid_for_slack(options):
    """Slack's schema accepts what `plainwire manifest --http` and `--prefix` print, in both formats."""
    values = manifest.variant(**options)
    assert yaml.safe_load(manifest.variant_as_yaml(values)) == values
    assert json.loads(manifest.as_json(values)) == values
    if not SCHEMA.is_file():
        pytest.skip("Slack's manifest schema is not at hand (see CONTRIBUTING).")
    jsonschema.validate(values, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_http_variant_names_every_address():
    """In HTTP mode everything goes to one path, and people come back to another; scopes stay."""
    values = manifest.variant(http="https://bot.example.org/")
    app = app_from_manifest(values)
    url = "https://bot.example.org/slack/events"
    assert (app.request_url, app.command_url, app.interactivity_url) == (url, url, url)
    assert app.redirect_urls == ("https://bot.example.org/slack/oauth_redirect",)
    assert app.scopes == app_from_manifest(manifest.manifest()).scopes
    assert values["settings"]["token_rotation_enabled"] is False
    assert values["settings"]["org_deploy_enabled"] is False
    assert manifest.manifest()["settings"]["socket_mode_enabled"] is True


def test_prefix_renames_every_command_and_handlers_know_them():
    """No command of the variant has the plain name, and our patterns find it again."""
    app = app_from_manifest(manifest.variant(prefix="acme"))
    assert set(app.slash_commands) == {"/acme-explain", "/acme-digest"}
    pattern = manifest.command_pattern("/explain")
    for name in ("/explain", "/acme-explain", "/a-b_1-explain"):
        assert pattern.search(name)
    for name in ("/explains", "/xexplain", "explain", "/digest", "/acme-explain2", "/a b-explain"):
        assert not pattern.search(name)


@pytest.mark.parametrize(
    "options",
    [
        {"http": "bot.example.org"},
        {"http": "http://bot.example.org"},
        {"http": "https://bot.example.org/path"},
        {"http": "https://user@bot.example.org"},
        {"http": "https://bot.example.org:99999"},
        {"http": "https://"},
        {"http": "ftp://bot.example.org"},
        {"prefix": "Acme"},
        {"prefix": "-acme"},
        {"prefix": "/acme"},
        {"prefix": "a" * 40},
    ],
)
def test_variants_that_slack_would_not_take(options):
    """An address or prefix that cannot work is refused in a sentence."""
    with pytest.raises(UsageError):
        manifest.variant(**options)
