"""
The Slack app's manifest: one YAML file is the source of truth for people, doctor and tests.

In a checkout it lies in the root, in an installed package beside this module.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.errors import JobFailed

NAME = "manifest.yml"


def manifest_path() -> Path:
    """
    Return where the manifest lies.

    Raises:
        JobFailed: Neither place has it: the installation is incomplete.
    """
    here = Path(__file__).resolve().parent
    for path in (here / NAME, here.parent / NAME):
        if path.is_file():
            return path
    raise JobFailed(f"{NAME} is missing.", next_step="Reinstall Plainwire.")


def as_yaml() -> str:
    """Return the manifest as it is written, comments included."""
    return manifest_path().read_text(encoding="utf-8")


@cache
def manifest() -> dict[str, Any]:
    """Return the parsed manifest; do not change it."""
    parsed: dict[str, Any] = yaml.safe_load(as_yaml())
    return parsed


def as_json() -> str:
    """Return the manifest as JSON, which the Slack CLI reads, ending with a line break."""
    return json.dumps(manifest(), indent=2, ensure_ascii=False) + "\n"


def required_scopes() -> frozenset[str]:
    """Return the bot scopes without which Plainwire does not work."""
    return frozenset(_scopes("bot"))


def optional_scopes() -> frozenset[str]:
    """Return the bot scopes that people may decline."""
    return frozenset(_scopes("bot_optional"))


def bot_events() -> frozenset[str]:
    """Return the events that Slack is asked to send."""
    return frozenset(manifest()["settings"]["event_subscriptions"]["bot_events"])


def _scopes(kind: str) -> list[str]:
    return list(manifest()["oauth_config"]["scopes"].get(kind, []))
