"""Channels and the delivery ledger, on both databases, also under races."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from bot.digest.delivery import FINAL, Delivery, DeliveryState
from bot.digest.digest import Told
from bot.digest.preference import Channel
from storage.cipher import Cipher
from storage.database import Database
from storage.openings import Opening
from storage.tables import UNFINISHED
from tests.fakes.stored import NOON, make_channel, make_key, make_story

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)
S = DeliveryState


async def opened(database: Database, channel_id: str = "C1", on: date = MONDAY) -> Delivery:
    key = make_key(channel_id, on)
    await database.deliveries.open(key, NOON, None)
    found = await database.deliveries.get(key)
    assert found is not None
    return found


async def changed(database: Database, old: Delivery, state: S, **changes: object) -> Delivery:
    new = replace(old, state=state, attempt=old.attempt + 1, **changes)
    assert await database.deliveries.change(old, new)
    return new


async def test_channels_by_workspace_and_name(database: Database) -> None:
    """All channels come by workspace and name; one workspace's alone when asked."""
    for team, channel_id, name in (("T2", "C1", "b"), ("T1", "C2", "z"), ("T1", "C3", "a")):
        await database.channels.save(make_channel(channel_id, workspace_id=team, name=name))

    assert [it.channel_id for it in await database.channels.all()] == ["C3", "C2", "C1"]
    assert [it.channel_id for it in await database.channels.all("T2")] == ["C1"]


async def test_due_channels_earliest_first(database: Database) -> None:
    """Due are the channels whose time has come, earliest first, no more than asked for."""
    due = {"later": NOON + DAY, "now": NOON, "early": NOON - DAY, "off": None}
    for channel_id, at in due.items():
        await database.channels.save(make_channel(channel_id, next_due_at=at))

    assert [it.channel_id for it in await database.channels.due(NOON)] == ["early", "now"]
    assert [it.channel_id for it in await database.channels.due(NOON, limit=1)] == ["early"]


async def test_due_channels_are_read_on_where_a_list_ended(database: Database) -> None:
    """Page by page every due channel comes once, also those that are due at the same instant."""
    due = [("T2", "C1", NOON), ("T1", "C2", NOON), ("T1", "C1", NOON), ("T3", "C0", NOON - DAY)]
    for team, channel_id, at in due:
        await database.channels.save(
            make_channel(channel_id, workspace_id=team, name=channel_id, next_due_at=at)
        )
    seen: list[Channel] = []
    while page := await database.channels.due(NOON, 1, after=seen[-1] if seen else None):
        seen += page

    assert [it.key for it in seen] == [("T3", "C0"), ("T1", "C1"), ("T1", "C2"), ("T2", "C1")]


async def test_a_removed_channel_is_gone_but_its_deliveries_stay(database: Database) -> None:
    """Switching a channel on again the same day cannot post its digest twice."""
    await database.channels.save(make_channel())
    delivery = await opened(database)

    assert await database.channels.remove("T1", "C1")
    assert not await database.channels.remove("T1", "C1")

    assert await database.channels.get("T1", "C1") is None
    assert await database.deliveries.get(delivery.key) == delivery


async def test_opening_moves_the_channel_on(database: Database) -> None:
    """A delivery is opened once; the channel's next time is moved also when it was there already."""
    await database.channels.save(make_channel())

    answers = [
        await database.deliveries.open(make_key(), NOON, NOON + DAY),
        await database.deliveries.open(make_key(), NOON, NOON + 2 * DAY),
    ]

    channel = await database.channels.get("T1", "C1")
    assert answers == [True, False]
    assert channel is not None
    assert channel.next_due_at == NOON + 2 * DAY
    assert await database.deliveries.get(make_key()) == Delivery(
        key=make_key(), state=S.DUE, attempt=0, due_at=NOON
    )


async def test_opening_many_answers_for_each(database: Database) -> None:
    """A batch opens what is new, answers per key in its order, and opens a repeated key once."""
    await opened(database, "C2")
    keys = [make_key("C3"), make_key("C2"), make_key("C1"), make_key("C3")]
    await database.channels.save_many([make_channel("C1"), make_channel("C2")])

    answers = await database.deliveries.open_many([Opening(key, NOON, NOON + DAY) for key in keys])

    assert answers == [True, False, True, False]
    assert {it.next_due_at for it in await database.channels.all()} == {NOON + DAY}
    assert await database.deliveries.open_many([]) == []


async def test_a_thousand_are_opened_at_once(database: Database) -> None:
    """A batch larger than a statement's room for parameters works, whole."""
    openings = [Opening(make_key(f"C{number}"), NOON, None) for number in range(1_500)]
    assert all(await database.deliveries.open_many(openings))
    assert not any(await database.deliveries.open_many(openings))


