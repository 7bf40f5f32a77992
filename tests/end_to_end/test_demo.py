"""`plainwire demo`: the whole job in one process, against the sandbox, with the sample edition."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import demo
from bot.digest.digest import Digest
from bot.news.feed import Feed
from bot.news.story import CollectReport
from bot.settings import load_settings
from tests.fakes.feed_server import FeedServer
from tests.fakes.place import CHANNEL
from tests.fakes.program import plainwire, started
from tests.fakes.wire_news import BANK, PILOT, PILOT_TOO


@dataclass
class Seen:
    """What one demo did."""

    steps: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    reports: list[tuple[CollectReport, bool]] = field(default_factory=list)
    digests: list[Digest] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    pings: dict[str, Any] = field(default_factory=dict)

    @property
    def say(self) -> demo.Say:
        return demo.Say(
            step=self.steps.append,
            feed=lambda progress: progress.error and self.failed.append(progress.feed.name),
            collected=lambda report, is_sample: self.reports.append((report, is_sample)),
            digest=lambda _title, digest: self.digests.append(digest),
        )


async def run_demo(**options: Any) -> Seen:
    """Run the demo until both digests are there, and look into its workspace."""
    seen = Seen()
    settings = load_settings(_env_file=None, **options.pop("settings", {}))
    async with (
        demo.open_demo(settings, seen.say, port=0, **options) as url,
        aiohttp.ClientSession(url) as session,
    ):
        shown = await _json(session, f"/sandbox/messages?channel={CHANNEL}")
        seen.messages = shown["messages"]
        seen.pings = await _json(session, "/sandbox/pings")
    return seen


async def _json(session: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with session.get(path) as answer:
        return dict(await answer.json())


@pytest.fixture(scope="module")
def sample() -> Seen:
    """One demo of the sample edition, looked at by many tests."""
    return asyncio.run(run_demo(sample=True))


def test_both_digests_are_posted(sample: Seen):
    """Yesterday's and today's digest are in #ai-news, and nothing else is."""
    assert len(sample.messages) == 2
    assert all(message["user"] == "U01PLAINBOT" for message in sample.messages)
    assert [len(digest.items) for digest in sample.digests] == [5, 5]
    assert sample.digests[0].digest_on < sample.digests[1].digest_on


def test_stories_are_merged_across_outlets(sample: Seen):
    """An event that several outlets tell is one story with all of them as its sources."""
    for digest in sample.digests:
        merged = [item for item in digest.items if len(item.explanation.sources) > 1]
        assert merged
        for item in merged:
            names = [source.name for source in item.explanation.sources]
            assert len(names) == len(set(names))


def test_yesterdays_story_comes_back_only_as_an_update(sample: Seen):
    """A story told yesterday is told again only with what is new in it."""
    yesterday, today = sample.digests
    told = {item.chosen.story.id for item in yesterday.items}
    again = [item for item in today.items if item.chosen.story.id in told]

    assert again
    for item in again:
        assert item.chosen.update_of is not None
        assert item.explanation.what_is_new
    assert "New since" in json.dumps(sample.messages[1])


def test_no_story_stands_twice_in_a_digest(sample: Seen):
    """No digest tells one event twice, neither by id nor by headline."""
    for digest in sample.digests:
        ids = [item.chosen.story.id for item in digest.items]
        headlines = [item.explanation.headline for item in digest.items]
        assert len(set(ids)) == len(ids)
        assert len(set(headlines)) == len(headlines)


def test_hostile_entry_does_no_harm(sample: Seen):
    """Mentions, masked links and inner addresses of the hostile feed reach nobody."""
    posted = json.dumps(sample.messages)

    assert sample.pings["pings"] == []
    assert sample.pings["masked_links"] == []
    for forbidden in ("169.254", "<!channel>", "<!here>", "<!everyone>", "javascript:"):
        assert forbidden not in posted
    assert "<@U" not in posted


def test_digest_says_that_no_model_wrote_it(sample: Seen):
    """Both digests carry the label of the extractive explainer."""
    for message in sample.messages:
        assert "without a language model" in json.dumps(message["blocks"])
    for digest in sample.digests:
        assert {item.explanation.written_by for item in digest.items} == {"extractive"}


