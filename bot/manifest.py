"""
The Slack app's manifest: one YAML file is the source of truth for people, doctor and tests.

In a checkout it lies in the root, in an installed package beside this module.
"""

from __future__ import annotations

import copy
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.errors import JobFailed, UsageError
from bot.setting_kinds import is_loopback

NAME = "manifest.yml"
EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
# Slack's limit for a command with its slash (facts of the manifest schema).
_MAX_COMMAND_CHARS = 32
_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")


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
    import yaml  # not at the top: the running bot needs the rest of this module only

    parsed: dict[str, Any] = yaml.safe_load(as_yaml())
    return parsed


def as_json(values: dict[str, Any] | None = None) -> str:
    """Return a manifest (default: the one in the file) as JSON, which the Slack CLI reads."""
    return json.dumps(values or manifest(), indent=2, ensure_ascii=False) + "\n"


def variant(*, http: str = "", prefix: str = "") -> dict[str, Any]:
    """
    Return the manifest for HTTP mode, with commands of its own, or both.

    Args:
        http: The public address, such as https://bot.example.org; "" leaves Socket Mode on.
        prefix: Put before every command, so that `acme` makes /acme-explain of /explain.

    Raises:
        UsageError: One of them cannot be used.
    """
    values = copy.deepcopy(manifest())
    if prefix:
        for command in values["features"]["slash_commands"]:
            command["command"] = _prefixed(command["command"], prefix)
    return _in_http_mode(values, _origin(http)) if http else values


def variant_as_yaml(values: dict[str, Any]) -> str:
    """Return a variant as YAML; what the comments of the source say holds for it too."""
    import yaml

    dumped = yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100)
    return f"# Made from {NAME} by `plainwire manifest`; that file explains every line.\n{dumped}"


def command_pattern(command: str) -> re.Pattern[str]:
    """Return what matches a command (such as "/explain") under its own name and any prefix."""
    return re.compile(rf"\A/(?:[a-z0-9_-]+-)?{re.escape(command.removeprefix('/'))}\Z")


def _prefixed(command: str, prefix: str) -> str:
    wanted = f"/{prefix}-{command.removeprefix('/')}"
    if not _PREFIX.fullmatch(prefix):
        raise UsageError(
            "The prefix may have small letters, digits, - and _, and begins and ends with a letter "
            "or digit.",
            next_step="For example: --prefix acme",
        )
    if len(wanted) > _MAX_COMMAND_CHARS:
        raise UsageError(
            f"{wanted} is longer than the {_MAX_COMMAND_CHARS} characters that Slack allows.",
            next_step="Choose a shorter prefix.",
        )
    return wanted


def _in_http_mode(values: dict[str, Any], origin: str) -> dict[str, Any]:
    settings, url = values["settings"], origin + EVENTS_PATH
    settings["socket_mode_enabled"] = False
    # The address first, as Slack's own editor writes it.
    settings["event_subscriptions"] = {"request_url": url, **settings["event_subscriptions"]}
    settings["interactivity"] = {**settings["interactivity"], "request_url": url}
    for command in values["features"]["slash_commands"]:
        command["url"] = url
    values["oauth_config"] = {"redirect_urls": [origin + REDIRECT_PATH], **values["oauth_config"]}
    return values


def _origin(address: str) -> str:
    try:
        parts = urlsplit(address)
        # Reading the port checks it.
        known = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        known = False
    if (
        not known
        or parts.scheme not in {"https", "http"}
        or (parts.scheme == "http" and not is_loopback(parts.hostname or ""))
        or parts.path not in {"", "/"}
        or parts.query
        or parts.fragment
        or "@" in parts.netloc
    ):
        raise UsageError(
            "The address must be only https:// and a host name.",
            next_step="For example: --http https://bot.example.org",
        )
    return f"{parts.scheme}://{parts.netloc}"


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
