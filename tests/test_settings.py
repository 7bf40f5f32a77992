"""Settings: one table, checked all at once, documented, never printing a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load_settings, setting_names, unknown_settings

ROOT = Path(__file__).parents[1]


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings(_env_file=None)


def test_every_setting_is_documented():
    """A setting that docs/configuration.md does not name fails the suite, and so does a stale one."""
    text = (ROOT / "docs" / "configuration.md").read_text()
    documented = [
        line.split("`")[1]
        for line in text.splitlines()
        if line.startswith("| `") and line.split("`")[1].isupper()
    ]
    assert sorted(documented) == sorted(setting_names())


def test_nothing_has_to_be_set(monkeypatch):
    """Plainwire starts without any setting, on an SQLite file."""
    settings = load(monkeypatch)
    assert settings.database_url == "sqlite+aiosqlite:///plainwire-data/plainwire.db"
    assert not settings.has_model


def test_all_errors_are_named_at_once_without_their_values(monkeypatch):
    """One run names every wrong setting, and never echoes what stood there."""
    with pytest.raises(SettingsError) as caught:
        load(
            monkeypatch,
            SLACK_BOT_TOKEN="xoxp-very-secret",
            SLACK_APP_TOKEN="xoxb-also-secret",
            AZURE_OPENAI_ENDPOINT="http://azure.example",
            DATABASE_URL="mysql://user:hunter2@db/x",
            PLAINWIRE_ENCRYPTION_KEY="too-short",
            PLAINWIRE_TICK_SECONDS="0",
        )
    text = str(caught.value)
    for name in (
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
        "AZURE_OPENAI_ENDPOINT",
        "DATABASE_URL",
        "PLAINWIRE_ENCRYPTION_KEY",
        "PLAINWIRE_TICK_SECONDS",
    ):
        assert name in text
    for secret in ("very-secret", "also-secret", "hunter2", "too-short"):
        assert secret not in text


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite:///a.db"),
        ("sqlite+aiosqlite:////tmp/a.db", "sqlite+aiosqlite:////tmp/a.db"),
        ("postgres://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("postgresql://h/n?sslmode=require", "postgresql+psycopg://h/n?sslmode=require"),
        ("postgresql+asyncpg://h/n", "postgresql+psycopg://h/n"),
    ],
)
def test_database_urls_get_our_driver(monkeypatch, given, used):
    """People write plain database addresses; the async driver is our business."""
    assert load(monkeypatch, DATABASE_URL=given).database_url == used


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/a.db", Path("data/a.db")),
        ("sqlite:////srv/a.db", Path("/srv/a.db")),
        ("sqlite:///:memory:", None),
        ("postgresql://h/n", None),
    ],
)
def test_the_sqlite_file_is_known(monkeypatch, url, path):
    """The file's place decides where the lock and the key lie."""
    assert load(monkeypatch, DATABASE_URL=url).sqlite_path == path


def test_an_empty_variable_counts_as_not_set(monkeypatch):
    """`.env.example` copied unchanged is a valid configuration."""
    settings = load(monkeypatch, SLACK_BOT_TOKEN="", AZURE_OPENAI_ENDPOINT="")
    assert settings.slack_bot_token is None
    assert settings.azure_endpoint is None


@pytest.mark.parametrize(
    ("variables", "missing"),
    [
        ({"AZURE_OPENAI_ENDPOINT": "https://a.example"}, "AZURE_OPENAI_DEPLOYMENT"),
        ({"AZURE_OPENAI_DEPLOYMENT": "small"}, "AZURE_OPENAI_ENDPOINT"),
    ],
)
def test_half_a_model_is_an_error(monkeypatch, variables, missing):
    """An endpoint without a deployment (or the reverse) is named, not silently ignored."""
    with pytest.raises(SettingsError, match=missing):
        load(monkeypatch, **variables)


def test_http_is_fine_on_loopback(monkeypatch):
    """A local stand-in for Azure needs no certificate."""
    settings = load(
        monkeypatch, AZURE_OPENAI_ENDPOINT="http://127.0.0.1:9/", AZURE_OPENAI_DEPLOYMENT="d"
    )
    assert settings.has_model


def test_lists_are_comma_separated(monkeypatch):
    """The allow-list reads as people write it, spaces included."""
    settings = load(monkeypatch, PLAINWIRE_ALLOW_PRIVATE="127.0.0.1:80, feeds.example:8080,")
    assert settings.allow_private == ("127.0.0.1:80", "feeds.example:8080")


def test_a_misspelled_setting_is_pointed_out():
    """A PLAINWIRE_ variable that is no setting is named together with the likely one."""
    sentences = unknown_settings({"PLAINWIRE_CATCHUP_SECONDS": "1", "PATH": "x"})
    assert sentences == [
        (
            "PLAINWIRE_CATCHUP_SECONDS is not a setting of Plainwire."
            " Did you mean PLAINWIRE_CATCH_UP_SECONDS?"
        )
    ]


def test_secrets_print_as_stars(monkeypatch):
    """A settings object that ends up in a log or a traceback shows no secret."""
    settings = load(monkeypatch, SLACK_BOT_TOKEN="xoxb-very-secret", AZURE_OPENAI_API_KEY="k3y")
    assert "very-secret" not in repr(settings)
    assert "k3y" not in repr(settings)


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"PLAINWIRE_PUBLIC_URL": "bot.example.org"}, "PLAINWIRE_PUBLIC_URL"),
        ({"PLAINWIRE_PUBLIC_URL": "http://bot.example.org"}, "https://"),
        ({"PLAINWIRE_PUBLIC_URL": "https://bot.example.org/path"}, "host name"),
        ({"PLAINWIRE_PUBLIC_URL": "https://me:pw@bot.example.org"}, "host name"),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET is missing"),
        ({"SLACK_CLIENT_SECRET": "s3cret"}, "SLACK_CLIENT_ID is missing"),
        ({"PLAINWIRE_HTTP_PORT": "70000"}, "PLAINWIRE_HTTP_PORT"),
    ],
)
def test_http_mode_is_checked(monkeypatch, variables, words):
    """Half an OAuth client or an address that Slack could not reach is named, never its secret."""
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **variables)
    assert words in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_modes(monkeypatch):
    """A public address means HTTP; with a client id besides, workspaces install by themselves."""
    assert not load(monkeypatch).is_http
    served = load(monkeypatch, PLAINWIRE_PUBLIC_URL="https://bot.example.org/")
    assert (served.public_url, served.is_http) == ("https://bot.example.org", True)
    assert not served.has_oauth
    assert load(monkeypatch, SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="s3cret").has_oauth
