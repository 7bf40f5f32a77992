"""
Keeping to Slack's rates before Slack has to say so.

A bucket refills steadily and allows a short burst; a 429 closes it for as long as Slack asked.
Limits are per method and workspace, for posting also per channel (docs.slack.dev, rate limits).
"""

from __future__ import annotations

import asyncio
from typing import Final

from bot.token_bucket import Bucket, Rate

TIER_2: Final = Rate(20 / 60, 5)
TIER_3: Final = Rate(50 / 60, 10)
TIER_4: Final = Rate(100 / 60, 20)
# setStatus: "hundreds of requests a minute", no exact number.
SPECIAL: Final = Rate(5.0, 250)
# All that Slack lets start in a minute may start at once, less a margin for clocks that differ;
# what is over that falls back to a post, see `bot/slack/answers.py`.
STREAM_STARTS: Final = Rate(18 / 60, 18)
# A stream that runs must be stopped: no margin here, a 429 is waited for.
STREAM_STOPS: Final = Rate(20 / 60, 20)
# "Several hundred a minute" for a workspace, taken as 300 in any minute (one may begin with a whole
# burst); one a second with short bursts for a channel.
POSTING_WORKSPACE: Final = Rate(4.85, 8)
POSTING_CHANNEL: Final = Rate(1.0, 3)

METHOD_RATES: Final[dict[str, Rate]] = {
    "assistant.threads.setStatus": SPECIAL,
    "assistant.threads.setSuggestedPrompts": TIER_4,
    "chat.appendStream": TIER_4,
    "chat.postEphemeral": TIER_4,
    "chat.postMessage": POSTING_WORKSPACE,
    "chat.startStream": STREAM_STARTS,
    "chat.stopStream": STREAM_STOPS,
    "chat.update": TIER_3,
    "conversations.history": TIER_3,
    "conversations.info": TIER_3,
    "conversations.join": TIER_3,
    "conversations.list": TIER_2,
    "conversations.members": TIER_4,
    "conversations.replies": TIER_3,
    "users.conversations": TIER_3,
    "users.list": TIER_2,
    "users.info": TIER_4,
    "views.open": TIER_4,
    "views.publish": TIER_4,
    "views.push": TIER_4,
    "views.update": TIER_4,
}
# More keys than this are swept of those that stand full again; when that leaves most of them, not
# before twice as many are there, or every call would look at all.
SWEEP_AT: Final = 2_000


class Pacer:
    """The buckets of one process."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        self._sweep_at = SWEEP_AT

    async def wait(
        self, workspace_id: str, method: str, channel_id: str = "", *, at_most_seconds: float
    ) -> float:
        """
        Wait for the turn of a call.

        Returns:
            0.0 when the call may be made now; else how many seconds the turn is away, when that is
            more than *at_most_seconds*: no turn was taken then.
        """
        clock = asyncio.get_running_loop().time
        start = clock()
        # The channel's own turn first: posts that wait for one busy channel must not use up the
        # turns of the whole workspace meanwhile.
        buckets = self._for(workspace_id, method, channel_id, start)
        away = max(bucket.away(start) for bucket in buckets)
        if away > at_most_seconds:
            return away
        for taken, bucket in enumerate(buckets, 1):
            now = clock()
            seconds = bucket.take(now)
            if now - start + seconds > at_most_seconds and seconds:
                for used in buckets[:taken]:
                    used.give_back()
                return seconds
            if seconds:
                await asyncio.sleep(seconds)
        return 0.0

    def room(self, workspace_id: str, method: str) -> float:
        """Return how many calls could be made at once now; for calls that others should go before."""
        now = asyncio.get_running_loop().time()
        bucket = self._for(workspace_id, method, "", now)[-1]
        return 0.0 if bucket.away(now) else bucket.tokens

    def hold(self, workspace_id: str, method: str, seconds: float) -> None:
        """Let nobody call *method* in the workspace for *seconds*: Slack answered 429."""
        now = asyncio.get_running_loop().time()
        self._for(workspace_id, method, "", now)[-1].hold(now, seconds)

    def _for(self, workspace_id: str, method: str, channel_id: str, now: float) -> list[Bucket]:
        if len(self._buckets) > self._sweep_at:
            self._buckets = {k: b for k, b in self._buckets.items() if not b.is_full(now)}
            self._sweep_at = max(SWEEP_AT, 2 * len(self._buckets))
        rate = METHOD_RATES.get(method, TIER_3)
        found = [self._buckets.setdefault((workspace_id, method), Bucket(rate, now))]
        if channel_id:
            key = (workspace_id, method, channel_id)
            found.insert(0, self._buckets.setdefault(key, Bucket(POSTING_CHANNEL, now)))
        return found
