"""Of several Plainwires with one token, each with a database, one posts."""

from __future__ import annotations

import time

import pytest

from bot.app.form import OwnFacts
from bot.digest.ports import NotPosted, Posted
from bot.slack.instances import (
    Instances,
    OtherInstance,
    Sighting,
    parse_sighting,
    sighting_of,
)
from bot.slack.look import check_message
from bot.slack.poster import SlackPoster
from tests.slack.test_poster import DELIVERY, MESSAGE, NEWS, TEAM

pytestmark = pytest.mark.anyio

YESTERDAY = DELIVERY.replace("2026-03-02", "2026-03-01")


class Clock:
    def __init__(self) -> None:
        self.off = 0.0

    def __call__(self) -> float:
        return time.time() + self.off


@pytest.fixture
def clock() -> Clock:
    return Clock()


def instances(own: str, clock: Clock, facts: OwnFacts | None = None, **more) -> Instances:
    return Instances(own, facts or OwnFacts(), clock=clock, **more)


async def post(clients, who: Instances | None, delivery: str = DELIVERY, channel: str = NEWS):
    clients.instances = who
    return await SlackPoster(clients, max_turn_seconds=2.0).post(
        TEAM, channel, MESSAGE, delivery=delivery
    )


def looks(sandbox) -> int:
    return sandbox.calls.count("conversations.history")


async def test_a_post_names_its_instance(sandbox, clients, clock):
    """The database's id, when the process started, and the claim if there is one."""
    await post(clients, instances("one", clock, claim=7.0))
    (message,) = sandbox.bot_messages("ai-news")
    payload = message.metadata["event_payload"]
    assert (payload["delivery"], payload["instance"], payload["claim"]) == (DELIVERY, "one", 7.0)
    assert abs(payload["since"] - time.time()) < 60


@pytest.mark.parametrize("before", ["another", "one", None])
async def test_a_digest_of_the_date_counts_as_posted(sandbox, clients, clock, before):
    """By another instance, by ourselves before a backup, or from before there were instances."""
    first = await post(clients, instances(before, clock) if before else None)
    clock.off = 100
    found = await post(clients, instances("one", clock))
    assert found == Posted(ts=first.ts, by_another=True)
    assert len(sandbox.bot_messages("ai-news")) == 1
    # From before our start: nobody stops.
    await clients.instances.may_act(TEAM)
    assert isinstance(await post(clients, clients.instances, YESTERDAY), Posted)
    assert len(sandbox.bot_messages("ai-news")) == 2


async def test_a_post_after_our_start_stops_us_there_alone(sandbox, clients, clock):
    """Nothing more is posted in that workspace, said with what to do; others are served."""
    facts = OwnFacts()
    ours = instances("one", clock, facts, is_young=True)
    clock.off = 1
    await post(clients, instances("another", clock), YESTERDAY)
    found = await post(clients, ours)
    assert isinstance(found, NotPosted)
    assert found.retry_after_seconds
    assert "Another Plainwire" in found.reason
    assert len(sandbox.bot_messages("ai-news")) == 1
    with pytest.raises(OtherInstance, match="run --take-over"):
        await ours.ended(TEAM)
    await ours.may_act("T0OTHER")
    # Another process of the same instance learns of it, and a later one begins anew.
    same = instances("one", Clock(), facts, shared=True)
    same._started -= 60
    with pytest.raises(OtherInstance):
        await same.may_act(TEAM)
    clock.off = 60
    await instances("one", clock, facts, shared=True).may_act(TEAM)


@pytest.mark.parametrize(
    ("our_claim", "their_claim", "stops"),
    [(0, 0, True), (5, 0, False), (0, 5, True), (6, 5, False)],
)
async def test_the_higher_claim_goes_on(clock, our_claim, their_claim, stops):
    """`--take-over` on one side ends the quarrel for good: a restart there does not begin it anew."""
    facts = OwnFacts()
    ours = instances("one", clock, facts, claim=our_claim)
    await ours.see(TEAM, NEWS, labelled("another", clock() + 1, claim=their_claim))
    assert await is_stopped(ours) == stops
    clock.off = 500
    assert await is_stopped(instances("one", clock, facts, claim=our_claim)) == (
        their_claim == 5 and our_claim == 0
    )
    assert not await is_stopped(instances("one", clock, facts, claim=9))
    # A database that knows nothing of it starts, whatever was claimed before.
    fresh = instances("new", clock)
    await fresh.see(TEAM, NEWS, labelled("another", clock() - 400, claim=their_claim))
    assert not await is_stopped(fresh)


