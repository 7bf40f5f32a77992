"""Whether the keys at hand fit what is stored, how much of it they do not, and giving that up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.chat.request import Request, RequestKind, RequestState
from bot.chat.thread import StoredTurn, ThreadKey, ThreadMemory
from storage.cipher import Cipher, generate_key
from storage.database import Database
from storage.key_fit import KeyFit, holds_secrets
from tests.fakes.installations import make_installation

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
OLD, NEW = generate_key(), generate_key()


async def fill(url: str, key: SecretStr, name: str) -> None:
    """Store a workspace, a question and a thread, encrypted with *key*."""
    async with await Database.open(url, cipher=Cipher([key])) as database:
        await database.installations.save(make_installation(f"T{name}"))
        await database.requests.record(
            Request(
                source_key=f"Ev{name}",
                twin_key=f"C:{name}",
                kind=RequestKind.QUESTION,
                workspace_id=f"T{name}",
                channel_id="C",
                user_id="U",
                text="what?",
                received_at=NOW,
            )
        )
        thread = ThreadKey(workspace_id=f"T{name}", channel_id="C", thread_ts="1.2")
        await database.threads.update(thread, lambda _: memory(thread))


def memory(key: ThreadKey) -> ThreadMemory:
    turn = StoredTurn(role="user", text="what?", ts="1.3", at=NOW, user_id="U")
    return ThreadMemory(key=key, turns=(turn,), expires_at=None)


async def fit(url: str, *keys: SecretStr, at_most: int | None = None) -> KeyFit:
    async with await Database.open(url, cipher=Cipher(keys)) as database:
        return await database.key_fit(at_most=at_most)


async def test_what_fits_and_what_does_not_is_counted(url: str):
    """With the right keys nothing is amiss; with one of two, the other's rows are named and counted."""
    assert (await fit(url, NEW)).tried == 0
    await fill(url, OLD, "1")
    await fill(url, NEW, "2")

    assert not (await fit(url, NEW, OLD)).misfits
    half, none = await fit(url, NEW), await fit(url, generate_key())
    assert (half.tried, half.misfits) == (6, 3)
    assert half.words() == "1 workspace token, 1 question and 1 thread memory"
    assert none.misfits == 6
    assert none.words() == "2 workspace tokens, 2 questions and 2 thread memories"
    assert (await fit(url, NEW, at_most=1)).misfits == 3


async def test_giving_up_what_cannot_be_read(url: str):
    """What the key reads stays as it is; of the rest the words and the token go, the rows stay known."""
    await fill(url, OLD, "1")
    await fill(url, NEW, "2")
    async with await Database.open(url, cipher=Cipher([NEW])) as database:
        assert await database.unreadable_workspaces() == ["T1"]
        await database.forget_unreadable()

        assert not (await database.key_fit()).misfits
        tokens = {
            one.workspace_id: one.bot_token.get_secret_value()
            for one in await database.installations.all()
        }
        assert tokens == {"T1": "", "T2": "xoxb-test"}
        gone, kept = await database.requests.get("Ev1"), await database.requests.get("Ev2")
        assert gone is not None
        assert kept is not None
        assert (gone.text, gone.state) == ("", RequestState.EXPIRED)
        assert (kept.text, kept.state) == ("what?", RequestState.RECEIVED)
        assert [one.source_key for one in await database.requests.unfinished()] == ["Ev2"]
        lost = ThreadKey(workspace_id="T1", channel_id="C", thread_ts="1.2")
        assert await database.threads.get(lost) is None


async def test_whether_a_file_holds_anything_encrypted(tmp_path):
    """No file, an empty one and an empty database hold nothing; one encrypted row is something."""
    path = tmp_path / "p.db"
    assert not holds_secrets(path)
    path.touch()
    assert not holds_secrets(path)
    await fit(f"sqlite:///{path}", OLD)
    assert not holds_secrets(path)
    await fill(f"sqlite:///{path}", OLD, "1")
    assert holds_secrets(path)
