"""Logs: no secret gets through, ours or a library's."""

from __future__ import annotations

import json
import logging

import pytest

from bot.logs import configure_logs, get_logger, hide_secrets

KEY = "A" * 43 + "="


@pytest.fixture(autouse=True)
def restore_logging():
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], logging.root.level = handlers, level


@pytest.mark.parametrize(
    "text",
    [
        "xoxb-123-456-abcDEF",
        "token=xapp-1-A0-99-ff11aa22",
        "Authorization: Bearer eyJhbGciOi.abc-def",
        f"key {KEY} used",
    ],
)
def test_what_looks_like_a_secret_is_starred(text):
    """Tokens and keys are starred wherever they stand in a string."""
    hidden = hide_secrets(text)
    assert "***" in hidden
    for part in ("123-456", "ff11aa22", "eyJhbGciOi", KEY):
        assert part not in hidden


def test_nested_values_are_searched():
    """A secret inside a list inside a dict is found too."""
    assert hide_secrets({"a": ["ok", ("xoxb-123456789",)]}) == {"a": ["ok", ["***"]]}


def test_our_lines_are_json_without_secrets(capsys):
    """The JSON format gives one object per line on standard error, secrets starred."""
    configure_logs("info", "json")
    get_logger("digest").info("digest_delivered", channel_id="C1", detail="xoxb-123456789")
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "digest_delivered"
    assert line["room"] == "digest"
    assert line["detail"] == "***"


def test_library_lines_are_cleaned_too(capsys):
    """slack_bolt logs whole bodies; a token in them is starred."""
    configure_logs("info", "console")
    logging.getLogger("slack_bolt").warning("body: %s", {"token": "xoxb-123456789"})
    err = capsys.readouterr().err
    assert "***" in err
    assert "123456789" not in err
