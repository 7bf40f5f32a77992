"""Many workspaces in one bot: each gets its own digest, and none waits for another's trouble."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.manifest import variant
from bot.news.feed import Feed
from bot.sandbox import DEFAULT_WORLD, app_from_manifest, make_world
from tests.fakes.feed_server import FeedServer
from tests.fakes.office import TEAMS, Office, open_office, until
from tests.fakes.place import channel_due
from tests.fakes.wire_news import ADVERT, BANK, PILOT

pytestmark = pytest.mark.anyio

# The second workspace has more due channels than the bot has workers.
WORLDS = (DEFAULT_WORLD, make_world(2, channels=13), make_world(3))
CHANNELS = {TEAMS[0]: "C01AINEWS01", TEAMS[2]: "C0000300001"}
BUSY = [f"C00002{index:05d}" for index in range(1, 13)]


@asynccontextmanager
async def newsroom_office(folder, port: int, **settings: object) -> AsyncIterator[Office]:
    """Three workspaces have installed; the news is read."""
    async with FeedServer() as publishers:
        url = publishers.feed("ledger", [PILOT, BANK, ADVERT])
        async with open_office(
            folder,
            port,
            sandbox={"worlds": WORLDS},
            PLAINWIRE_ALLOW_PRIVATE=publishers.allow,
            **settings,
        ) as office:
            feed = Feed(url=url, name="Ledger", outlet="ledger.example", language="en")
            await office.database.feeds.add(feed)
            for team in TEAMS:
                assert (await office.install(team)).status == 200
            # The running bot may have read the feed already; either way its stories are there then.
            await office.bot.newsroom.collect()
            recently = datetime.now(UTC) - timedelta(days=3)
            await until(lambda: office.database.stories.since(recently))
            await until(office.bot.rounds.last_tick)
            yield office


async def make_due(office: Office, team: str, *channels: str) -> None:
    due = channel_due(datetime.now(UTC))
    for channel in channels:
        name = office.sandbox.workspaces[team].channels[channel].name
        await office.database.channels.save(
            replace(due, workspace_id=team, channel_id=channel, name=name)
        )


async def test_each_workspace_gets_its_own_digest(tmp_path, free_tcp_port):
    """Three workspaces, three digests, each posted by the bot of its workspace with its own token."""
    async with newsroom_office(tmp_path, free_tcp_port) as office:
        places = {**CHANNELS, TEAMS[1]: BUSY[0]}
        for team, channel in places.items():
            await make_due(office, team, channel)
        for team, channel in places.items():
            await office.sandbox.wait_for(
                lambda team=team, channel=channel: office.sandbox.bot_messages(channel, team)
            )
        for team, channel in places.items():
            [message] = office.sandbox.bot_messages(channel, team)
            assert message.user == office.sandbox.workspaces[team].bot_user
            assert "Pilot 2" in json.dumps(message.blocks)
        posts = office.sandbox.calls.of("chat.postMessage")
        assert sorted(call.team for call in posts) == sorted(TEAMS)


@pytest.mark.parametrize("kind", ["slow", "429", "500", "drop_before"])
async def test_one_workspace_in_trouble_delays_nobody(tmp_path, free_tcp_port, kind):
    """Twelve channels of a workspace whose Slack hangs or fails: the others' digests come first."""
    async with newsroom_office(
        tmp_path, free_tcp_port, PLAINWIRE_SLACK_TIMEOUT_SECONDS=6, PLAINWIRE_WORKERS=8
    ) as office:
        for channel in BUSY:
            office.sandbox.faults.add(
                kind=kind,
                method="chat.*",
                channel=channel,
                every=1,
                seconds=5,
                retry_after=30,
            )
        await make_due(office, TEAMS[1], *BUSY)
        calls = office.sandbox.calls
        # In trouble already, with as many calls under way as it ever has.
        waiting = office.bot.share.limit if kind == "slow" else 1
        await office.sandbox.wait_for(
            lambda: calls.count("chat.postMessage") >= waiting or office.bot.share.waiting()
        )
        for team, channel in CHANNELS.items():
            await make_due(office, team, channel)
        for team, channel in CHANNELS.items():
            await office.sandbox.wait_for(
                lambda team=team, channel=channel: office.sandbox.bot_messages(channel, team)
            )
        # Theirs came before any of the workspace in trouble, which had begun earlier.
        assert not any(office.sandbox.bot_messages(channel, TEAMS[1]) for channel in BUSY)


async def test_commands_with_a_prefix_are_understood(tmp_path, free_tcp_port):
    """An app made with `--prefix acme` has /acme-digest, and the listeners answer it as /digest."""
    url = f"http://127.0.0.1:{free_tcp_port}"
    made = app_from_manifest(variant(http=url, prefix="acme"))
    setting = {"PLAINWIRE_COMMAND_PREFIX": "acme"}
    async with open_office(tmp_path, free_tcp_port, sandbox={"app": made}, **setting) as office:
        page = await office.install(TEAMS[0])
        assert "type /acme-digest there" in page.text
        ada = office.sandbox.as_user("ada")
        answered = await ada.command("/acme-digest", "help", channel="ai-news")
        assert answered.acked, answered.problem
        shown = await office.sandbox.wait_for(
            lambda: office.sandbox.ephemerals or [answered.payload]
        )
        assert "no longer" not in json.dumps(shown)
