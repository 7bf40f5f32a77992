"""`/metrics`: what this process did, and how its ledger stands, in Prometheus' text format."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from bot.errors import PlainwireError, StorageError
from bot.logs import get_logger

_ASK_SECONDS: Final = 10.0
_LABEL = re.compile(r"[A-Za-z0-9_.]{1,64}")
# Slack's calls usually take 0.1 to 1 s; ours give up after 30.
_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
log = get_logger("web")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """
    How the ledger stands, for all processes on it together.

    Attributes:
        deliveries: Of the last seven local dates, by state.
        model_calls: Of the UTC day, by outcome.
        model_cost_usd: Of the UTC day, as far as prices are known.
        feeds: By condition: "ok", "failing", "gone", "never_read".
        feeds_overdue: Not polled though their time came more than five minutes ago.
        unfinished: What is under way or waits, by kind: "delivery", "request".
        queue: Units of work that wait to be run; None when nobody could say.
        workspaces: In which Plainwire is installed.
        channels_planned: With a next digest.
        tick_age_seconds: Since the clock last ticked, None before the first time.
        trouble: Why the database cannot be written, such as "disk_full"; "" when it can.
        unwritten: Questions that this process keeps in memory until they can be stored.
    """

    deliveries: Mapping[str, int] = field(default_factory=dict)
    unfinished: Mapping[str, int] = field(default_factory=dict)
    model_calls: Mapping[str, int] = field(default_factory=dict)
    model_cost_usd: float = 0.0
    feeds: Mapping[str, int] = field(default_factory=dict)
    feeds_overdue: int = 0
    queue: int | None = None
    workspaces: int = 0
    channels_planned: int = 0
    tick_age_seconds: float | None = None
    trouble: str = ""
    unwritten: int = 0


class Metrics:
    """
    The figures of one process, in a registry of its own.

    Args:
        figures: Reads how the ledger stands; asked once per scrape.
    """

    def __init__(self, figures: Callable[[], Awaitable[Figures]]) -> None:
        self._figures = figures
        self._registry = CollectorRegistry()
        self._asking = asyncio.Lock()
        self._slack_calls = Counter(
            "plainwire_slack_calls",
            "Calls of Slack's API by this process, by method and outcome (ok, or Slack's code).",
            ["method", "outcome"],
            registry=self._registry,
        )
        self._slack_seconds = Histogram(
            "plainwire_slack_call_seconds",
            "How long calls of Slack's API took.",
            ["method"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._show = _Gauges(self._registry).show

    def slack_call(self, method: str, outcome: str, seconds: float) -> None:
        """Count one call of Slack's API."""
        method, outcome = _label(method), _label(outcome)
        self._slack_calls.labels(method, outcome).inc()
        self._slack_seconds.labels(method).observe(seconds)

    async def handle(self, _request: web.Request) -> web.Response:
        """Answer a scrape; when the database does not, with what the process itself knows."""
        async with self._asking:  # the gauges are shared
            try:
                async with asyncio.timeout(_ASK_SECONDS):
                    self._show(await self._figures())
            except (PlainwireError, TimeoutError) as error:
                log.warning("figures_missing", error=str(error) or "the database does not answer")
                self._show(None, error.reason if isinstance(error, StorageError) else "no_answer")
            text = generate_latest(self._registry)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_LATEST})


class _Gauges:
    """What is read from the ledger at each scrape."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, words: str, *labels: str) -> Gauge:
            return Gauge(f"plainwire_{name}", words, labels, registry=registry)

        self._up = gauge("database_up", "1 when the figures of the ledger could be read.")
        self._writable = gauge("database_writable", "1 when the database takes what is written.")
        self._trouble = gauge("database_trouble", "1 for what keeps it from that.", "reason")
        self._unwritten = gauge("requests_unwritten", "Questions kept until they can be stored.")
        self._deliveries = gauge("deliveries", "Deliveries of the last week, by state.", "state")
        self._unfinished = gauge("unfinished", "Deliveries and requests not over.", "kind")
        self._calls = gauge("model_calls_today", "Model calls of the UTC day.", "outcome")
        self._cost = gauge("model_cost_usd_today", "Known cost of the UTC day's model calls.")
        self._feeds = gauge("feeds", "Feeds by condition.", "condition")
        self._overdue = gauge("feeds_overdue", "Feeds that should have been read 5 minutes ago.")
        self._queue = gauge("queue_length", "Units of work that wait to be run.")
        self._workspaces = gauge("workspaces", "Workspaces in which Plainwire is installed.")
        self._channels = gauge("channels_planned", "Channels with a next digest.")
        self._tick = gauge("tick_age_seconds", "Time since the clock last ticked.")

    def show(self, figures: Figures | None, trouble: str = "") -> None:
        self._up.set(0 if figures is None else 1)
        trouble = trouble or (figures.trouble if figures else "")
        self._writable.set(0 if trouble else 1)
        labelled = (self._deliveries, self._unfinished, self._calls, self._feeds, self._trouble)
        for gauge in labelled:
            gauge.clear()
        if trouble:
            self._trouble.labels(trouble).set(1)
        if figures is None:
            return
        self._unwritten.set(figures.unwritten)
        _fill(self._deliveries, figures.deliveries)
        _fill(self._unfinished, figures.unfinished)
        _fill(self._calls, figures.model_calls)
        _fill(self._feeds, figures.feeds)
        nan = float("nan")
        self._cost.set(figures.model_cost_usd)
        self._overdue.set(figures.feeds_overdue)
        self._queue.set(nan if figures.queue is None else figures.queue)
        self._workspaces.set(figures.workspaces)
        self._channels.set(figures.channels_planned)
        self._tick.set(nan if figures.tick_age_seconds is None else figures.tick_age_seconds)


def _fill(gauge: Gauge, values: Mapping[str, int]) -> None:
    for label, value in values.items():
        gauge.labels(label).set(value)


def _label(text: str) -> str:
    """Return a name that cannot make the page grow without end or hold what somebody wrote."""
    return text if _LABEL.fullmatch(text) else "other"
