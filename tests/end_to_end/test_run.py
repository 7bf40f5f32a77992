"""`plainwire run` as an operator runs it: exactly one digest a day, whatever happens to the process."""

from __future__ import annotations

import asyncio
import json
import random

import pytest

from tests.fakes.place import Place
from tests.fakes.program import Program, command, forked, plainwire, started
from tests.fakes.wire_news import ADVERT, BANK, PILOT, PILOT_TOO

pytestmark = pytest.mark.anyio


def publish(place: Place) -> list[str]:
    """Two outlets: two stories, one of them told by both, and an advert."""
    return [
        place.publishers.feed("ledger", [PILOT, ADVERT]),
        place.publishers.feed("signal", [PILOT_TOO, BANK]),
    ]


def running(place: Place, **more: object):
    return forked("run", cwd=place.folder, **{**place.settings, **more})


def started_anew(place: Place):
    """Return a bot that nothing was imported for."""
    return started("run", cwd=place.folder, **place.settings)


@pytest.mark.slow
async def test_one_digest_then_nothing_on_the_same_day(place: Place):
    """One digest with one model call a story; after a restart no model call and no post."""
    channel = await place.set_up(publish(place), due=True)

    async with started_anew(place) as program:
        await place.wait_for_state(channel, "sent", program)
        program.stop()
        first = await program.ended(10)
    calls, posts = len(place.azure.calls), len(place.sandbox.calls.of("chat.postMessage"))

    async with started_anew(place) as program:
        await program.says("bot_ready")
        await asyncio.sleep(1.5)  # several ticks, and the time of the first round
        program.stop()
        second = await program.ended(10)

    [digest] = place.digests()
    assert "Pilot 2" in digest.text
    assert "hiring" not in json.dumps(digest.blocks)
    assert (calls, posts) == (2, 1)
    assert len(place.azure.calls) == calls
    assert len(place.sandbox.calls.of("chat.postMessage")) == posts
    for finished in (first, second):
        assert finished.code == 0
        assert finished.quiet, finished.err
        assert finished.out == ""


async def test_digest_due_at_start_is_made_of_todays_news(place: Place):
    """A digest that is due when the bot starts waits for the feeds, and not longer than their limit."""
    feeds = [*publish(place), place.publishers.hang("/slow/feed.xml")]
    await place.set_up(feeds, due=True)

    async with running(place, PLAINWIRE_FETCH_TIMEOUT_SECONDS=3) as program:
        digest = await place.wait_for_digest()
        program.stop()
        await program.ended(10)

    assert "Fernhill" in digest.text
    assert "slow" in json.dumps(digest.blocks)


async def test_the_first_digest_waits_for_the_first_feed(place: Place):
    """Due before any feed could be read: nothing is posted until one answers, then the day's news."""
    feed = f"{place.publishers.base}/ledger/feed.xml"  # 404
    channel = await place.set_up([feed], due=True)
    async with running(place, PLAINWIRE_RETRY_SECONDS=0.5) as program:
        row = await place.wait_for_state(channel, "due", program)
        while "No feed answered" not in row.reason:
            row = await place.wait_for_state(channel, "due", program)
        assert place.digests() == []
        place.publishers.feed("ledger", [PILOT])
        digest = await place.wait_for_digest()
        program.stop()
        await program.ended(10)
    assert "Pilot 2" in digest.text
    assert len(place.digests()) == 1


@pytest.mark.slow
async def test_killed_while_slack_answers(place: Place):
    """Killed after Slack took the message and before its answer came: found again, not repeated."""
    channel = await place.set_up(publish(place), due=True)
    place.sandbox.faults.add(kind="accept_then_slow", method="chat.postMessage", seconds=20)

    async with running(place) as program:
        await place.wait_for_digest()
        program.kill()
        await program.ended(5)
    async with running(place) as program:
        row = await place.wait_for_state(channel, "sent", program)
        program.stop()
        finished = await program.ended(10)

    assert [message.ts for message in place.digests()] == [row.ts]
    assert finished.quiet, finished.err