async def test_only_the_state_that_was_seen_can_be_changed(database: Database) -> None:
    """A change based on an older state or attempt writes nothing."""
    due = await opened(database)
    composed = await changed(database, due, S.COMPOSED)

    assert not await database.deliveries.change(due, replace(due, state=S.SKIPPED, attempt=1))
    stale = replace(composed, state=S.DUE)
    assert not await database.deliveries.change(stale, replace(stale, state=S.DEAD, attempt=2))

    assert await database.deliveries.get(due.key) == composed


@pytest.mark.parametrize("attempt", [0, 2, -1])
async def test_a_change_is_the_next_attempt(database: Database, attempt: int) -> None:
    """A new attempt that is not the old one plus one is a bug and is refused."""
    due = await opened(database)
    with pytest.raises(ValueError, match="does not follow"):
        await database.deliveries.change(due, replace(due, attempt=attempt))


async def test_what_was_sent_is_told(database: Database) -> None:
    """With `sent` the channel's memory is written: story, revision, headline and timestamp."""
    story = make_story("s1")
    await database.stories.save([story], {})
    sending = await changed(database, await opened(database), S.SENDING)
    posted = {"ts": "1.2", "sent_at": NOON, "stories": (("s1", 3), ("gone", 1))}

    await changed(database, sending, S.SENT, **posted)

    assert await database.deliveries.told("T1", "C1", MONDAY) == [
        Told(story_id="gone", revision=1, on=MONDAY, headline="", channel_message_ts="1.2"),
        Told(
            story_id="s1", revision=3, on=MONDAY, headline=story.headline, channel_message_ts="1.2"
        ),
    ]
    assert await database.deliveries.told("T1", "C1", MONDAY + DAY) == []
    assert await database.deliveries.told("T1", "C2", MONDAY) == []


async def test_nothing_is_told_unless_sent(database: Database) -> None:
    """A lost race for `sent`, and every other state, leave the memory alone."""
    due = await opened(database)
    await changed(database, due, S.SKIPPED, stories=(("s1", 1),))
    lost = replace(due, state=S.SENT, attempt=1, stories=(("s1", 1),))

    assert not await database.deliveries.change(due, lost)

    assert await database.deliveries.told("T1", "C1", MONDAY) == []


async def test_a_story_told_before_its_merge_is_remembered_as_the_survivor(
    database: Database,
) -> None:
    """What was told under an id that was merged later counts for the surviving story."""
    await database.stories.save([make_story("old"), make_story("new")], {})
    await changed(database, await opened(database), S.SENT, stories=(("old", 1),))

    await database.stories.save([make_story("new")], {"old": "new"})

    assert [it.story_id for it in await database.deliveries.told("T1", "C1", MONDAY)] == ["new"]


async def test_unfinished_are_all_but_final(database: Database) -> None:
    """Unfinished is every state but the final ones, the earliest due first, those that wait left out."""
    for state in S:
        await changed(database, await opened(database, f"C-{state}"), state)
    soon = NOON + timedelta(minutes=1)
    await changed(database, await opened(database, "C-waits"), S.COMPOSED, not_before=soon)

    everything = await database.deliveries.unfinished()
    now = await database.deliveries.unfinished(NOON)

    assert {it.state for it in everything} == set(S) - FINAL
    assert {it.key.channel_id for it in everything} - {it.key.channel_id for it in now} == {
        "C-waits"
    }
    assert len(await database.deliveries.unfinished(limit=2)) == 2


async def test_what_a_wrong_clock_made_wait_waits_no_more(database: Database) -> None:
    """A row that seems to wait for a day was written by a clock that was ahead: it is unfinished now."""
    await changed(database, await opened(database), S.UNKNOWN, not_before=NOON + DAY)

    assert len(await database.deliveries.unfinished(NOON)) == 1


def test_the_index_covers_what_is_unfinished() -> None:
    """The condition of the partial index names exactly the final states."""
    names = ", ".join(f"'{state}'" for state in sorted(FINAL))
    assert f"state NOT IN ({names})" == UNFINISHED


async def test_recent_by_state(database: Database) -> None:
    """Recent deliveries come newest first, of chosen states when asked, and can be counted."""
    for days, state in enumerate([S.SENT, S.SKIPPED, S.SENT]):
        await changed(database, await opened(database, on=MONDAY + days * DAY), state)

    recent = await database.deliveries.recent(MONDAY + DAY)
    sent = await database.deliveries.recent(MONDAY, [S.SENT])

    assert [(it.key.on, it.state) for it in recent] == [
        (MONDAY + 2 * DAY, S.SENT),
        (MONDAY + DAY, S.SKIPPED),
    ]
    assert [it.key.on for it in sent] == [MONDAY + 2 * DAY, MONDAY]
    assert await database.deliveries.by_state(MONDAY) == {S.SENT: 2, S.SKIPPED: 1}


