"""Whether the database can be written is tried, and what keeps it from that is named with its remedy."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.errors import StorageError
from storage import write_check
from storage.cipher import Cipher, generate_key
from storage.database import Database
from storage.failures import driver_error, file_error
from tests.fakes.disk import Disk, ReadOnly

pytestmark = pytest.mark.anyio
CIPHER = Cipher([generate_key()])


async def test_a_database_that_takes_everything(database: Database) -> None:
    """On both databases a try leaves at most one small row, however often."""
    for _ in range(3):
        assert await database.write_trouble() is None
    assert await database.facts.get("write_check_large") is None
    assert await database.facts.get("write_check")


async def test_a_full_disk_and_then_space_again(tmp_path: Path) -> None:
    """A full disk is named as such with its remedy, and nothing is wrong any more when there is room."""
    async with await Database.open(f"sqlite:///{tmp_path}/p.db", cipher=CIPHER) as database:
        disk = Disk(database)
        async with disk:
            found = await database.write_trouble()
        again = await database.write_trouble()

    assert found is not None
    assert (found.reason, again) == ("disk_full", None)
    assert "full" in found.what
    assert "Free some space" in found.next_step


async def test_a_database_that_may_only_be_read(tmp_path: Path) -> None:
    """Whatever lets reads through and no writes is found, although reading works."""
    async with await Database.open(f"sqlite:///{tmp_path}/p.db", cipher=CIPHER) as database:
        with ReadOnly(database):
            found = await database.write_trouble()
            assert await database.facts.get("nothing") is None

    assert found is not None
    assert found.reason == "read_only"
    assert "writable" in found.next_step


async def test_a_database_that_another_program_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock that is not given back is named as such, with what to look for."""
    monkeypatch.setattr("storage.engine.BUSY_TIMEOUT_SECONDS", 0.01)
    path = tmp_path / "p.db"
    async with await Database.open(f"sqlite:///{path}", cipher=CIPHER) as database:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            found = await database.write_trouble()

    assert found is not None
    assert found.reason == "busy"
    assert "another program" in found.next_step


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "disk_full"),
        (errno.EDQUOT, "disk_full"),
        (errno.EROFS, "read_only"),
        (errno.EACCES, "read_only"),
        (errno.EIO, "disk_error"),
    ],
)
async def test_the_disk_speaks_where_the_database_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: str
) -> None:
    """A commit may go into space that the file has already: a file beside it is tried as well."""

    def fsync(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    async with await Database.open(f"sqlite:///{tmp_path}/p.db", cipher=CIPHER) as database:
        monkeypatch.setattr(write_check.os, "fsync", fsync)
        found = await database.write_trouble()

    assert found is not None
    assert found.reason == reason
    assert found.next_step


class _Coded(Exception):
    def __init__(self, words: str, sqlstate: str = "") -> None:
        super().__init__(words)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (_Coded("could not extend file", "53100"), "disk_full"),
        (_Coded("could not write block", "58030"), "disk_error"),
        (_Coded("read-only transaction", "25006"), "read_only"),
        (_Coded("permission denied for table", "42501"), "refused"),
        (_Coded("too many clients", "53300"), "busy"),
        (_Coded("lock not available", "55P03"), "busy"),
        (_Coded("the database system is starting up", "57P03"), "unreachable"),
        (sqlite3.OperationalError("database or disk is full"), "disk_full"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "read_only"),
        (sqlite3.OperationalError("disk I/O error"), "disk_error"),
        (sqlite3.OperationalError("database is locked"), "busy"),
        (sqlite3.DatabaseError("database disk image is malformed"), "damaged"),
    ],
)
def test_every_kind_has_a_reason_and_a_remedy(error: Exception, reason: str) -> None:
    """What programs read and what people do next is the same for both databases."""
    found: StorageError = driver_error(error)
    assert found.reason == reason
    assert found.next_step


def test_a_file_that_cannot_be_written_names_itself(tmp_path: Path) -> None:
    """Permissions are told with the file and the way to mend them."""
    found = file_error(tmp_path / "p.db", PermissionError(errno.EACCES, "Permission denied"))
    assert str(tmp_path / "p.db") in found.what
    assert "writable" in found.next_step
