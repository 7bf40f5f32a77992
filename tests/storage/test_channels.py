"""Channels: two writers lose nothing, and what happens to a channel in Slack."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.delivery import DeliveryState
from bot.digest.preference import Channel
from storage.cipher import Cipher
from storage.database import Database
from tests.fakes.stored import (
    NOON,
    make_channel,
    make_feedback,
    make_key,
    make_memory,
    make_request,
)

pytestmark = pytest.mark.anyio

DAY = timedelta(days=1)
S = DeliveryState


async def stored(database: Database, channel_id: str = "C1") -> Channel:
    found = await database.channels.get("T1", channel_id)
    assert found is not None
    return found


async def test_of_two_that_create_a_channel_one_does(database: Database) -> None:
    """Two people who set up one channel at once: the second is told to look again."""
    answers = await asyncio.gather(
        *(database.channels.save_if(None, make_channel(name=name)) for name in "ab")
    )
    assert sorted(answers) == [False, True]
    assert (await stored(database)).name == "ab"[answers.index(True)]


async def test_an_old_copy_cannot_overwrite(database: Database) -> None:
    """Whatever wrote the channel in between, a change that rests on an older copy is refused."""
    await database.channels.save(make_channel())
    writes = {
        "saved": database.channels.save(make_channel()),
        "renamed": database.channels.rename("T1", "C1", "new"),
        "opened": database.deliveries.open(make_key(), NOON, NOON + DAY),
        "stopped": database.channels.stop("T1", "C1", "archived"),
    }
    refused = {}
    for name, write in writes.items():
        old = await stored(database)
        await write
        refused[name] = not await database.channels.save_if(old, replace(old, name="lost"))

    assert refused == dict.fromkeys(writes, True)
    assert (await stored(database)).name == "new"


async def test_each_change_rests_on_the_one_before(
    database: Database, url: str, cipher: Cipher
) -> None:
    """Changes by several writers at once, each tried again when refused, are all there in the end."""
    await database.channels.save(make_channel(name=""))

    async def append(it: Database, letter: str) -> None:
        while True:
            old = await stored(it)
            if await it.channels.save_if(old, replace(old, name=old.name + letter)):
                return

    async with await Database.open(url, cipher=cipher) as other:
        await asyncio.gather(
            *(append((database, other)[n % 2], letter) for n, letter in enumerate("abcdefgh"))
        )
    assert sorted((await stored(database)).name) == list("abcdefgh")


async def test_a_compare_and_set_needs_one_channel(database: Database) -> None:
    """Comparing with another channel is a bug; a channel that is gone is not written."""
    with pytest.raises(ValueError, match="is not"):
        await database.channels.save_if(make_channel("C1"), make_channel("C2"))
    assert not await database.channels.save_if(make_channel(), make_channel())
    assert await database.channels.all() == []


async def test_stopping_says_why(database: Database) -> None:
    """A stopped channel is off, not due, and says why; an unknown one is named as such."""
    await database.channels.save(make_channel(name="news", greeted=True))

    assert await database.channels.stop("T1", "C1", "archived")
    assert not await database.channels.stop("T1", "C9", "archived")

    channel = await stored(database)
    assert not channel.preference.on
    assert (channel.next_due_at, channel.switched_on_at) == (None, None)
    assert (channel.state_reason, channel.name, channel.greeted) == ("archived", "news", True)
    assert await database.channels.due(NOON) == []


async def test_renaming_changes_the_name_alone(database: Database) -> None:
    """A rename keeps everything else, and an unknown channel is named as such."""
    await database.channels.save(make_channel())

    assert await database.channels.rename("T1", "C1", "new")
    assert not await database.channels.rename("T1", "C9", "new")
    assert await stored(database) == make_channel(name="new")


async def test_a_new_id_takes_everything_along(database: Database) -> None:
    """Under its new id a channel has its past: the day's digest is not posted twice."""
    await database.channels.save(make_channel())
    await database.deliveries.open(make_key(), NOON, NOON + DAY)
    due = await database.deliveries.get(make_key())
    assert due is not None
    sent = replace(due, state=S.SENT, attempt=1, stories=(("s1", 1),), ts="1.0")
    await database.deliveries.change(due, sent)
    await database.requests.record(make_request(answer_ts="9.9"))
    await database.threads.save(make_memory("1.0"))
    await database.feedback.record(make_feedback())

    assert await database.channels.change_id("T1", "C1", "C2")
    assert not await database.channels.change_id("T1", "C1", "C2")
    assert not await database.channels.change_id("T1", "C2", "C2")

    assert [it.channel_id for it in await database.channels.all()] == ["C2"]
    assert not await database.deliveries.open(make_key("C2"), NOON, None)
    assert len(await database.deliveries.told("T1", "C2", make_key().on)) == 1
    assert await database.requests.by_answer("T1", "C2", "9.9") is not None
    assert await database.threads.get(replace(make_memory("1.0").key, channel_id="C2")) is not None
    assert len(await database.feedback.recent("T1", "C2", 9)) == 1


