"""Rate limits: Slack's tiers on a clock of ours, and 429 on the wire."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import Sandbox
from bot.sandbox.limits import RateLimits
from bot.sandbox.refusal import RateLimited


def passes(limits: RateLimits, method: str, tier: int, at: float, channel: str = "") -> bool:
    try:
        limits.check(method, tier, "T1", channel, at)
    except RateLimited:
        return False
    return True


@pytest.mark.parametrize(("tier", "per_minute"), [(1, 1), (2, 20), (3, 50), (4, 100)])
def test_a_tier_lets_its_number_of_calls_a_minute_through(tier, per_minute):
    """A burst of a tier's size passes, one more does not, and a minute later it passes again."""
    limits = RateLimits()

    assert sum(passes(limits, "m", tier, 0.0) for _ in range(per_minute + 5)) == per_minute
    assert sum(passes(limits, "m", tier, 60.0) for _ in range(per_minute + 5)) == per_minute


def test_methods_and_workspaces_have_their_own_budget():
    """Being limited in one method or workspace leaves the others free."""
    limits = RateLimits()
    assert passes(limits, "m", 1, 0.0)
    assert not passes(limits, "m", 1, 0.0)

    limits.check("n", 1, "T1", "", 0.0)
    limits.check("m", 1, "T2", "", 0.0)


def test_a_steady_flow_at_the_limit_is_never_refused():
    """Calls paced exactly at a tier's rate pass for ever, and no minute holds more than it."""
    limits = RateLimits()

    assert all(passes(limits, "m", 3, number * 1.2) for number in range(500))
    assert sum(passes(limits, "n", 3, number * 0.1) for number in range(1200)) == 100


def test_one_message_a_second_and_channel_with_a_burst():
    """A channel takes a burst of five and then one message a second; another one is free."""
    limits = RateLimits()
    post = "chat.postMessage"

    assert sum(passes(limits, post, 0, 0.0, "C1") for _ in range(9)) == 5
    assert [passes(limits, post, 0, at, "C1") for at in (0.5, 1.1, 1.2, 2.2)] == [
        False,
        True,
        False,
        True,
    ]
    assert passes(limits, post, 0, 2.2, "C2")


def test_the_workspace_has_a_total_for_posts():
    """300 posts a minute in all, whatever the channel; the figure is a setting."""
    limits = RateLimits({"workspace_posts_per_minute": 30})

    passed = sum(passes(limits, "chat.postMessage", 0, 0.0, f"C{n}") for n in range(100))
    assert passed == 30


def test_the_wait_is_whole_seconds_and_long_enough():
    """After Retry-After seconds the call passes."""
    limits = RateLimits({"m": 6})
    for _ in range(6):
        limits.check("m", 3, "T1", "", 0.0)
    with pytest.raises(RateLimited) as caught:
        limits.check("m", 3, "T1", "", 0.0)

    assert caught.value.retry_after_seconds == 60
    assert not passes(limits, "m", 3, 59.0)
    assert passes(limits, "m", 3, 60.0)


@pytest.mark.anyio
async def test_a_limited_call_is_429_with_retry_after(session):
    """slack_sdk sees 429, `ratelimited` and Retry-After; its retry handler gets through."""
    async with Sandbox() as sandbox:
        plain = AsyncWebClient(
            token=sandbox.bot_token, base_url=sandbox.api_url, session=session, retry_handlers=[]
        )
        for _ in range(5):
            await plain.chat_postMessage(channel="C01AINEWS01", text="x")
        with pytest.raises(SlackApiError) as caught:
            await plain.chat_postMessage(channel="C01AINEWS01", text="x")
        assert caught.value.response.status_code == 429
        assert caught.value.response["error"] == "ratelimited"
        assert caught.value.response.headers["Retry-After"] == "1"

        patient = AsyncWebClient(
            token=sandbox.bot_token,
            base_url=sandbox.api_url,
            session=session,
            retry_handlers=[AsyncRateLimitErrorRetryHandler(max_retry_count=2)],
        )
        assert (await patient.chat_postMessage(channel="C01AINEWS01", text="x"))["ok"]
