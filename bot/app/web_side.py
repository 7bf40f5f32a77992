"""HTTP as a running bot serves it: Slack's events, people who install, health and figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot.errors import SettingsError
from bot.logs import get_logger
from bot.manifest import EVENTS_PATH, REDIRECT_PATH, optional_scopes, required_scopes
from bot.slack.oauth import SlackOAuth
from bot.web.bolt import BoltDispatch
from bot.web.callers import Callers, TrustedProxies
from bot.web.connection import Strangers
from bot.web.events import UNSIGNED, Events
from bot.web.health import Health
from bot.web.install_routes import InstallRoutes
from bot.web.installing import Installing
from bot.web.metrics import Figures, Metrics
from bot.web.server import WebServer
from bot.web.signing import Signature
from bot.work.local import LocalWork
from storage.jobs import count_jobs

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.app.bot import Bot

# Figures and their port stay on this machine.
_LOOPBACK: Final = "127.0.0.1"
# A clock that is this many ticks late, and at least a minute, stands still.
_LATE_TICKS: Final = 12
_LATE_SECONDS: Final = 60.0
# The first tick may wait for a round of reading and storing the news.
_ROUND_SECONDS: Final = 30.0
log = get_logger("web")


@asynccontextmanager
async def serving(bot: Bot, app: AsyncApp | None) -> AsyncIterator[tuple[int, int]]:
    """
    Serve what the settings ask for until the block ends.

    Args:
        bot: Whose ledger and calls are shown.
        app: Takes Slack's events; None in Socket Mode, and in processes that hear nothing.

    Returns:
        The ports of Slack's server and of that for figures, 0 for none.

    Raises:
        SettingsError: HTTP mode lacks the signing secret.
        JobFailed: A port cannot be had.
    """
    settings = bot.newsroom.settings
    public = slack_routes(bot, app) if app is not None else []
    watched = settings.metrics_port is not None
    health = health_of(bot)
    paths = [web.get("/healthz", health.handle), web.get("/livez", health.alive)]
    probes = paths if watched or public else []
    figures = _metrics_routes(bot) if watched else []
    shared = bool(public) and settings.metrics_port == settings.http_port != 0
    if public:
        public += [*probes, *(figures if shared else [])]
    own = [] if shared else [*figures, *(probes if watched else [])]
    async with AsyncExitStack() as stack:
        ports = (0, 0)
        if public:
            ports = (await stack.enter_async_context(_public(bot, public)), 0)
        if own:
            ports = (ports[0], await stack.enter_async_context(_private(bot, own)))
        yield ports


def slack_routes(bot: Bot, app: AsyncApp) -> list[web.RouteDef]:
    """
    Return what Slack and people who install ask for.

    Raises:
        SettingsError: The signing secret is missing.
    """
    settings, clock = bot.newsroom.settings, bot.newsroom.clock
    if settings.slack_signing_secret is None:
        raise SettingsError("SLACK_SIGNING_SECRET is missing.")
    # Signatures are made by the real time, also when the bot's own is shifted.
    signature = Signature(settings.slack_signing_secret, lambda: datetime.now(UTC).timestamp())
    proxies = TrustedProxies.parse(settings.trusted_proxies)
    events = Events(signature, BoltDispatch(app), Callers(UNSIGNED, proxies))
    routes = [web.post(EVENTS_PATH, events.handle)]
    if settings.slack_client_id is None or settings.slack_client_secret is None:
        return routes
    assert settings.public_url is not None
    database = bot.newsroom.database
    installing = Installing(
        attempts=database.oauth_states,
        door=SlackOAuth(
            bot.slack.clients,
            client_id=settings.slack_client_id,
            client_secret=settings.slack_client_secret,
            redirect_uri=settings.public_url + REDIRECT_PATH,
            scopes=required_scopes() | optional_scopes(),
        ),
        installations=database.installations,
        resumed=bot.conversation.edge.lifecycle.installed,
        clock=clock,
    )
    https = settings.public_url.startswith("https://")
    prefix = f"{settings.command_prefix}-" if settings.command_prefix else ""
    install = InstallRoutes(
        installing, https=https, digest_command=f"/{prefix}digest", proxies=proxies
    )
    return [*routes, *install.routes()]


@asynccontextmanager
async def _public(bot: Bot, routes: list[web.RouteDef]) -> AsyncIterator[int]:
    settings = bot.newsroom.settings
    async with WebServer(
        settings.http_host,
        settings.http_port,
        routes,
        grace_seconds=settings.grace_seconds,
        strangers=Strangers(TrustedProxies.parse(settings.trusted_proxies)),
    ) as server:
        log.info("http_ready", host=server.host, port=server.port, public_url=settings.public_url)
        yield server.port


@asynccontextmanager
async def _private(bot: Bot, routes: list[web.RouteDef]) -> AsyncIterator[int]:
    port = bot.newsroom.settings.metrics_port or 0
    async with WebServer(
        _LOOPBACK, port, routes, grace_seconds=1.0, setting="PLAINWIRE_METRICS_PORT"
    ) as server:
        log.info("metrics_ready", port=server.port)
        yield server.port


def _metrics_routes(bot: Bot) -> list[web.RouteDef]:
    metrics = Metrics(lambda: read_figures(bot))
    bot.slack.clients.on_call = metrics.slack_call
    return [web.get("/metrics", metrics.handle)]


def health_of(bot: Bot) -> Health:
    """Return what answers the probes of a running bot."""
    settings = bot.newsroom.settings
    late = max(_LATE_SECONDS, _LATE_TICKS * settings.tick_seconds)
    return Health(
        lambda: _last_tick(bot),
        bot.newsroom.clock,
        ticks=bot.form.role.ticks,
        late_seconds=late + settings.fetch_timeout_seconds + _ROUND_SECONDS,
        trouble=bot.newsroom.database.write_trouble,
    )


async def _last_tick(bot: Bot) -> datetime | None:
    # In one process the tick is remembered in memory: the database is asked all the same.
    await bot.newsroom.database.facts.get("starter_feeds")
    return await bot.rounds.last_tick()


async def read_figures(bot: Bot) -> Figures:
    """Return how the ledger stands; raises StorageError."""
    now, database = bot.newsroom.clock.now(), bot.newsroom.database
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    ledger = await database.figures.read(now)
    usage = await database.usage.totals(midnight)
    ticked = await bot.rounds.last_tick()
    trouble = await database.write_trouble()
    return Figures(
        trouble=trouble.reason if trouble else "",
        unwritten=bot.conversation.unwritten,
        deliveries=ledger.deliveries,
        unfinished={"delivery": ledger.unfinished, "request": ledger.unanswered},
        model_calls={total.outcome: total.calls for total in usage},
        model_cost_usd=sum(total.cost_usd for total in usage),
        feeds=ledger.feeds,
        feeds_overdue=ledger.feeds_overdue,
        queue=await _queue_length(bot),
        workspaces=ledger.workspaces,
        channels_planned=ledger.channels_planned,
        tick_age_seconds=(now - ticked).total_seconds() if ticked else None,
    )


async def _queue_length(bot: Bot) -> int | None:
    if isinstance(bot.work, LocalWork):
        return bot.work.length + bot.share.waiting()
    settings = bot.newsroom.settings
    jobs = await count_jobs(bot.newsroom.database.engine, settings.takeover_seconds)
    return None if jobs is None else jobs.by_state.get("todo", 0)
