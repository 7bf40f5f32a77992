"""`plainwire run` as several processes on one PostgreSQL: exactly one digest, whatever happens."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.digest.delivery import Delivery, DeliveryKey
from bot.digest.preference import Channel
from bot.digest.schedule import date_of
from bot.news.feed import Feed
from bot.slack.search import FIRST_PAGE
from storage.cipher import Cipher, generate_key
from storage.database import Database
from tests.fakes.azure import Say
from tests.fakes.place import CHANNEL, WORKSPACE, Place, channel_due, open_place
from tests.fakes.postgres import NoPostgres, RestartablePostgres
from tests.fakes.program import Finished, Program, command, forked
from tests.fakes.wire_news import BANK, PILOT

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.slow]

_SHORT = {
    "PLAINWIRE_TAKEOVER_SECONDS": 2,
    "PLAINWIRE_SWEEP_SECONDS": 0.5,
    "PLAINWIRE_SETTLE_SECONDS": 0.3,
    "PLAINWIRE_SLACK_TIMEOUT_SECONDS": 4,
    "PLAINWIRE_ABANDONED_SECONDS": 5,
    "PLAINWIRE_RETRY_SECONDS": 0.3,
    "PLAINWIRE_GRACE_SECONDS": 1,
}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A place whose bots share one PostgreSQL."""

    place: Place
    dsn: str
    key: str

    @property
    def settings(self) -> dict[str, object]:
        ours = {"DATABASE_URL": self.dsn, "PLAINWIRE_ENCRYPTION_KEY": self.key}
        return {**self.place.settings, **_SHORT, **ours}

    def run(self, role: str = "all"):
        """Start a process."""
        return forked("run", "--role", role, cwd=self.place.folder, **self.settings)

    async def command(self, *arguments: object) -> Finished:
        """Run a command to its end."""
        return await command(*arguments, cwd=self.place.folder, **self.settings)

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        from pydantic import SecretStr

        cipher = Cipher([SecretStr(self.key)])
        async with await Database.open(self.dsn, cipher=cipher) as database:
            yield database

    async def set_up(self, *, due: bool = True) -> Channel:
        """Put one feed on the list, and #ai-news on."""
        feed = self.place.publishers.feed("ledger", [PILOT, BANK])
        async with self.database() as database:
            await database.facts.set("starter_feeds", "added")
            await database.feeds.add(Feed(url=feed, name="ledger", outlet="ledger.example"))
            channel = channel_due(datetime.now(UTC))
            if not due:
                later = datetime.now(UTC) + timedelta(hours=20)
                channel = replace(channel, next_due_at=later)
            await database.channels.save(channel)
        return channel

    async def wait_for(self, channel: Channel, *states: str) -> Delivery:
        """Wait until today's row in the ledger is in one of these states."""
        on = date_of(channel.preference, datetime.now(UTC))
        key = DeliveryKey(workspace_id=WORKSPACE, channel_id=CHANNEL, on=on)
        async with asyncio.timeout(45.0), self.database() as database:
            while True:
                row = await database.deliveries.get(key)
                if row is not None and row.state.value in states:
                    return row
                await asyncio.sleep(0.1)


@pytest.fixture
async def cluster(postgres: str, tmp_path: Path) -> AsyncIterator[Cluster]:
    async with open_place(tmp_path, with_model=False) as place:
        yield Cluster(place=place, dsn=postgres, key=generate_key().get_secret_value())


async def end(*programs: Program) -> None:
    """Stop all as a service manager does: each ends well, by itself."""
    for program in programs:
        program.stop()
    for program in programs:
        finished = await program.ended(20)
        assert finished.code == 0, finished.err
        assert "Traceback" not in finished.err, finished.err


async def test_roles_together_post_once(cluster):
    """A web, a clock and two workers make one digest; each stops well when told to."""
    channel = await cluster.set_up()
    async with (
        cluster.run("web") as web,
        cluster.run("clock") as clock,
        cluster.run("worker") as one,
        cluster.run("worker") as two,
    ):
        await cluster.wait_for(channel, "sent")
        await asyncio.sleep(1.5)  # several ticks and sweeps
        status = await cluster.command("status", "--format", "json")
        refused = await cluster.command("deliver", CHANNEL)
        await end(web, clock, one, two)
    [digest] = cluster.place.digests()
    assert "Pilot 2" in digest.text
    assert status.json["jobs"]["workers"] == 2
    assert status.json["deliveries_last_week"] == {"sent": 1}
    assert (refused.code, "posted in #ai-news before" in refused.err) == (1, True)


