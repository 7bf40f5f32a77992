"""`plainwire doctor` on feeds: green on a fresh install, one line without a network, fitting advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app.check_feeds import check_feeds, feed_findings
from bot.app.newsroom import load_cipher, open_newsroom
from bot.clock import SystemClock
from bot.news.catalogue import starter_feeds
from bot.news.feed import Feed, FeedReading, PolledFeed
from bot.settings import load_settings
from storage.database import Database
from tests.fakes.feed_server import FeedServer
from tests.fakes.program import command
from tests.fakes.wire_news import PILOT

pytestmark = pytest.mark.anyio

GOOD = FeedReading(outcome="new", status=200)
NO_NAME = FeedReading(outcome="failed", cause="dns", problems=("x is not a name.",))


def failed(cause: str = "", status: int | None = None) -> FeedReading:
    return FeedReading(outcome="failed", cause=cause, status=status, problems=("It failed.",))


def read(*readings: FeedReading) -> list[tuple[PolledFeed, FeedReading]]:
    return [
        (PolledFeed(feed=Feed(url=f"https://f{n}.example/", name=f"F{n}", outlet="")), one)
        for n, one in enumerate(readings)
    ]


@pytest.mark.parametrize(
    ("reading", "advice", "says_remove"),
    [
        (failed(status=404), "new address", True),
        (FeedReading(outcome="gone", status=410, problems=("Gone.",)), "new address", True),
        (failed(status=403), "does not let programs read", True),
        (failed(status=429), "tries it again by itself", False),
        (failed(status=503), "tries it again by itself", False),
        (failed("timeout"), "PLAINWIRE_FETCH_TIMEOUT_SECONDS", False),
        (failed("connection"), "tries it again by itself", False),
        (failed("broken"), "tries it again by itself", False),
        (NO_NAME, "tries it again by itself", False),
        (failed("tls"), "certificate authority", False),
        (failed("private"), "PLAINWIRE_ALLOW_PRIVATE", False),
        (failed("proxy"), "PLAINWIRE_OUTBOUND_PROXY", False),
        (failed(), "another address", True),
    ],
)
def test_advice_fits_the_cause(reading: FeedReading, advice: str, says_remove: bool):
    """Of many feeds only those that fail are listed, and only what is gone or no feed is to be removed."""
    found = feed_findings(read(GOOD, GOOD, reading), "of the starter list", {}, False)

    assert [one.state for one in found] == ["ok", "warning"]
    assert found[0].what == "2 of the 3 feeds of the starter list can be read."
    assert advice in found[1].next_step
    assert ("plainwire feeds remove" in found[1].next_step) is says_remove


@pytest.mark.parametrize(
    ("readings", "environment", "has_proxy", "what", "step"),
    [
        ([NO_NAME] * 30, {}, False, "None of the 30 feeds", "DNS"),
        ([NO_NAME], {}, False, "The only feed on the list could not be reached", "DNS"),
        ([failed("connection")] * 3, {}, False, "refused or blocked", "firewall"),
        ([failed("timeout")] * 3, {}, False, "nobody answers in time", "firewall"),
        ([failed("proxy")] * 3, {}, True, "proxy", "PLAINWIRE_OUTBOUND_PROXY"),
        ([failed("proxy_refuses")] * 3, {}, True, "proxy", "a user and a password"),
        ([NO_NAME] * 3, {}, True, "proxy", "PLAINWIRE_OUTBOUND_PROXY"),
        ([NO_NAME] * 2, {"HTTPS_PROXY": "http://p"}, False, "DNS", "HTTPS_PROXY is set here"),
        ([NO_NAME, NO_NAME, failed(status=502)], {}, False, "None of the 3 feeds", "DNS"),
        ([failed("private")] * 3, {}, False, "private address", "login page"),
    ],
)
def test_no_network_is_one_line(
    readings: list[FeedReading],
    environment: dict[str, str],
    has_proxy: bool,
    what: str,
    step: str,
):
    """When nothing can be reached one line says why and what to look at, and the check has failed."""
    [found] = feed_findings(read(*readings), "on the list", environment, has_proxy)

    assert found.state == "failed"
    assert what in found.what
    assert step in found.next_step
    assert "remove" not in found.next_step


def test_what_most_feeds_have_in_common_is_said_once():
    """One feed on this machine answers and no name can be resolved: one line, and one for the other fault."""
    dns = FeedReading(outcome="failed", problems=("The name cannot be found.",), cause="dns")
    gone = FeedReading(outcome="failed", problems=("404",), status=404)
    found = feed_findings(read(GOOD, *[dns] * 5, gone), "on the list", {}, False)

    assert [one.state for one in found] == ["ok", "failed", "warning"]
    assert found[1].what == (
        "5 of the 7 feeds on the list could not be reached: names cannot be resolved (DNS)."
    )
    assert "remove" not in found[1].next_step


@pytest.mark.parametrize("count", [1, 2])
def test_all_is_well(count: int):
    """One line is enough when every feed can be read, in the number that fits."""
    [found] = feed_findings(read(*[GOOD] * count), "on the list", {}, False)
    assert found.state == "ok"
    assert (
        found.what
        == ("The only feed on the list can be read.", "All 2 feeds on the list can be read.")[
            count - 1
        ]
    )


async def test_a_fresh_install_checks_the_starter_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Before the first `run` the feeds that it brings are checked, and none is written down."""
    async with FeedServer() as publishers:
        brought = [Feed(url=publishers.feed(name, [PILOT]), name=name, outlet="") for name in "ab"]
        monkeypatch.setattr("bot.app.newsroom.starter_feeds", lambda: brought)
        settings = load_settings(
            _env_file=None,
            DATABASE_URL=f"sqlite:////{str(tmp_path / 'p.db').lstrip('/')}",
            PLAINWIRE_ALLOW_PRIVATE=publishers.allow,
        )
        async with (
            await Database.open(settings.database_url, cipher=load_cipher(settings)) as database,
            open_newsroom(settings, database, SystemClock()) as newsroom,
        ):
            [found] = await check_feeds(newsroom)
            assert await database.feeds.all() == []

    assert (found.state, found.what) == ("ok", "All 2 feeds of the starter list can be read.")


async def test_a_fresh_install_behind_a_proxy_that_is_away(tmp_path: Path):
    """With no way out `doctor` fails with one line on feeds, which names the list and where to look."""
    finished = await command(
        "doctor", "--format", "json", cwd=tmp_path, PLAINWIRE_OUTBOUND_PROXY="http://127.0.0.1:9"
    )
    [found] = [one for one in finished.json if one["area"] == "feeds"]

    assert finished.code == 1
    assert found["state"] == "failed"
    assert f"None of the {len(starter_feeds())} feeds of the starter list" in found["what"]
    assert "PLAINWIRE_OUTBOUND_PROXY" in found["next_step"]


async def test_an_empty_list_is_still_a_failure(tmp_path: Path):
    """Who took every feed off the list is told so: there is nothing to make a digest of."""
    settings = load_settings(
        _env_file=None, DATABASE_URL=f"sqlite:////{str(tmp_path / 'p.db').lstrip('/')}"
    )
    async with (
        await Database.open(settings.database_url, cipher=load_cipher(settings)) as database,
        open_newsroom(settings, database, SystemClock()) as newsroom,
    ):
        await database.facts.set("starter_feeds", "added")
        [found] = await check_feeds(newsroom)
    assert found.state == "failed"
    assert "No feed is on the list" in found.what
