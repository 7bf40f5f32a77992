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
from bot.sandbox.world import DEFAULT_WORLD, make_world

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
        *_credentials(sandbox),
        "",
        "With slack_sdk: AsyncWebClient(token=…, base_url=SLACK_API_URL). The SDK ignores",
        "NO_PROXY: unset HTTP_PROXY and HTTPS_PROXY for the bot. Ctrl-C ends the sandbox.",
    ]
    return "\n".join(lines)


def _credentials(sandbox: Sandbox) -> list[str]:
    """Return the lines that a bot needs: for OAuth when it is not installed yet, else its token."""
    app = sandbox.app
    how = (
        [f"  SLACK_BOT_TOKEN={sandbox.bot_token}", f"  SLACK_APP_TOKEN={sandbox.app_token}"]
        if sandbox.workspace.installed
        else [f"  SLACK_CLIENT_ID={app.client_id}", f"  SLACK_CLIENT_SECRET={app.client_secret}"]
    )
    return [*how, f"  SLACK_SIGNING_SECRET={sandbox.signing_secret}"]


async def serve(
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    *,
    manifest: Path | None = None,
    rate_limits: str | Mapping[str, float] = "slack",
    request_url: str = "",
    workspaces: int = 1,
    installed: bool = True,
    say: Callable[[str], None] = print,
    stop: asyncio.Event | None = None,
) -> None:
    """
    Serve one workspace, or several, until *stop* is set or the task is cancelled.

    With:
        manifest: The app's manifest; its scopes, events and commands then hold as in Slack.
        rate_limits: "slack" or "off".
        request_url: Send events there as signed HTTP requests instead of Socket Mode.
        workspaces: How many there are; each from the second on has a few people and channels.
        installed: Whether the app is in them from the start, or comes by OAuth.
        say: Takes the greeting with the lines for the bot's environment.
    """
    overrides: dict[str, Any] = {"request_url": request_url} if request_url else {}
    app = app_from_manifest(read_manifest(manifest), **overrides) if manifest else App(**overrides)
    worlds = (DEFAULT_WORLD, *(make_world(number) for number in range(2, workspaces + 1)))
    sandbox = Sandbox(
        host=host,
        port=port,
        worlds=worlds,
        app=app,
        rate_limits=rate_limits,
        timings=Timings(),
        installed=installed,
    )
    async with sandbox:
        say(greeting(sandbox))
        await (stop or asyncio.Event()).wait()