async def test_what_a_living_process_sends_is_its_own(cluster):
    """A second process that starts meanwhile takes nothing for lost: no second post, no search."""
    channel = await cluster.set_up()
    cluster.place.sandbox.faults.add(kind="accept_then_slow", method="chat.postMessage", seconds=3)
    async with cluster.run() as one:
        await cluster.place.wait_for_digest()
        async with cluster.run() as two:
            await two.says("bot_ready")
            row = await cluster.wait_for(channel, "sent")
            await end(one, two)
    assert row.tries == 1
    assert len(cluster.place.digests()) == 1
    looks = cluster.place.sandbox.calls.of("conversations.history")
    assert not any(str(look.arguments["limit"]) == str(FIRST_PAGE) for look in looks)


async def test_a_killed_process_is_replaced_by_the_others(cluster):
    """Killed while Slack answers and never restarted: another finds the post and ends the delivery."""
    channel = await cluster.set_up()
    cluster.place.sandbox.faults.add(kind="accept_then_slow", method="chat.postMessage", seconds=30)
    async with cluster.run("worker") as dies, cluster.run("clock") as clock:
        await cluster.place.wait_for_digest()
        async with cluster.run("worker") as lives:
            await lives.says("bot_ready")
            dies.kill()
            await cluster.wait_for(channel, "sent")
            await end(lives, clock)
    assert len(cluster.place.digests()) == 1


async def test_a_question_outlives_the_process_that_answers_it(postgres: str, tmp_path: Path):
    """Killed in the middle of an answer: another process completes that very message, within seconds."""
    async with open_place(tmp_path) as place:
        cluster = Cluster(place=place, dsn=postgres, key=generate_key().get_secret_value())
        channel = await cluster.set_up()
        async with cluster.run() as program:
            row = await cluster.wait_for(channel, "sent")
            place.azure.tokens_per_second = 12
            place.azure.always(Say(" ".join([PILOT.page.split("\n\n")[0]] * 6)))
            place.sandbox.as_user("ada").post("ai-news", "#1 what is it?", thread_ts=row.ts)
            said = place.sandbox.messages
            await place.sandbox.wait_for(
                lambda: any(it.streaming for it in said("ai-news")), timeout=20
            )
            program.kill()
            await program.ended(5)
        [half] = [it for it in said("ai-news") if it.streaming]
        place.azure.tokens_per_second = None
        async with cluster.run() as program:
            await place.sandbox.wait_for(lambda: "Sources" in json.dumps(half.blocks), timeout=20)
            await end(program)
        replies = [it for it in place.sandbox.thread("ai-news", str(row.ts)) if it.bot_id]
    assert [it.ts for it in replies if it.ts != row.ts] == [half.ts]
    assert not half.streaming


async def test_a_sleeper_that_wakes_up_does_no_harm(cluster):
    """Stopped for longer than the takeover time and woken: what others did meanwhile stays as it is."""
    channel = await cluster.set_up()
    cluster.place.sandbox.faults.add(kind="accept_then_slow", method="chat.postMessage", seconds=30)
    async with cluster.run("worker") as sleeps, cluster.run("clock") as clock:
        await cluster.place.wait_for_digest()
        sleeps.process.send_signal(signal.SIGSTOP)
        async with cluster.run("worker") as lives:
            row = await cluster.wait_for(channel, "sent")
            sleeps.process.send_signal(signal.SIGCONT)
            await sleeps.says("job_gone")
            await asyncio.sleep(1.0)
            await end(sleeps, lives, clock)
    assert await cluster.wait_for(channel, "sent") == row
    assert len(cluster.place.digests()) == 1


async def test_a_stop_hands_back_a_post_without_answer(cluster):
    """Stopped while Slack answers, longer than the grace time: the row says so, another looks."""
    channel = await cluster.set_up()
    cluster.place.sandbox.faults.add(kind="accept_then_slow", method="chat.postMessage", seconds=30)
    async with cluster.run("worker") as stops, cluster.run("clock") as clock:
        await cluster.place.wait_for_digest()
        await end(stops)
        row = await cluster.wait_for(channel, "unknown")
        assert "stopped" in row.reason
        async with cluster.run("worker") as lives:
            await cluster.wait_for(channel, "sent")
            await end(lives, clock)
    assert len(cluster.place.digests()) == 1


async def test_the_database_stopped_and_started(tmp_path):
    """A bot outlives its database: when it is back, work goes on by itself."""
    try:
        server = RestartablePostgres(tmp_path)
    except NoPostgres as reason:
        pytest.skip(str(reason))
    with server:
        async with open_place(tmp_path, with_model=False) as place:
            cluster = Cluster(place=place, dsn=server.dsn, key=generate_key().get_secret_value())
            await cluster.set_up(due=False)
            async with cluster.run() as program:
                await program.says("bot_ready")
                await asyncio.to_thread(server.stop)
                await program.says("worker_lost")
                await asyncio.sleep(2.0)
                await asyncio.to_thread(server.start)
                async with cluster.database() as database:
                    channel = channel_due(datetime.now(UTC))
                    await database.channels.save(channel)
                await cluster.wait_for(channel, "sent")
                program.stop()
                assert (await program.ended(20)).code == 0
            assert len(place.digests()) == 1
