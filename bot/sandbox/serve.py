"""Run a sandbox by itself, so that any Slack bot can be pointed at it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from bot.sandbox.app import App, app_from_manifest
from bot.sandbox.server import Sandbox
from bot.sandbox.timings import Timings

DEFAULT_PORT = 8787


def read_manifest(path: Path) -> Mapping[str, Any]:
    """
    Read a Slack app manifest, YAML or JSON.

    Raises:
        ValueError: The file is no manifest.
        OSError: The file cannot be read.
    """
    text = path.read_text(encoding="utf-8")
    try:
        parsed = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as problem:
        raise ValueError(f"{path.name} is not valid YAML or JSON: {problem}") from problem
    if not isinstance(parsed, dict):
        raise ValueError(  # noqa: TRY004 - the file is wrong, not a type in our code
            f"{path.name} is not a Slack app manifest."
        )
    return parsed


def greeting(sandbox: Sandbox) -> str:
    """Return what a person needs to point a bot at *sandbox*."""
    lines = [
        f"A local Slack workspace is ready: {sandbox.url}",
        "",
        "Point a bot at it with these lines in its environment:",
        f"  SLACK_API_URL={sandbox.api_url}",
        f"  SLACK_BOT_TOKEN={sandbox.bot_token}",
        f"  SLACK_APP_TOKEN={sandbox.app_token}",
        f"  SLACK_SIGNING_SECRET={sandbox.signing_secret}",
        "",
        "With slack_sdk: AsyncWebClient(token=…, base_url=SLACK_API_URL). The SDK ignores",
        "NO_PROXY: unset HTTP_PROXY and HTTPS_PROXY for the bot. Ctrl-C ends the sandbox.",
    ]
    return "\n".join(lines)


async def serve(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    manifest: Path | None = None,
    rate_limits: str | Mapping[str, float] = "slack",
    request_url: str = "",
    say: Callable[[str], None] = print,
    stop: asyncio.Event | None = None,
) -> None:
    """
    Serve one workspace until *stop* is set or the task is cancelled.

    With:
        manifest: The app's manifest; its scopes, events and commands then hold as in Slack.
        rate_limits: "slack" or "off".
        request_url: Send events there as signed HTTP requests instead of Socket Mode.
        say: Takes the greeting with the lines for the bot's environment.
    """
    overrides: dict[str, Any] = {"request_url": request_url} if request_url else {}
    app = app_from_manifest(read_manifest(manifest), **overrides) if manifest else App(**overrides)
    sandbox = Sandbox(host=host, port=port, app=app, rate_limits=rate_limits, timings=Timings())
    async with sandbox:
        say(greeting(sandbox))
        await (stop or asyncio.Event()).wait()