def test_terms_are_explained(sample: Seen):
    """Stories carry glossary terms with meaning and comparison, and they are posted."""
    terms = [term for item in sample.digests[1].items for term in item.explanation.terms]
    posted = json.dumps(sample.messages[1], ensure_ascii=False)

    assert len(terms) >= 5
    assert all(term.meaning and term.comparison for term in terms)
    assert any(term.meaning.rstrip(".") in posted for term in terms)


def test_what_is_no_news_is_left_out_with_its_reason(sample: Seen):
    """The advert, the sponsored item, the roundup and the other subject are left out, and why."""
    reasons = {found.reason for report, _ in sample.reports for found in report.left_out}

    assert {"a job advert", "sponsored", "a roundup of several items", "not about AI"} <= reasons


def test_live_feeds_are_used_when_they_answer(monkeypatch: pytest.MonkeyPatch):
    """With enough real feeds the digest is made of them; what hangs is cut off and named."""

    async def work() -> Seen:
        async with FeedServer() as publishers:
            urls = {
                "ledger": publishers.feed("ledger", [PILOT]),
                "signal": publishers.feed("signal", [PILOT_TOO]),
                "bench": publishers.feed("bench", [BANK]),
                "slow": publishers.hang("/slow/feed.xml"),
            }
            feeds = [
                Feed(url=url, name=name, outlet=f"{name}.example") for name, url in urls.items()
            ]
            monkeypatch.setattr(demo, "starter_feeds", lambda: feeds)
            # Long enough for three feeds to be parsed in a process that still has to start.
            monkeypatch.setattr(demo, "LIVE_SECONDS", 4.0)
            return await run_demo(settings={"allow_private": (publishers.allow,)})

    seen = asyncio.run(work())

    assert not any(is_sample for _, is_sample in seen.reports)
    assert [len(digest.items) for digest in seen.digests] == [0, 2]
    assert "Did not answer: slow" in seen.steps


def test_sample_edition_is_named_when_no_feed_answers(monkeypatch: pytest.MonkeyPatch):
    """When the real feeds cannot be reached, the demo says so and uses the sample edition."""
    unreachable = [Feed(url="http://127.0.0.1:9/feed.xml", name="Nowhere", outlet="nowhere")]
    monkeypatch.setattr(demo, "starter_feeds", lambda: unreachable)

    seen = asyncio.run(run_demo())

    assert any("using the sample edition" in step for step in seen.steps)
    assert all(is_sample for _, is_sample in seen.reports)
    assert len(seen.messages) == 2


@pytest.mark.anyio
async def test_command_ends_well_behind_a_dead_proxy(tmp_path: Path):
    """`demo --once` shows its progress and both digests, and no proxy stands between it and loopback."""
    proxy = f"http://127.0.0.1:{_dead_port()}"
    finished = await plainwire(
        "demo", "--once", "--sample", "--port", 0, cwd=tmp_path,
        HTTP_PROXY=proxy, HTTPS_PROXY=proxy, http_proxy=proxy, https_proxy=proxy, ALL_PROXY=proxy,
    )  # fmt: skip

    assert finished.code == 0
    assert finished.quiet, finished.err
    for words in (
        "feeds answered (sample edition)",
        "5 stories explained and posted into #ai-news",
        "Yesterday's digest",
        "Today's digest",
        "put together without a language model",
        "http://127.0.0.1:",
    ):
        assert words in finished.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
async def test_ctrl_c_ends_a_running_demo(tmp_path: Path):
    """Ctrl-C ends the demo that stays up, with code 130 and no traceback."""
    async with started("demo", "--sample", "--port", 0, cwd=tmp_path) as program:
        await program.says("Ctrl-C ends everything")
        program.interrupt()
        finished = await program.ended(5)

    assert finished.code == 130
    assert finished.quiet, finished.err
    assert "Stopped." in finished.err


@pytest.mark.anyio
@pytest.mark.parametrize("words", ["Local Slack workspace:", "feeds answered"])
async def test_ctrl_c_in_the_middle_of_the_work(tmp_path: Path, words: str):
    """Ctrl-C while the demo still works ends it as cleanly."""
    async with started("demo", "--sample", "--port", 0, cwd=tmp_path) as program:
        await program.says(words)
        program.interrupt()
        finished = await program.ended(5)

    assert finished.code == 130
    assert finished.quiet, finished.err


def _dead_port() -> int:
    """Return a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
