"""Turning what the database libraries raise into sentences for people."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError, StatementError

from bot.errors import PlainwireError, StorageError


@dataclass(frozen=True, slots=True)
class _Failure:
    what: str
    next_step: str = ""
    reason: str = "other"


_FULL = _Failure(
    "The disk that holds the database is full, so nothing more can be stored.",
    "Free some space; unfinished work then goes on by itself.",
    "disk_full",
)
_UNREACHABLE = _Failure(
    "The database server cannot be reached.",
    "Check that it runs, and host, port and name in DATABASE_URL.",
    "unreachable",
)
_REFUSED = _Failure(
    "The database server does not let us in.",
    "Check user and password in DATABASE_URL.",
    "refused",
)
_READ_ONLY = _Failure(
    "The database cannot be written.",
    "Make the file and its folder writable for the user that runs plainwire; a disk that is mounted "
    "read-only has to be mounted for writing.",
    "read_only",
)
_DISK_ERROR = _Failure(
    "The disk that holds the database reported an error.",
    "Check the disk: whether it is there, healthy, writable, and has space.",
    "disk_error",
)
_NO_RIGHTS = _Failure(
    "The database user may not do what plainwire needs.",
    "Let that user create, read and write tables in the database of DATABASE_URL.",
    "refused",
)
_DAMAGED = _Failure(
    "The database file is damaged.",
    "Restore it from a copy, or start with a new file.",
    "damaged",
)
_NO_TABLE = _Failure("A table is missing.", "Run `plainwire migrate`.", "missing")
_BUSY = _Failure(
    "The database stayed busy for too long.",
    "Try again; if it stays so, look for another program that keeps the database open.",
    "busy",
)

# Words of SQLite's (sqlite.org/rescode.html) and libpq's messages, which carry no code here.
_BY_WORDS: tuple[tuple[str, _Failure], ...] = (
    ("database or disk is full", _FULL),
    (
        "file is not a database",
        _Failure(
            "The file is not a database of plainwire.",
            "Point DATABASE_URL at another file.",
            "damaged",
        ),
    ),
    ("disk image is malformed", _DAMAGED),
    (
        "unable to open database file",
        _Failure(
            "The database file cannot be opened.",
            "Check that the folder exists and is writable for the user that runs plainwire.",
            "missing",
        ),
    ),
    ("readonly database", _READ_ONLY),
    ("disk i/o error", _DISK_ERROR),
    ("database is locked", _BUSY),
    ("database table is locked", _BUSY),
    ("authentication failed", _REFUSED),
    (
        "does not exist",
        _Failure(
            "The database, or a table of it, does not exist.", "Run `plainwire migrate`.", "missing"
        ),
    ),
    ("no such table", _NO_TABLE),
)

# PostgreSQL error codes (appendix A of its manual), whole or by class (their first two characters).
_BY_SQLSTATE = {
    "53100": _FULL,
    "08": _UNREACHABLE,
    "57": _UNREACHABLE,
    "28": _REFUSED,
    "25006": _READ_ONLY,
    "58": _DISK_ERROR,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "42501": _NO_RIGHTS,
    "42P01": _NO_TABLE,
    "53300": _BUSY,
    "40": _BUSY,
    "55P03": _BUSY,
}

_OTHER = _Failure("The database refused a request.", "The log has the cause; please report it.")


@contextmanager
def translated() -> Iterator[None]:
    """Raise a `StorageError`, the cause chained, in place of anything that SQLAlchemy raises."""
    try:
        yield
    except SQLAlchemyError as error:
        raise storage_error(error) from error


def storage_error(error: SQLAlchemyError) -> PlainwireError:
    """Return the error of ours that says what *error* means; ours inside it come back unchanged."""
    original = error.orig if isinstance(error, StatementError) else None
    if isinstance(original, PlainwireError):
        return original
    return driver_error(original or error)


def driver_error(error: BaseException) -> StorageError:
    """Return the error of ours for one that a database driver raised."""
    return _raised(_failure(error))


def file_error(path: Path, error: OSError) -> StorageError:
    """Return the error of ours for a database file (or one beside it) that cannot be written."""
    if error.errno in _FULL_ERRNOS:
        return _raised(_FULL)
    reason = "read_only" if error.errno in _READ_ONLY_ERRNOS else "disk_error"
    step = (
        _READ_ONLY.next_step
        if error.errno == errno.EROFS
        else "Make its folder writable for the user that runs plainwire, or set DATABASE_URL."
    )
    return StorageError(
        f"The database file {path} cannot be written ({error.strerror or error}).",
        next_step=step,
        reason=reason,
    )


def _raised(failure: _Failure) -> StorageError:
    return StorageError(failure.what, next_step=failure.next_step, reason=failure.reason)


_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ_ONLY_ERRNOS = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def _failure(error: BaseException) -> _Failure:
    code = getattr(error, "sqlstate", None)
    if code:
        return _BY_SQLSTATE.get(code) or _BY_SQLSTATE.get(code[:2], _OTHER)
    for words, failure in _BY_WORDS:
        if words in str(error).lower():
            return failure
    return _UNREACHABLE if _lost_server(error) else _OTHER


def _lost_server(error: BaseException) -> bool:
    """Without a code, psycopg's operational errors are about the connection."""
    names = {f"{kind.__module__}.{kind.__name__}" for kind in type(error).__mro__}
    return "psycopg.OperationalError" in names
