"""`plainwire status`, `deliver`, `redo` and the roles of `run`, on an SQLite file against the sandbox."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.digest import transitions
from bot.digest.delivery import DeliveryKey
from bot.digest.schedule import date_of
from tests.fakes import program
from tests.fakes.place import CHANNEL, CHANNEL_NAME, WORKSPACE, Place
from tests.fakes.program import forked
from tests.fakes.wire_news import BANK, PILOT

pytestmark = pytest.mark.anyio


async def command(place: Place, *arguments: object, **more: object):
    return await program.command(*arguments, cwd=place.folder, **{**place.settings, **more})


async def set_up(place: Place):
    """One feed whose news is in the store already, and #ai-news on for tomorrow."""
    channel = await place.set_up([place.publishers.feed("ledger", [PILOT, BANK])])
    read = await command(place, "feeds", "list", "--format", "json")
    assert read.code == 0
    return channel


@pytest.mark.parametrize("role", ["web", "worker", "clock"])
async def test_roles_need_a_server(place: Place, role):
    """On an SQLite file a role other than all is wrong use, said with what to do."""
    finished = await command(place, "run", "--role", role)
    assert finished.code == 2
    assert "needs PostgreSQL" in finished.err
    assert "DATABASE_URL" in finished.err
    assert finished.quiet


async def test_deliver_posts_once_and_says_where(place: Place):
    """The first call posts today's digest, the second is refused with the message's address."""
    await set_up(place)
    first = await command(place, "deliver", f"#{CHANNEL_NAME}")
    assert first.code == 0, first.err
    assert "Posted the digest of" in first.out
    again = await command(place, "deliver", CHANNEL)
    assert again.code == 1
    assert "posted in #ai-news before" in again.err
    [digest] = place.digests()
    assert digest.ts.replace(".", "") in again.err
    name = first.out.split()[4]
    refused = await command(place, "redo", f"{WORKSPACE}/{CHANNEL}/{name}")
    assert refused.code == 1
    assert "was posted" in refused.err


async def test_deliver_refuses_what_makes_no_sense(place: Place):
    """A date ahead, a malformed one, a channel unknown: each with its exit code and next step."""
    await set_up(place)
    ahead = (datetime.now(UTC) + timedelta(days=3)).date()
    cases = [
        (("deliver", CHANNEL, "--date", ahead), 2, "is ahead"),
        (("deliver", CHANNEL, "--date", "soon"), 2, "2026-03-02"),
        (("deliver", "#nowhere"), 1, "channels list"),
        (("redo", "nonsense"), 2, "no name of a delivery"),
        (("redo", f"{WORKSPACE}/{CHANNEL}/2026-01-01"), 1, "no delivery"),
    ]
    for arguments, code, words in cases:
        finished = await command(place, *arguments)
        assert finished.code == code, (arguments, finished.err)
        assert words in finished.err
        assert "Traceback" not in finished.err
    assert place.digests() == []


async def test_redo_posts_what_was_skipped(place: Place):
    """`status` shows a skipped digest with its reason and name; `redo` with that name posts it."""
    channel = await set_up(place)
    key = DeliveryKey(
        workspace_id=WORKSPACE,
        channel_id=CHANNEL,
        on=date_of(channel.preference, datetime.now(UTC)),
    )
    async with place.database() as database:
        await database.deliveries.open(key, datetime.now(UTC), channel.next_due_at)
        row = await database.deliveries.get(key)
        assert row is not None
        await database.deliveries.change(row, transitions.skip(row, "the machine slept"))
    shown = await command(place, "status", "--format", "json")
    assert shown.json["missed"][0]["delivery"] == str(key)
    assert "the machine slept" in (await command(place, "status")).out
    refused = await command(place, "deliver", CHANNEL)
    assert (refused.code, f"plainwire redo {key}" in refused.err) == (1, True)
    done = await command(place, "redo", key)
    assert done.code == 0, done.err
    assert len(place.digests()) == 1


async def test_deliver_beside_a_running_bot_leaves_the_posting_to_it(place: Place):
    """With a bot on the same file, the command opens the delivery and the bot posts it, once."""
    await set_up(place)
    async with forked(
        "run", cwd=place.folder, PLAINWIRE_SWEEP_SECONDS=0.5, **place.settings
    ) as bot:
        await bot.says("bot_ready")
        second = await command(place, "run")
        assert (second.code, "already works on" in second.err) == (1, True)
        finished = await command(place, "deliver", CHANNEL)
        assert finished.code == 0, finished.err
        assert "does the posting" in finished.err
        shown = await command(place, "status", "--format", "json")
        assert shown.json["deliveries_last_week"] == {"sent": 1}
        assert shown.json["unfinished"] == []
        assert shown.json["jobs"] is None
        bot.stop()
        assert (await bot.ended(10)).code == 0
    assert len(place.digests()) == 1