async def test_of_two_that_saw_each_other_the_older_stays(clock):
    """Both answered the same question: one of them has to stay."""
    older = instances("older", clock)
    clock.off = 10
    newer = instances("newer", clock)
    older.note_post(TEAM, f"{clock() + 1:.6f}")
    newer.note_post(TEAM, f"{clock() + 1:.6f}")
    await older.see(TEAM, NEWS, by(newer, clock() + 1))
    await newer.see(TEAM, NEWS, by(older, clock() + 1))
    assert (await is_stopped(older), await is_stopped(newer)) == (False, True)
    # One that posted nothing meanwhile leaves: the other one does not know of it.
    silent = instances("silent", clock)
    await silent.see(TEAM, NEWS, by(newer, clock() + 9))
    assert await is_stopped(silent)


def labelled(instance: str, at: float, **payload) -> dict:
    payload = {**payload, "instance": instance}
    return {
        "ts": f"{at:.6f}",
        "metadata": {"event_type": "plainwire_answer", "event_payload": payload},
    }


def by(one: Instances, at: float) -> dict:
    payload = one.payload()
    return labelled(payload.pop("instance"), at, **payload)


async def is_stopped(one: Instances) -> bool:
    try:
        await one.may_act(TEAM)
    except OtherInstance:
        return True
    return False


async def test_looking_keeps_to_slacks_strictest_limit(sandbox, clients, clock):
    """Without a suspicion one call a minute and workspace; with one, before every digest."""
    ours = instances("one", clock)
    for day in range(1, 4):
        await post(clients, ours, f"{TEAM}/{NEWS}/2026-01-0{day}")
    assert looks(sandbox) == 1
    clock.off = 61
    await post(clients, ours, f"{TEAM}/{NEWS}/2026-01-04")
    assert looks(sandbox) == 2
    young = instances("one", clock, is_young=True)
    for day in range(5, 8):
        await post(clients, young, f"{TEAM}/{NEWS}/2026-01-0{day}")
    assert looks(sandbox) == 5


@pytest.mark.parametrize("seen", [False, True])
@pytest.mark.parametrize("fault", [{"kind": "500"}, {"kind": "429", "retry_after": 60}])
async def test_a_look_that_fails_holds_up_only_where_another_one_is_expected(
    sandbox, clients, clock, seen, fault
):
    """Nobody else is known: posted all the same. Somebody is: tried again later."""
    ours = instances("one", clock, is_young=True)
    if seen:
        await ours.see(TEAM, NEWS, labelled("another", clock() - 3_600))
    sandbox.faults.add(method="conversations.history", **fault)
    found = await post(clients, ours)
    assert isinstance(found, NotPosted if seen else Posted)
    assert len(sandbox.bot_messages("ai-news")) == (not seen)


async def test_a_channel_that_nobody_can_read_gets_its_digest(sandbox, clients, clock):
    """Without the permission to read nobody can know; the digest is not lost for that."""
    sandbox.faults.add(kind="error", method="conversations.history", error="missing_scope")
    assert isinstance(await post(clients, instances("one", clock, is_young=True)), Posted)


@pytest.mark.parametrize("in_thread", [True, False])
async def test_an_event_of_our_bot_that_we_did_not_write_is_looked_at(
    sandbox, clients, clock, in_thread, monkeypatch
):
    """Posted with our token by another one after our start: we stop. Our own posts cost no call."""
    monkeypatch.setattr("bot.slack.look.OWN_ANSWER_SECONDS", 0.0)
    ours = instances("one", clock)
    question = sandbox.as_user("ada").post("ai-news", "What is new?")
    clients.instances = instances("another", clock)
    found = await SlackPoster(clients).post(
        TEAM, NEWS, MESSAGE, delivery=DELIVERY, thread_ts=question.ts if in_thread else None
    )
    assert isinstance(found, Posted)
    read = sandbox.calls.count("conversations.*")
    clients.instances = ours
    client, installation = await clients.for_workspace(TEAM)
    where = {
        "channel_id": NEWS,
        "ts": found.ts,
        "thread_ts": question.ts if in_thread else "",
    }
    wrote = instances("one", clock)
    wrote.note_post(TEAM, found.ts)
    await check_message(wrote, client, installation, **where)
    assert sandbox.calls.count("conversations.*") == read
    await check_message(ours, client, installation, **where)
    assert await is_stopped(ours)


def test_odd_sightings_are_none():
    """What is stored or posted by others in the same form proves nothing."""
    for stored in (None, "", "x", "[]", '{"instance": 1}', '{"other": 1}'):
        assert parse_sighting(stored) is None
    for message in (
        {},
        {"metadata": 1},
        {"metadata": {"event_type": "plainwire_x"}},
        labelled("", 1),
    ):
        assert sighting_of(message, NEWS) is None
    odd = labelled("i", 1, since="x", claim=None)
    assert sighting_of(odd, NEWS) == Sighting(instance="i", channel_id=NEWS, at=1.0)
