"""`/healthz` and `/metrics`: what a watcher is told, and where."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families

from bot.app.web_side import serving
from bot.errors import StorageError
from bot.web.health import Health
from bot.web.metrics import Figures, Metrics
from tests.fakes.office import TEAMS, open_office, until

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Still:
    """A clock that stands at one instant."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


async def answer_of(handler) -> tuple[int, str]:
    application = web.Application()
    application.router.add_get("/", handler)
    async with TestClient(TestServer(application)) as client, client.get("/") as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    ("ticked_ago", "ticks", "status"),
    [(5, True, 200), (500, True, 503), (500, False, 200), (None, True, 200), (None, False, 200)],
)
async def test_health(ticked_ago, ticks, status):
    """A clock that stands still makes its own process unhealthy, and no other."""
    clock = Still(NOON - timedelta(seconds=600 if ticked_ago else 30))

    async def last_tick():
        return None if ticked_ago is None else NOON - timedelta(seconds=ticked_ago)

    health = Health(last_tick, clock, ticks=ticks, late_seconds=60)
    clock.at = NOON

    assert (await answer_of(health.handle))[0] == status
    assert (await answer_of(health.alive))[0] == status


async def test_health_without_a_database():
    """Without a database the process is unhealthy and says only why; starting it anew would not help."""

    async def last_tick():
        raise StorageError("host db.internal is down", reason="unreachable")

    health = Health(last_tick, Still(NOON), ticks=True, late_seconds=60)
    status, text = await answer_of(health.handle)

    assert status == 503
    assert json.loads(text)["reason"] == "unreachable"
    assert "db.internal" not in text
    assert (await answer_of(health.alive))[0] == 200


@pytest.mark.parametrize("trouble", [None, StorageError("full", reason="disk_full")])
async def test_health_of_a_database_that_is_read_and_not_written(trouble):
    """A database that can only be read is not healthy, and the reason is there for programs."""

    async def last_tick():
        return NOON

    async def tried():
        return trouble

    health = Health(last_tick, Still(NOON), ticks=True, late_seconds=60, trouble=tried)
    status, text = await answer_of(health.handle)

    assert (status, json.loads(text)["reason"]) == ((503, "disk_full") if trouble else (200, None))
    assert (await answer_of(health.alive))[0] == 200


async def test_metrics_without_a_database():
    """The process's own counts are shown all the same, beside a 0 for the database."""

    async def figures() -> Figures:
        raise StorageError("down", reason="disk_full")

    metrics = Metrics(figures)
    metrics.slack_call("chat.postMessage", "ok", 0.2)
    metrics.slack_call("chat.postMessage", "words <of> somebody", 0.2)
    status, text = await answer_of(metrics.handle)

    assert status == 200
    assert "plainwire_database_up 0.0" in text
    assert "plainwire_database_writable 0.0" in text
    assert 'plainwire_database_trouble{reason="disk_full"} 1.0' in text
    assert 'plainwire_slack_calls_total{method="chat.postMessage",outcome="ok"} 1.0' in text
    assert 'outcome="other"' in text


async def test_metrics_of_a_running_bot(tmp_path, free_tcp_port, free_tcp_port_factory):
    """Figures of ledger, feeds, queue and calls on a port of their own, not on the public one."""
    other = free_tcp_port_factory()
    async with open_office(tmp_path, free_tcp_port, PLAINWIRE_METRICS_PORT=other) as office:
        await office.install(TEAMS[0])
        await until(office.bot.rounds.last_tick)
        async with office.browser.get(f"http://127.0.0.1:{other}/metrics") as answer:
            assert answer.content_type == "text/plain"
            families = {
                each.name: each for each in text_string_to_metric_families(await answer.text())
            }
        for path, status in (("/healthz", 200), ("/metrics", 404)):
            assert (await office.get(path)).status == status

    value = {name: family.samples[0].value for name, family in families.items() if family.samples}
    assert value["plainwire_workspaces"] == 1
    assert value["plainwire_database_up"] == 1
    assert value["plainwire_queue_length"] == 0
    assert value["plainwire_tick_age_seconds"] < 30
    calls = {
        (sample.labels["method"], sample.labels["outcome"]): sample.value
        for sample in families["plainwire_slack_calls"].samples
        if sample.name.endswith("_total")
    }
    assert calls["oauth.v2.access", "ok"] == 1
    assert calls["auth.test", "ok"] == 1


async def test_one_server_for_all(tmp_path, free_tcp_port):
    """The same port for both puts the figures beside Slack's events."""
    async with open_office(tmp_path, free_tcp_port, PLAINWIRE_METRICS_PORT=free_tcp_port) as office:
        assert (await office.get("/metrics")).status == 200
        assert (await office.get("/healthz")).status == 200
        assert (await office.get("/livez")).status == 200


async def test_any_port(office):
    """Port 0 means any free one; the server says which it got."""
    bot = office.bot
    settings = bot.newsroom.settings.model_copy(update={"metrics_port": 0})
    object.__setattr__(bot.newsroom, "settings", settings)
    async with serving(bot, None) as (_, port):
        answer = await office.follow(f"http://127.0.0.1:{port}/healthz")
    assert answer.status == 200