async def test_a_new_id_that_is_in_use_keeps_its_own(database: Database) -> None:
    """Where the new id has rows already they stay, and the old ones go; other workspaces keep theirs."""
    own = make_channel("C2", name="own")
    await database.channels.save_many([make_channel("C1"), own, make_channel(workspace_id="T2")])
    for channel_id in ("C1", "C2"):
        await database.deliveries.open(make_key(channel_id), NOON, NOON)

    assert await database.channels.change_id("T1", "C1", "C2")

    assert await database.channels.all("T1") == [own]
    assert len(await database.channels.all("T2")) == 1
    assert len(await database.deliveries.recent(make_key().on)) == 1


async def in_state(database: Database, channel_id: str, state: S, **more: object) -> None:
    """Have today's delivery of a channel stand in a state."""
    await database.deliveries.open(make_key(channel_id), NOON, None)
    due = await database.deliveries.get(make_key(channel_id))
    assert due is not None
    await database.deliveries.change(due, replace(due, state=state, attempt=1, **more))


@pytest.mark.parametrize("state", [S.SENDING, S.UNKNOWN, S.RECONCILING])
async def test_a_delivery_under_way_follows_the_channel_to_its_new_id(
    database: Database, state: S
) -> None:
    """What may be in the channel is today's digest there: nobody can open a second one."""
    await database.channels.save(make_channel())
    await in_state(database, "C1", state)

    assert await database.channels.change_id("T1", "C1", "C2")

    assert [it.key for it in await database.deliveries.unfinished()] == [make_key("C2")]
    assert not await database.deliveries.open(make_key("C2"), NOON, None)


@pytest.mark.parametrize("old", [S.SENT, S.UNKNOWN, S.SKIPPED])
@pytest.mark.parametrize("new", [S.DUE, S.COMPOSED, S.DEAD])
async def test_what_may_be_posted_goes_before_what_is_not(
    database: Database, old: S, new: S
) -> None:
    """Both ids have a row of the day: the one that may be in the channel stays, so that it stays one."""
    await database.channels.save(make_channel())
    # Skipped with `sending_at`: it may have been posted.
    await in_state(database, "C1", old, sending_at=NOON)
    if new is S.DUE:
        await database.deliveries.open(make_key("C2"), NOON, None)
    else:
        await in_state(database, "C2", new)

    assert await database.channels.change_id("T1", "C1", "C2")

    assert await database.deliveries.get(make_key("C1")) is None
    kept = await database.deliveries.get(make_key("C2"))
    assert kept is not None
    assert kept.state is old


async def test_what_is_not_posted_never_replaces_what_may_be(database: Database) -> None:
    """The new id's own delivery stays when it may be in the channel, whatever the old one was."""
    await database.channels.save(make_channel())
    await in_state(database, "C1", S.COMPOSED)
    await in_state(database, "C2", S.SENT)

    assert await database.channels.change_id("T1", "C1", "C2")

    kept = await database.deliveries.get(make_key("C2"))
    assert kept is not None
    assert kept.state is S.SENT


async def test_channels_are_found_by_their_zone(database: Database) -> None:
    """Those that hold one of the zones, by its whole name; what else is stored does not matter."""
    for channel_id, zone in (("C1", "EST"), ("C2", "EST5EDT"), ("C3", "Etc/GMT-5"), ("C4", "UTC")):
        preference = replace(make_channel().preference, zone=zone)
        await database.channels.save(
            replace(make_channel(), channel_id=channel_id, name="EST", preference=preference)
        )

    found = await database.channels.in_zones(["EST", "Etc/GMT-5", "HST"])

    assert sorted(channel.channel_id for channel in found) == ["C1", "C3"]
    assert await database.channels.in_zones([]) == []
