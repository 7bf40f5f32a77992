"""Who set a digest up is told when its channel ends, or comes back: once for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox import Message
from tests.fakes.talk import CHANNEL, Talk, open_talk

pytestmark = pytest.mark.anyio


@pytest.fixture
async def talk(anyio_backend: str, tmp_path: Path) -> AsyncIterator[Talk]:
    async with open_talk(tmp_path, digest=False) as opened:
        yield opened


def told(talk: Talk, name: str) -> list[Message]:
    """Return what we wrote to somebody in their direct message."""
    user = talk.as_user(name).user.id
    direct = talk.sandbox.workspace.direct_channel(user, "U01PLAINBOT").id
    return talk.sandbox.bot_messages(direct)


async def settled(talk: Talk) -> None:
    """Deliver the newest event twice more, as Slack may, and wait until all is done."""
    await talk.sandbox.settle()
    talk.sandbox.deliveries.redeliver(talk.sandbox.deliveries.log[-1].event_id, times=2)
    await talk.sandbox.settle()
    await talk.quiet()


async def set_up(talk: Talk, name: str) -> None:
    await talk.as_user(name).command("/digest", "off", channel=CHANNEL)
    await talk.whispered(name, "The digest is off")
    await talk.as_user(name).command("/digest", "on 9:00 Berlin", channel=CHANNEL)
    await talk.whispered(name, "The digest is on")


async def test_each_ending_is_told_once(talk: Talk):
    """Archived, removed, back, deleted: one message each to who set it up, none to others."""
    ada, ben = talk.as_user("ada"), talk.as_user("ben")
    if ben.user.id not in talk.sandbox.channel(CHANNEL).members:
        ben.join(CHANNEL)
    await set_up(talk, "ben")
    said: list[str] = []

    async def heard() -> None:
        count = len(said) + 1
        await talk.until(lambda: len(told(talk, "ben")) >= count)
        await settled(talk)
        said[:] = [message.text for message in told(talk, "ben")]
        assert len(said) == count, said

    ada.archive(CHANNEL)
    await heard()
    ada.archive(CHANNEL, archived=False)
    await talk.sandbox.settle()
    await talk.quiet()
    ada.remove(CHANNEL)
    await heard()
    ada.invite(CHANNEL)
    await heard()
    ada.delete_channel(CHANNEL)
    await heard()

    assert "#ai-news was archived" in said[0]
    assert "taken out of #ai-news" in said[1]
    assert "#ai-news is back" in said[2]
    assert "#ai-news was deleted" in said[3]
    assert told(talk, "ada") == []
    assert talk.refused == []


async def test_nobody_is_told_of_a_digest_that_was_off(talk: Talk):
    """Where no digest came, nothing ends."""
    await set_up(talk, "ada")
    await talk.as_user("ada").command("/digest", "off", channel=CHANNEL)
    await talk.whispered("ada", "The digest is off", count=2)
    talk.as_user("ada").archive(CHANNEL)
    await settled(talk)

    assert told(talk, "ada") == []
