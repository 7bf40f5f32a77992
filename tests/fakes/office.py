"""
A bot in HTTP mode and the Slack workspaces that may install it, in one process.

    async with open_office(folder, port) as office:
        page = await office.install("T01SANDBOX1")
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot.app.bot import Bot
from bot.app.newsroom import load_cipher
from bot.app.runner import running_bot
from bot.clock import Clock, SystemClock
from bot.manifest import variant
from bot.sandbox import DEFAULT_WORLD, Sandbox, Timings, app_from_manifest, make_world
from bot.settings import Settings, load_settings
from bot.work.role import Role
from storage.database import Database

WORLDS = (DEFAULT_WORLD, make_world(2), make_world(3))
TEAMS = tuple(world["id"] for world in WORLDS)


@dataclass(frozen=True, kw_only=True)
class Page:
    """Where a browser ended."""

    status: int
    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Office:
    """A running bot, its Slack, and a browser."""

    sandbox: Sandbox
    settings: Settings
    bot: Bot
    browser: aiohttp.ClientSession

    @property
    def url(self) -> str:
        assert self.settings.public_url is not None
        return self.settings.public_url

    @property
    def database(self) -> Database:
        return self.bot.newsroom.database

    async def get(self, path: str, **query: str) -> Page:
        """Open one of the bot's pages, and follow where it leads."""
        async with self.browser.get(self.url + path, params=query) as answer:
            return Page(status=answer.status, url=str(answer.url), text=await answer.text())

    async def ask(self, browser: aiohttp.ClientSession | None = None) -> Mapping[str, str]:
        """Begin to install; return what the bot asks of Slack, as the address of the page says."""
        using = browser or self.browser
        async with using.get(self.url + "/slack/install") as answer:
            assert answer.status == 200, await answer.text()
            assert str(answer.url).startswith(self.sandbox.url + "/oauth/v2/authorize?")
            return dict(answer.url.query)

    async def decide(self, asked: Mapping[str, str], **form: str) -> str:
        """Press a button on Slack's page; return the address it sends the browser to."""
        address = self.sandbox.url + "/oauth/v2/authorize"
        data = {**asked, **form}
        async with self.browser.post(address, data=data, allow_redirects=False) as answer:
            assert answer.status == 302, await answer.text()
            return answer.headers["Location"]

    async def follow(self, address: str, browser: aiohttp.ClientSession | None = None) -> Page:
        async with (browser or self.browser).get(address) as answer:
            return Page(status=answer.status, url=str(answer.url), text=await answer.text())

    async def install(self, team: str, **form: str) -> Page:
        """Install in a workspace as a person does; return the page where it ends."""
        asked = await self.ask()
        return await self.follow(await self.decide(asked, decision="allow", team=team, **form))


async def until(condition: Callable[[], Awaitable[object]], timeout_seconds: float = 10.0) -> None:
    """Wait until the database (or whatever *condition* asks) says so."""
    async with asyncio.timeout(timeout_seconds):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.02)


def new_browser() -> aiohttp.ClientSession:
    """Return a browser with an empty jar that takes cookies of addresses without a name."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))


@asynccontextmanager
async def open_office(
    folder: Path,
    port: int,
    *,
    clock: Clock | None = None,
    sandbox: Mapping[str, Any] | None = None,
    app: Mapping[str, Any] | None = None,
    **settings: object,
) -> AsyncIterator[Office]:
    """
    Start Slack with three workspaces that have not installed the app, and the bot on *port*.

    Args:
        folder: For the database.
        port: A free one of loopback.
        clock: The bot's.
        sandbox: More arguments of the sandbox.
        app: What the Slack app has besides what the manifest says.
        settings: The bot's, by environment variable.
    """
    public = f"http://127.0.0.1:{port}"
    made = app_from_manifest(variant(http=public), **(app or {}))
    given = {"worlds": WORLDS, "rate_limits": "off", "installed": False, "timings": _FAST}
    async with Sandbox(**{**given, "app": made, **(sandbox or {})}) as slack:
        loaded = load_settings(
            _env_file=None,
            **{
                "SLACK_API_URL": slack.api_url,
                "SLACK_CLIENT_ID": slack.app.client_id,
                "SLACK_CLIENT_SECRET": slack.app.client_secret,
                "SLACK_SIGNING_SECRET": slack.signing_secret,
                "DATABASE_URL": f"sqlite:////{str(folder / 'plainwire.db').lstrip('/')}",
                "PLAINWIRE_PUBLIC_URL": public,
                "PLAINWIRE_HTTP_PORT": port,
                "PLAINWIRE_GRACE_SECONDS": 1,
                "PLAINWIRE_TICK_SECONDS": 0.2,
                **settings,
            },
        )
        await _without_starter_feeds(loaded)
        async with (
            running_bot(loaded, Role.ALL, clock or SystemClock()) as bot,
            new_browser() as browser,
        ):
            yield Office(sandbox=slack, settings=loaded, bot=bot, browser=browser)
            await slack.settle()


_FAST = Timings(retry_delays=(0.0, 0.05, 0.05))


async def _without_starter_feeds(settings: Settings) -> None:
    """No test reads the feeds of the world outside."""
    async with await Database.open(settings.database_url, cipher=load_cipher(settings)) as database:
        await database.facts.set("starter_feeds", "added")


__all__ = ["TEAMS", "WORLDS", "Office", "Page", "new_browser", "open_office", "until"]