async def test_status_in_words(place: Place):
    """Channels with their next digests, the week, unfinished work, feeds and cost, on one page."""
    await set_up(place)
    finished = await command(place, "status")
    assert finished.code == 0
    for words in (
        "Channels with a digest: 1",
        f"#{CHANNEL_NAME} ({CHANNEL})",
        "Deliveries of the last 7 days: none",
        "Unfinished work: none",
        "Feeds: 1, of which 0 fail",
        "Model today (UTC): 0 calls",
    ):
        assert words in finished.out


async def test_killed_work_goes_on_after_the_restart(place: Place):
    """After kill -9 the unfinished delivery is looked for and ended by the next start."""
    channel = await place.set_up([place.publishers.feed("ledger", [PILOT, BANK])], due=True)
    place.sandbox.faults.add(kind="slow", method="chat.postMessage", seconds=20)
    settings = {
        **place.settings,
        "PLAINWIRE_SETTLE_SECONDS": 0.2,
        "PLAINWIRE_RETRY_SECONDS": 0.2,
    }
    async with forked("run", cwd=place.folder, **settings) as bot:
        while not place.sandbox.calls.of("chat.postMessage") and not await sending(place, channel):
            await wait()
        bot.kill()
        await bot.ended(5)
    place.sandbox.faults.clear()
    async with forked("run", cwd=place.folder, **settings) as bot:
        # How soon is measured, not tested: docs/measurements.md.
        await bot.says("bot_ready")
        await place.wait_for_state(channel, "sent")
        bot.stop()
        await bot.ended(10)
    assert place.sandbox.calls.count("conversations.history")
    assert len(place.digests()) == 1


async def sending(place: Place, channel) -> bool:
    async with place.database() as database:
        rows = await database.deliveries.unfinished()
    return any(row.state.value == "sending" for row in rows)


async def wait() -> None:
    await asyncio.sleep(0.02)


# Before any `run`


async def test_deliver_reads_the_feeds_first(place: Place):
    """On a database in which nothing was ever read, the digest is made of what the feeds tell now."""
    await set_up(place)
    finished = await command(place, "deliver", CHANNEL)
    assert finished.code == 0, finished.err
    [digest] = place.digests()
    assert "Pilot 2" in digest.text
    assert "no feed has been read" not in digest.text.lower()


async def test_deliver_does_not_spend_the_day_on_silence(place: Place):
    """No feed answers: nothing is posted, said with what to do; once one does, the digest comes."""
    feed = f"{place.publishers.base}/ledger/feed.xml"  # 404
    await place.set_up([feed])
    for _ in range(2):
        finished = await command(place, "deliver", CHANNEL)
        assert finished.code == 1
        assert "was not posted yet: No feed answered (1 asked)" in finished.err
        assert "plainwire doctor" in finished.err
        assert "Traceback" not in finished.err
    assert place.digests() == []
    assert place.publishers.feed("ledger", [PILOT, BANK]) == feed
    finished = await command(place, "deliver", CHANNEL)
    assert finished.code == 0, finished.err
    [digest] = place.digests()
    assert "Pilot 2" in digest.text


async def test_when_the_time_is_up_the_digest_says_that_no_feed_answered(place: Place):
    """Never silently missing: as the catch-up window ends, the sentence is the day's digest."""
    feed = f"{place.publishers.base}/ledger/feed.xml"  # 404
    await place.set_up([feed])
    more = {"PLAINWIRE_CATCH_UP_SECONDS": 4, "PLAINWIRE_RETRY_SECONDS": 0.5}
    finished = await command(place, "deliver", CHANNEL, **more)
    assert finished.code == 0, finished.err
    assert "Not posted yet: No feed answered" in finished.err
    [digest] = place.digests()
    assert "No feed answered (1 asked)" in digest.text


async def test_deliver_tells_when_posting_stays_down(place: Place):
    """Slack takes no message until the window ends: cause, what to do and code 1; no second digest."""
    await set_up(place)
    place.sandbox.faults.add(kind="500", method="chat.postMessage", times=None)
    more = {
        "PLAINWIRE_CATCH_UP_SECONDS": 8,
        "PLAINWIRE_RETRY_SECONDS": 0.2,
        "PLAINWIRE_SETTLE_SECONDS": 0.1,
    }
    finished = await command(place, "deliver", CHANNEL, **more)
    assert finished.code == 1
    assert "was not posted (skipped): it was due at" in finished.err
    assert "what kept it: Slack's answer got lost (http_500)" in finished.err
    assert "plainwire redo" in finished.err
    place.sandbox.faults.clear()
    name = finished.err.rpartition("plainwire redo ")[2].strip()
    assert (await command(place, "redo", name)).code == 0
    assert len(place.digests()) == 1
