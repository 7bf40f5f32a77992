"""Names to channels, joining, time zones; each error says what to do."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.errors import SlackError
from bot.sandbox import Sandbox
from bot.sandbox.app import ALL_BOT_SCOPES, App
from bot.slack.calls import SlackBusy, SlackRefused, SlackUnreachable
from bot.slack.client import SlackClients
from bot.slack.directory import SlackDirectory
from tests.fakes.installations import FakeInstallations, make_installation

pytestmark = pytest.mark.anyio

TEAM = "T01SANDBOX1"


@pytest.mark.parametrize(
    "text", ["#ai-news", "ai-news", " AI-News ", "C01AINEWS01", "<#C01AINEWS01|ai-news>"]
)
async def test_people_name_channels_in_many_ways(clients, text):
    """A name with or without #, an id and Slack's own link all lead to the channel."""
    channel = await SlackDirectory(clients).resolve(TEAM, text)
    assert (channel.id, channel.name, channel.is_member) == ("C01AINEWS01", "ai-news", True)


@pytest.mark.parametrize("text", ["#nowhere", "#editors", "C0NOTTHERE0", ""])
async def test_an_unknown_or_hidden_channel_says_to_invite(clients, text):
    """What Plainwire cannot see may be private: the next step is an invitation."""
    with pytest.raises(SlackRefused, match="/invite @plainwire"):
        await SlackDirectory(clients).resolve(TEAM, text)


async def test_a_public_channel_is_joined_once(sandbox, clients):
    """A public channel is joined; one we are in is left alone."""
    directory = SlackDirectory(clients)
    random = await directory.resolve(TEAM, "#random")
    assert not random.is_member
    joined = await directory.ensure_member(TEAM, random)
    assert joined.is_member
    assert "U01PLAINBOT" in sandbox.channel("random").members
    assert await directory.ensure_member(TEAM, joined) == joined
    assert sandbox.calls.count("conversations.join") == 1


async def test_a_private_channel_needs_an_invitation_once(sandbox, clients):
    """After the invitation a private channel is found and usable."""
    sandbox.as_user("ada").invite("editors")
    channel = await SlackDirectory(clients).resolve(TEAM, "#editors")
    assert channel.is_private
    assert (await SlackDirectory(clients).ensure_member(TEAM, channel)).is_member


async def test_joining_without_the_scope_says_to_invite():
    """channels:join is optional; without it people invite the bot."""
    app = App(scopes=frozenset(ALL_BOT_SCOPES - {"channels:join"}))
    async with Sandbox(app=app, rate_limits="off") as sandbox:
        installation = make_installation(bot_token=SecretStr(sandbox.bot_token))
        async with SlackClients(
            FakeInstallations(installation), base_url=sandbox.api_url
        ) as clients:
            directory = SlackDirectory(clients)
            channel = await directory.resolve(TEAM, "#random")
            with pytest.raises(SlackRefused, match="/invite @plainwire"):
                await directory.ensure_member(TEAM, channel)


async def test_general_is_known_as_general(clients):
    """The default channel is recognised, so that nothing is posted there unasked."""
    assert (await SlackDirectory(clients).resolve(TEAM, "general")).is_general


async def test_a_persons_zone(clients):
    """The zone is IANA's name; an unknown person has none."""
    directory = SlackDirectory(clients)
    assert await directory.zone_of(TEAM, "U01BEN00001") == "Europe/Berlin"
    assert await directory.zone_of(TEAM, "U0NOBODY000") is None


async def test_short_waits_are_waited_long_ones_are_told(sandbox, clients):
    """A short Retry-After is honoured silently; a long one becomes an error with a next step."""
    sandbox.faults.add(kind="429", method="conversations.info", retry_after=0)
    assert (await SlackDirectory(clients).info(TEAM, "C01AINEWS01")).name == "ai-news"
    sandbox.faults.add(kind="429", method="conversations.info", retry_after=300)
    with pytest.raises(SlackBusy, match="Try again"):
        await SlackDirectory(clients).info(TEAM, "C01AINEWS01")
    sandbox.faults.clear()
    sandbox.faults.add(kind="500", method="conversations.info")
    with pytest.raises(SlackUnreachable, match="network"):
        await SlackDirectory(clients).info(TEAM, "C01AINEWS01")


async def test_no_token_ever_stands_in_an_error(sandbox, clients):
    """An error text can be shown and logged: the token is not in it."""
    sandbox.faults.add(kind="error", error="invalid_auth", method="conversations.info")
    with pytest.raises(SlackError) as caught:
        await SlackDirectory(clients).info(TEAM, "C01AINEWS01")
    assert "xoxb" not in f"{caught.value} {caught.value!r}"
    assert "SLACK_BOT_TOKEN" in str(caught.value)
