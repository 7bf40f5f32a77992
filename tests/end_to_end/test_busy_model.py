"""A model that is busy or silent: a word soon and an end in time, wherever people ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.manifest import manifest, optional_scopes, required_scopes
from bot.sandbox import Message, app_from_manifest
from tests.fakes.azure import Behaviour, Stall, Throttle
from tests.fakes.talk import PATIENCE_SECONDS, Talk, open_talk, said_in

pytestmark = pytest.mark.anyio

STATUS = "assistant.threads.setStatus"
NOTE = "One moment: Plainwire"
SIGNS = ("is thinking", "waits for", "yours")
LIMIT_SECONDS = 4


@dataclass
class Asked:
    """A question, what it left where its asker looks, and the status line there."""

    where: str
    left: Callable[[], list[Any]]
    status: Callable[[], str] = str

    @property
    def words(self) -> str:
        return said_in([self.status(), *map(_shown, self.left())])


def _shown(one: Any) -> Any:
    return [one.text, one.blocks] if isinstance(one, Message) else one


async def everywhere(talk: Talk) -> list[Asked]:
    """Ask in every kind of place, each person where only one answer to them can come."""
    ada, ben, mei, dana = (talk.as_user(name) for name in ("ada", "ben", "mei", "dana"))
    ts, public = talk.digest.ts, "ai-news"
    for person in (ben, mei, dana):
        person.join(public)
    await mei.command("/explain", "RAG", channel=public)
    glossary = await talk.whispered("mei", "glossary")
    said = ben.post(public, "The vendor says that its agent settles six of ten chats.")
    block = next(block for block in talk.digest.blocks if block["type"] == "actions")
    menu = next(one for one in block["elements"] if one["action_id"] == "story_menu")
    simpler = next(o["value"] for o in menu["options"] if o["value"].startswith("simpler"))

    mention = ada.post(public, "@plainwire why do models make things up?")
    direct = ada.post("", "why do models need so much memory?")
    digest = ada.post(public, "@plainwire what is new?")
    await ada.command("/explain", "why do models hallucinate so much?", channel=public)
    await ben.shortcut("explain_this", said)
    await mei.click(glossary, "ask_model")
    await ada.click(talk.digest, "explain_more")
    await dana.click(talk.digest, "story_menu", simpler, block_id=block["block_id"])
    home = dana.direct().id

    def thread(channel: str, of: str) -> tuple[Callable[[], list[Any]], Callable[[], str]]:
        return lambda: talk.replies(of, channel), lambda: ada.status(channel, of)

    return [
        Asked("mention", *thread(public, mention.ts)),
        Asked("direct message", *thread(direct.channel, direct.ts)),
        Asked("about the digest", *thread(public, digest.ts)),
        Asked("command", ada.ephemerals),
        Asked("shortcut", ben.ephemerals),
        Asked("button of a private answer", mei.ephemerals),
        Asked("explain more", *thread(public, ts)),
        Asked(
            "button of a public message",
            lambda: [*dana.ephemerals(), *talk.sandbox.bot_messages(home)],
            lambda: ada.status(public, ts),
        ),
    ]


async def first_words(asked: list[Asked]) -> dict[str, str]:
    """Return what is read first in each place, once something is read in all of them."""
    first: dict[str, str] = {}
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(first) < len(asked):
            for one in [one for one in asked if one.where not in first]:
                if (one.left() or one.status()) and "glossary" not in one.words:
                    first[one.where] = one.words
            await asyncio.sleep(0.1)
    return first


@pytest.mark.parametrize(
    ("behaviour", "has_status"),
    [(Throttle(retry_after=1, retry_after_ms=None), False), (Stall(), True)],
    ids=["busy, no status line", "silent, agent view"],
)
async def test_a_word_soon_and_an_end_in_time(
    tmp_path: Path, behaviour: Behaviour, has_status: bool
):
    """Everybody reads something at once, then one answer that says how it came to be, and nothing else."""
    scopes = frozenset({*required_scopes(), *optional_scopes(), "assistant:write"})
    agent = app_from_manifest(manifest(), agent_view=True, scopes=scopes)
    limit = {"PLAINWIRE_MODEL_TIMEOUT_SECONDS": str(LIMIT_SECONDS)}
    async with open_talk(tmp_path, app=agent if has_status else None, **limit) as talk:
        if not has_status:
            talk.sandbox.faults.add(kind="error", error="unknown_method", method=STATUS, times=None)
        talk.azure.always(behaviour)
        asked = await everywhere(talk)
        first = await first_words(asked)
        await talk.quiet()
        posted_notes = [
            call
            for call in talk.sandbox.calls.of("chat.postMessage")
            if NOTE in said_in(call.arguments)
        ]

        for one in asked:
            assert any(sign in first[one.where] for sign in SIGNS), (one.where, first[one.where])
            assert has_status or NOTE in first[one.where], (one.where, first[one.where])
            assert len(one.left()) == 1, (one.where, one.words)
            assert NOTE not in one.words, one.where
            assert "busy" in one.words, (one.where, one.words)
            assert one.status() == "", one.where
        assert bool(posted_notes) is not has_status
        assert set(talk.refused) <= {f"{STATUS}: unknown_method"}
