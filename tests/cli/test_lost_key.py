"""A lost or wrong encryption key: nothing starts with a new one in silence, and both ways out work."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app.checkup import examine
from bot.app.keys import give_up
from bot.app.newsroom import load_cipher, open_database
from bot.app.runner import running_bot
from bot.clock import SystemClock
from bot.digest.lifecycle import ACCESS_REVOKED
from bot.errors import CipherError
from bot.settings import Settings, load_settings
from bot.work.role import Role
from storage.cipher import generate_key
from storage.database import Database
from tests.fakes.place import WORKSPACE, channel_due
from tests.fakes.program import command
from tests.storage.test_key_fit import NOW, fill

pytestmark = pytest.mark.anyio

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


INSTALLED = {
    "PLAINWIRE_PUBLIC_URL": "https://plainwire.example",
    "SLACK_SIGNING_SECRET": "s" * 32,
    "SLACK_CLIENT_ID": "1.2",
    "SLACK_CLIENT_SECRET": "c" * 32,
}


def settings_in(folder: Path, **more: str) -> Settings:
    """Return the settings of a bot that lives in *folder*."""
    url = f"sqlite:////{str(folder / 'plainwire-data' / 'plainwire.db').lstrip('/')}"
    return load_settings(_env_file=None, DATABASE_URL=url, **TOKENS, **more)


async def made(settings: Settings) -> Database:
    """Return the database with the starter list "added", and no feeds, so that none is asked."""
    database = await Database.open(settings.database_url, cipher=load_cipher(settings))
    await database.facts.set("starter_feeds", "added")
    return database


async def filled(folder: Path) -> Settings:
    """Make a database with a workspace, a channel, a question and a thread; and its key file."""
    settings = settings_in(folder)
    async with await made(settings) as database:
        await database.channels.save(channel_due(NOW))
    key = settings.key_path.read_text().strip()
    await fill(settings.database_url, SecretStr(key), WORKSPACE.removeprefix("T"))
    return settings


@pytest.mark.parametrize("lost", ["gone", "empty", "garbled", "another", "setting"])
async def test_nothing_works_with_a_key_that_does_not_fit(tmp_path: Path, lost: str):
    """However the key was lost: `run`, short commands and doctor say so with both ways out; no new key."""
    settings = await filled(tmp_path)
    path = settings.key_path
    match lost:
        case "gone":
            path.unlink()
        case "empty":
            path.write_text("")
        case "garbled":
            path.write_text("not a key\n")
        case "another":
            path.write_text(generate_key().get_secret_value())
        case "setting":
            another = generate_key().get_secret_value()
            settings = settings_in(tmp_path, PLAINWIRE_ENCRYPTION_KEY=another)
    before = path.read_text() if path.exists() else None

    with pytest.raises(CipherError) as short:
        await open_database(settings)
    with pytest.raises(CipherError) as run:
        async with running_bot(settings, Role.ALL, SystemClock()):
            pass
    found = [one async for one in examine(settings) if one.area == "database"]

    assert found[-1].state == "failed"
    for error in (short.value, run.value, found[-1]):
        assert "Two ways out: put the old key back" in error.next_step
        assert "plainwire keys forget-unreadable" in error.next_step
        assert ("PLAINWIRE_ENCRYPTION_KEY" if lost == "setting" else str(path)) in error.next_step
        if lost in {"another", "setting"}:
            assert "none of 3 encrypted texts can be read" in error.what
    assert (path.read_text() if path.exists() else None) == before


async def test_a_part_that_does_not_fit_is_counted(tmp_path: Path):
    """When a key was changed without its old one, how much is lost is said in numbers."""
    settings = await filled(tmp_path)
    await fill(settings.database_url, generate_key(), "2")

    with pytest.raises(CipherError, match="only 3 of 6 encrypted texts can be read"):
        await open_database(settings)


async def test_a_new_database_makes_its_key_as_before(tmp_path: Path):
    """Where nothing is encrypted yet a key is made; a key in the setting fits what it encrypted."""
    settings = settings_in(tmp_path)
    async with await made(settings):
        pass
    settings.key_path.unlink()
    async with await open_database(settings):
        assert settings.key_path.exists()


async def test_changing_the_key_goes_on_working(tmp_path: Path):
    """New and old key together read everything, and after re-encrypting the new one does alone."""
    settings = await filled(tmp_path)
    old, new = settings.key_path.read_text().strip(), generate_key().get_secret_value()
    both = settings_in(tmp_path, PLAINWIRE_ENCRYPTION_KEY=f"{new},{old}")
    async with await open_database(both, thorough=True) as database:
        assert await database.reencrypt() == 3
    async with await open_database(settings_in(tmp_path, PLAINWIRE_ENCRYPTION_KEY=new)):
        pass


@pytest.mark.parametrize("installed", [True, False])
async def test_giving_up_keeps_channels_and_preferences(tmp_path: Path, installed: bool):
    """A channel whose token went keeps its wishes, stops, and says why; with the token set, it goes on."""
    settings = await filled(tmp_path)
    if installed:
        settings = settings_in(tmp_path, **INSTALLED)
    settings.key_path.unlink()
    async with await Database.open(
        settings.database_url, cipher=load_cipher(settings, anew=True)
    ) as database:
        await give_up(settings, database, NOW)
        [channel] = await database.channels.all()

    assert channel.preference == channel_due(NOW).preference
    assert channel.state_reason == (ACCESS_REVOKED if installed else "")
    # What is due stays due, and is caught up.
    assert channel.next_due_at == (None if installed else channel_due(NOW).next_due_at)
    async with await open_database(settings, thorough=True):
        pass


async def test_the_way_out_on_the_command_line(tmp_path: Path):
    """Nothing is given up or made without a yes; with it the database opens, and the old file is kept."""
    settings = await filled(tmp_path)
    settings.key_path.write_text("not a key\n")
    refused = await command("keys", "forget-unreadable", cwd=tmp_path)
    still = settings.key_path.read_text()
    done = await command("keys", "forget-unreadable", "--yes", cwd=tmp_path)
    again = await command("keys", "forget-unreadable", cwd=tmp_path)
    status = await command("status", cwd=tmp_path)

    assert (refused.code, done.code, again.code, status.code) == (2, 0, 0, 0), status.err
    assert "1 workspace token, 1 question and 1 thread memory" in refused.err
    assert still == "not a key\n"
    assert "--yes" in refused.err
    assert "nothing to give up" in again.out
    assert settings.key_path.with_name("encryption.key.unusable").read_text() == still
    assert all(one.quiet for one in (refused, done, again, status))
