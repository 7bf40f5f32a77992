"""Feedback, rules of workspaces, and forgetting a person."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.digest.rules import WhoMayChange, WorkspaceRules
from storage.database import Database
from storage.people import Forgotten
from tests.fakes.stored import (
    NOON,
    make_channel,
    make_feedback,
    make_key,
    make_memory,
    make_request,
    make_turn,
)

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


async def test_a_click_counts_once_and_is_undone_once(database: Database) -> None:
    """The same click delivered twice is one; of several clicks on Undo exactly one undoes."""
    feedback = make_feedback()
    recorded = [
        await database.feedback.record(it) for it in (feedback, replace(feedback, at=NOON + HOUR))
    ]

    undone = await asyncio.gather(*(database.feedback.undo("F1", NOON + HOUR) for _ in range(3)))

    gone = replace(feedback, undone_at=NOON + HOUR)
    assert recorded == [True, False]
    assert [it for it in undone if it is not None] == [gone]
    assert await database.feedback.get("F1") == gone
    assert await database.feedback.undo("unheard-of", NOON) is None


async def test_the_newest_feedback_of_a_channel(database: Database) -> None:
    """A channel's feedback comes newest first, no more than asked for, nobody else's."""
    for number in range(3):
        await database.feedback.record(make_feedback(f"F{number}", at=NOON + number * HOUR))
    await database.feedback.record(make_feedback("other", channel_id="C2"))

    assert [it.id for it in await database.feedback.recent("T1", "C1", 2)] == ["F2", "F1"]


async def test_rules_are_the_default_until_saved(database: Database) -> None:
    """A workspace without rules lets members change digests; saved rules replace that."""
    rules = WorkspaceRules(
        workspace_id="T1", who_may_change=WhoMayChange.NAMED, people=frozenset({"U1", "U2"})
    )
    assert await database.rules.get("T1") == WorkspaceRules(workspace_id="T1")

    for saved in (WorkspaceRules(workspace_id="T1", who_may_change=WhoMayChange.ADMINS), rules):
        await database.rules.save(saved)

    assert await database.rules.get("T1") == rules
    assert (await database.rules.get("T2")).who_may_change is WhoMayChange.MEMBERS


async def test_a_person_is_forgotten_everywhere(database: Database) -> None:
    """Their questions, words, clicks and own digest go; channels stay without their name."""
    await database.requests.record(make_request())
    await database.threads.save(make_memory("1.0", make_turn("1.1")))
    await database.feedback.record(make_feedback())
    await database.channels.save_many(
        [
            make_channel("C1"),
            make_channel("D1", is_dm=True),
            make_channel("D2", set_up_by="U2", is_dm=True),
        ]
    )
    for channel_id in ("C1", "D1", "D2"):
        await database.deliveries.open(make_key(channel_id), NOON, None)

    gone = await database.forget_person("T1", "U1")

    assert gone == Forgotten(requests=1, threads=1, feedback=1, own_digests=1, channels=1)
    assert {it.channel_id: it.set_up_by for it in await database.channels.all()} == {
        "C1": "",
        "D2": "U2",
    }
    left = await database.deliveries.recent(make_key().on)
    assert {it.key.channel_id for it in left} == {"C1", "D2"}
    nothing = Forgotten(requests=0, threads=0, feedback=0, own_digests=0, channels=0)
    assert await database.forget_person("T1", "U1") == nothing