async def test_killed_before_slack_heard_of_it(place: Place):
    """Killed while the model is still writing: the next start posts the digest, once."""
    channel = await place.set_up(publish(place), due=True)
    place.azure.first_token_seconds = 30

    async with running(place) as program:
        async with asyncio.timeout(20):
            await place.azure.called.wait()
        program.kill()
        await program.ended(5)
    place.azure.first_token_seconds = 0
    async with running(place) as program:
        await place.wait_for_state(channel, "sent", program)
        program.stop()
        await program.ended(10)

    assert len(place.digests()) == 1


@pytest.mark.slow
async def test_killed_at_any_moment(place: Place):
    """Killed again and again at random moments, the bot still posts exactly one digest."""
    channel = await place.set_up(publish(place), due=True)
    seed = random.randrange(10**6)
    draw = random.Random(seed)
    place.azure.first_token_seconds = 0.2
    place.sandbox.faults.add(kind="slow", method="chat.*", every=1, seconds=0.2)

    for _ in range(4):
        async with running(place) as program:
            await program.says("bot_ready")
            await asyncio.sleep(draw.uniform(0.0, 1.0))
            program.kill()
            await program.ended(5)
    async with running(place) as program:
        await place.wait_for_state(channel, "sent", program)
        program.stop()
        await program.ended(10)

    assert len(place.digests()) == 1, f"seed {seed}"


async def test_second_run_on_the_same_state_is_refused(place: Place):
    """A second `run` beside the first says why it does not start, and ends with code 1."""
    await place.set_up()
    async with running(place) as first:
        await first.says("bot_ready")
        second = await command("run", cwd=place.folder, **place.settings)
        listed = await command("channels", "list", cwd=place.folder, **place.settings)

    assert second.code == 1
    assert "Another `plainwire run` already works on" in second.err
    assert "Stop it first" in second.err
    assert second.quiet, second.err
    assert listed.code == 0


async def test_ctrl_c_ends_it(place: Place):
    """Ctrl-C ends a running bot with code 130 and nothing that looks like a fault."""
    await place.set_up(publish(place))
    async with started_anew(place) as program:
        await program.says("bot_ready")
        program.interrupt()
        finished = await program.ended(5)

    assert finished.code == 130
    assert finished.quiet, finished.err


async def test_wrong_token(place: Place):
    """A token that Slack does not know ends the start with a sentence and code 1."""
    for name, value in (("SLACK_BOT_TOKEN", "xoxb-wrong"), ("SLACK_APP_TOKEN", "xapp-wrong")):
        finished = await command("run", cwd=place.folder, **{**place.settings, name: value})

        assert finished.code == 1
        assert name in finished.err
        assert value not in finished.err
        assert finished.quiet, finished.err


async def test_missing_tokens(place: Place):
    """Without tokens the start ends with code 2, names all that are missing, and leaves no trace."""
    finished = await plainwire("run", cwd=place.folder)

    assert finished.code == 2
    assert "SLACK_BOT_TOKEN and SLACK_APP_TOKEN are missing" in finished.err
    assert "README" in finished.err
    assert finished.quiet, finished.err
    assert list(place.folder.iterdir()) == []


async def test_unreachable_slack(place: Place):
    """When Slack cannot be reached the start says so, with code 1 and no traceback."""
    settings = {**place.settings, "SLACK_API_URL": "http://127.0.0.1:9/api/"}
    finished = await command("run", cwd=place.folder, **settings)

    assert finished.code == 1
    assert "plainwire: " in finished.err
    assert finished.quiet, finished.err


@pytest.mark.slow
async def test_answers_keep_coming_after_a_cut_connection(place: Place):
    """A broken websocket is made anew by itself, and the digest still comes."""
    channel = await place.set_up(publish(place))
    async with running(place) as program:
        await program.says("bot_ready")
        place.sandbox.sockets.cut()
        await _make_due(place, program)
        await place.wait_for_state(channel, "sent", program)
        async with asyncio.timeout(20):
            await place.sandbox.wait_connected()

    assert len(place.digests()) == 1


async def _make_due(place: Place, program: Program) -> None:
    """Let the digest become due in the running bot's database, as time would."""
    assert program.process.returncode is None
    await place.set_up(due=True)
