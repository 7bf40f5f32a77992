"""Pacing, proxy rules and the table of refusals, without a network."""

from __future__ import annotations

import pytest

from bot.slack.client import SlackClients
from bot.slack.outcome import UNKNOWN_CODES, failure_of
from bot.slack.pacing import POSTING_CHANNEL, SWEEP_AT, Pacer
from bot.slack.proxy import proxy_for
from bot.slack.refusals import _TABLE, reason, refusal
from bot.token_bucket import Bucket, Rate
from tests.fakes.installations import FakeInstallations

SLACK = "https://slack.com/api/"
PROXY = "http://proxy.example:3128"


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        (SLACK, {}, None),
        (SLACK, {"HTTPS_PROXY": PROXY}, PROXY),
        (SLACK, {"https_proxy": PROXY}, PROXY),
        (SLACK, {"HTTP_PROXY": PROXY}, PROXY),
        (SLACK, {"HTTPS_PROXY": ""}, None),
        (SLACK, {"HTTPS_PROXY": PROXY, "NO_PROXY": "slack.com"}, None),
        (SLACK, {"HTTPS_PROXY": PROXY, "no_proxy": "a.example, .slack.com"}, None),
        (SLACK, {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}, None),
        (SLACK, {"HTTPS_PROXY": PROXY, "NO_PROXY": "notslack.com,lack.com,,"}, PROXY),
        ("https://eu.slack.com/api/", {"HTTPS_PROXY": PROXY, "NO_PROXY": "slack.com"}, None),
        ("http://127.0.0.1:8787/api/", {"HTTP_PROXY": PROXY}, None),
        ("http://127.9.9.9/api/", {"HTTP_PROXY": PROXY}, None),
        ("http://[::1]:8787/api/", {"HTTP_PROXY": PROXY}, None),
        ("http://localhost:8787/api/", {"HTTP_PROXY": PROXY}, None),
        ("http://localhost.example/api/", {"HTTP_PROXY": PROXY}, PROXY),
    ],
)
def test_proxy_rules(url, environment, expected):
    """Loopback and NO_PROXY go direct; everything else takes the proxy of the environment."""
    assert proxy_for(url, environment) == expected


@pytest.mark.anyio
async def test_clients_share_a_session_and_never_retry(monkeypatch):
    """Every client has our timeouts, no retry handler, and the proxy by our rule."""
    monkeypatch.setenv("HTTPS_PROXY", PROXY)
    async with SlackClients(FakeInstallations()) as clients:
        first, second = clients.for_token("xoxb-1"), clients.for_token("xoxb-2")
        assert first.session is second.session
        assert first.retry_handlers == []
        assert first.session.timeout.total == 30
        assert first.proxy == PROXY
    async with SlackClients(FakeInstallations(), base_url="http://127.0.0.1:1/api/") as clients:
        assert clients.for_token("xoxb-1").proxy is None


def test_a_bucket_gives_a_burst_and_then_its_rate():
    """Three at once, then one a second; a pause refills no more than the burst."""
    bucket = Bucket(POSTING_CHANNEL, 100.0)
    assert [bucket.take(100.0) for _ in range(5)] == [0, 0, 0, 1, 2]
    assert [bucket.take(1_000.0) for _ in range(4)] == [0, 0, 0, 1]


def test_a_held_bucket_waits_as_long_as_slack_asked():
    """After a 429 nothing goes out before Retry-After has passed."""
    bucket = Bucket(Rate(2.0, 10), 0.0)
    bucket.hold(5.0, 30.0)
    assert bucket.take(5.0) == pytest.approx(30.0)
    assert bucket.take(40.0) == 0


@pytest.mark.anyio
async def test_a_turn_too_far_away_is_not_taken():
    """A caller who would wait too long is told, and does not lengthen the queue."""
    pacer = Pacer()
    pacer.hold("T1", "chat.postMessage", 60)
    first = await pacer.wait("T1", "chat.postMessage", "C1", at_most_seconds=1)
    again = await pacer.wait("T1", "chat.postMessage", "C1", at_most_seconds=1)
    assert first == pytest.approx(again, abs=0.5)
    assert await pacer.wait("T2", "chat.postMessage", "C1", at_most_seconds=1) == 0


@pytest.mark.anyio
async def test_the_pacer_forgets_idle_channels():
    """Ten thousand channels do not stay in memory once their buckets are full again."""
    pacer = Pacer()
    for number in range(SWEEP_AT + 50):
        await pacer.wait("T1", "chat.update", f"C{number}", at_most_seconds=0.0)
    assert len(pacer._buckets) < 100


@pytest.mark.parametrize("code", sorted(_TABLE))
def test_every_refusal_reads_as_two_sentences(code):
    """Cause and next step are whole sentences, and no certain code is also an unknown one."""
    found = refusal(code)
    assert found.what.endswith(".")
    assert found.next_step.endswith(".")
    assert code not in UNKNOWN_CODES
    assert "detail" in reason(code, "detail")


def test_lost_answers_are_unknown_whatever_the_exception():
    """Everything but a connection that was never made leaves the outcome open."""
    for error in (TimeoutError(), ConnectionResetError(), OSError(), ValueError("x")):
        assert not failure_of(error).certain
