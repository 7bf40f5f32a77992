"""Who people are and where they belong, asked of Slack seldom."""

from __future__ import annotations

import pytest

from bot.errors import SlackError
from bot.sandbox import Sandbox
from bot.sandbox.app import ALL_BOT_SCOPES, App
from bot.slack.pacing import Pacer
from bot.slack.people import Kept, SlackPeople, _person
from tests.fakes.slack_answers import ADA, NEWS, TEAM

pytestmark = pytest.mark.anyio

BEN, GIL = "U01BEN00001", "U01GIL00001"
GENERAL, RANDOM, EDITORS = "C01GENERAL1", "C01RANDOM01", "C01EDITORS1"


async def test_people_are_known_and_remembered(sandbox, clients):
    """Zone, admin, guest and bot are read once; the second look asks nobody."""
    people = SlackPeople(clients, Pacer())
    ada = await people.get(TEAM, ADA)
    assert (ada.zone, ada.is_admin, ada.is_guest) == ("Europe/London", True, False)
    assert (await people.get(TEAM, GIL)).is_guest
    assert (await people.get(TEAM, "U01PLAINBOT")).is_bot
    await people.get(TEAM, ADA)
    assert sandbox.calls.count("users.info") == 3
    assert await people.get(TEAM, "U0NOBODY000") is None


async def test_without_the_scope_nobody_is_known(make_clients):
    """users:read is optional: without it people are None, not an error."""
    app = App(scopes=frozenset(ALL_BOT_SCOPES - {"users:read"}))
    async with Sandbox(app=app, rate_limits="off") as sandbox, make_clients(sandbox) as clients:
        assert await SlackPeople(clients, Pacer()).get(TEAM, ADA) is None


async def test_membership_is_asked_once_a_minute(sandbox, clients):
    """Members are paged and kept for a minute; a change can be forgotten at once."""
    people = SlackPeople(clients, Pacer())
    sandbox.as_user("dana").join("ai-news")
    await people.is_member(TEAM, NEWS, ADA)
    people.forget_channel(TEAM, NEWS)
    assert await people.is_member(TEAM, NEWS, "U01DANA0001")
    assert await people.is_member(TEAM, NEWS, "U01DANA0001")
    assert sandbox.calls.count("conversations.members") == 2
    assert not await people.is_member(TEAM, EDITORS, ADA)


async def test_many_pages_of_members_are_read(sandbox, clients, monkeypatch):
    """A member on a later page belongs, too."""
    monkeypatch.setattr("bot.slack.people.PAGE", 1)
    people = SlackPeople(clients, Pacer())
    for user_id in sandbox.channel(NEWS).members:
        assert await people.is_member(TEAM, NEWS, user_id)


@pytest.mark.parametrize("among", [[RANDOM, NEWS], [GENERAL, RANDOM, NEWS, EDITORS]])
async def test_only_the_viewers_channels_are_told(sandbox, clients, among):
    """The App Home shows a channel only to those who belong to it, in the order given."""
    people = SlackPeople(clients, Pacer())
    for name in ("random", "ai-news"):
        sandbox.as_user("ben").join(name)
    if BEN in sandbox.channel("general").members:
        sandbox.as_user("ben").leave("general")
    wanted = [c for c in among if c in {RANDOM, NEWS}]
    assert await people.channels_of(TEAM, BEN, among) == wanted
    sandbox.as_user("ben").leave("random")
    assert RANDOM not in await people.channels_of(TEAM, BEN, among)


async def test_channels_are_asked_for_one_by_one_where_listing_is_refused(sandbox, clients):
    """users.conversations for somebody else is not granted everywhere."""
    sandbox.as_user("ben").join("ai-news")
    sandbox.faults.add(kind="error", error="missing_scope", method="users.conversations")
    people = SlackPeople(clients, Pacer())
    found = await people.channels_of(TEAM, BEN, [NEWS, EDITORS, RANDOM, "C0NOTTHERE0"])
    assert NEWS in found
    assert EDITORS not in found


async def test_a_lost_answer_shows_nothing(sandbox, clients):
    """When Slack cannot be asked it is an error: nobody's private channel is shown by accident."""
    sandbox.faults.add(kind="drop_before", method="conversations.members", times=None)
    with pytest.raises(SlackError) as refused:
        await SlackPeople(clients, Pacer()).channels_of(TEAM, BEN, [NEWS])
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("user", "stranger"),
    [
        ({}, False),
        ({"team_id": TEAM}, False),
        ({"team_id": "T0OTHER"}, True),
        ({"team_id": TEAM, "is_stranger": True}, True),
        ({"team_id": "E0GRID", "enterprise_user": {"teams": [TEAM, "T2"]}}, False),
        ({"team_id": "T0OTHER", "enterprise_user": {"teams": ["T2"]}}, True),
    ],
)
def test_strangers_are_of_another_organisation(user, stranger):
    """A guest from a shared channel is a stranger; a colleague in the same Grid is not."""
    assert _person(TEAM, "U1", user).is_stranger is stranger


async def test_the_memory_is_bounded():
    """The oldest entry goes first, whatever the number of people."""
    kept: Kept[int] = Kept(60.0, 3)
    for number in range(5):
        kept.put((str(number),), number)
    assert [kept.get((str(number),)) for number in range(5)] == [None, None, 2, 3, 4]