@pytest.mark.parametrize(
    ("states", "missed"),
    [
        ([], False),
        ([S.SENT], False),
        ([S.SKIPPED], True),
        ([S.DEAD], True),
        ([S.DEAD, S.SENT], False),
    ],
)
async def test_the_last_one_was_missed(database: Database, states: list[S], missed: bool) -> None:
    """A channel missed its last digest only when the newest before today was skipped or is dead."""
    for days, state in enumerate(states):
        await changed(database, await opened(database, on=MONDAY + days * DAY), state)
    today = MONDAY + len(states) * DAY
    await changed(database, await opened(database, on=today), S.SKIPPED)

    found = await database.deliveries.last_missed("T1", "C1", today)

    assert (found is not None) == missed


async def test_of_two_that_open_exactly_one_does(
    database: Database, url: str, cipher: Cipher
) -> None:
    """Two connections that open the same deliveries at once: each is opened exactly once."""
    async with await Database.open(url, cipher=cipher) as other:
        openings = [Opening(make_key(f"C{number}"), NOON, None) for number in range(40)]
        one, two = await asyncio.gather(
            database.deliveries.open_many(openings),
            other.deliveries.open_many(openings[::-1]),
        )
        singles = await asyncio.gather(
            *(it.deliveries.open(make_key("X"), NOON, None) for it in (database, other) * 5)
        )

    assert [sum(pair) for pair in zip(one, two[::-1], strict=True)] == [1] * 40
    assert sum(singles) == 1


async def test_of_two_that_change_exactly_one_does(
    database: Database, url: str, cipher: Cipher
) -> None:
    """Workers that race for a change of state: exactly one wins, and only its story was told."""
    due = await opened(database)
    async with await Database.open(url, cipher=cipher) as other:
        won = await asyncio.gather(
            *(
                it.deliveries.change(
                    due, replace(due, state=S.SENT, attempt=1, stories=((f"s{number}", 1),))
                )
                for number, it in enumerate((database, other) * 5)
            )
        )

    assert sum(won) == 1
    told = await database.deliveries.told("T1", "C1", MONDAY)
    assert [it.story_id for it in told] == [f"s{won.index(True)}"]


async def test_a_stale_list_opens_nothing(database: Database) -> None:
    """When the channel's time is another one by now, nothing is opened and the time stays."""
    await database.channels.save(make_channel(next_due_at=NOON + 3 * DAY))

    stale = await database.deliveries.open(make_key(), NOON, NOON + DAY, expected_next_due_at=NOON)
    gone = await database.deliveries.open(
        make_key("C9"), NOON, NOON + DAY, expected_next_due_at=NOON
    )

    channel = await database.channels.get("T1", "C1")
    assert (stale, gone) == (False, False)
    assert channel is not None
    assert channel.next_due_at == NOON + 3 * DAY
    assert await database.deliveries.recent(MONDAY - DAY) == []


async def test_missed_dates_follow_each_other(database: Database) -> None:
    """In one batch each opening sees what the one before it moved; the chain breaks at a wrong one."""
    await database.channels.save(make_channel(next_due_at=NOON))
    days = [NOON + number * DAY for number in range(4)]
    chain = [Opening(make_key(on=at.date()), at, after, at) for at, after in pairwise(days)]

    answers = await database.deliveries.open_many([*chain, chain[0]])

    channel = await database.channels.get("T1", "C1")
    assert answers == [True, True, True, False]
    assert channel is not None
    assert channel.next_due_at == days[-1]


async def test_two_clocks_with_the_same_list(database: Database, url: str, cipher: Cipher) -> None:
    """Two clocks that decided from the same list open each delivery once and lock nobody out."""
    await database.channels.save_many([make_channel(f"C{number}") for number in range(30)])
    openings = [Opening(make_key(f"C{n}"), NOON, NOON + DAY, NOON) for n in range(30)]
    async with await Database.open(url, cipher=cipher) as other:
        answers = await asyncio.gather(
            database.deliveries.open_many(openings), other.deliveries.open_many(openings)
        )

    assert [sum(pair) for pair in zip(*answers, strict=True)] == [1] * 30
    assert {it.next_due_at for it in await database.channels.all()} == {NOON + DAY}


async def test_a_message_leads_to_its_delivery(database: Database) -> None:
    """The ts of a posted digest gives its delivery, in its own channel and workspace only."""
    sent = await changed(database, await opened(database), S.SENT, ts="1.2")

    assert await database.deliveries.by_ts("T1", "C1", "1.2") == sent
    for place in (("T2", "C1", "1.2"), ("T1", "C2", "1.2"), ("T1", "C1", "1.3")):
        assert await database.deliveries.by_ts(*place) is None


async def test_the_newest_of_one_channel(database: Database) -> None:
    """The newest deliveries of one channel come newest first, no more than asked for."""
    await opened(database, "C2")
    for days in range(3):
        await opened(database, on=MONDAY + days * DAY)

    newest = await database.deliveries.recent_of("T1", "C1", 2)

    assert [it.key.on for it in newest] == [MONDAY + 2 * DAY, MONDAY + DAY]
