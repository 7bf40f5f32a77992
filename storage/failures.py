"""Turning what the database libraries raise into sentences for people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError, StatementError

from bot.errors import PlainwireError, StorageError


@dataclass(frozen=True, slots=True)
class _Failure:
    what: str
    next_step: str = ""


_FULL = _Failure(
    "The disk that holds the database is full, so nothing more can be stored.",
    "Free some space; unfinished work then goes on by itself.",
)
_UNREACHABLE = _Failure(
    "The database server cannot be reached.",
    "Check that it runs, and host, port and name in DATABASE_URL.",
)
_REFUSED = _Failure(
    "The database server does not let us in.", "Check user and password in DATABASE_URL."
)
_READ_ONLY = _Failure(
    "The database cannot be written.",
    "Make the file and its folder writable for the user that runs plainwire.",
)
_BUSY = _Failure(
    "The database stayed busy for too long.",
    "Try again; if it stays so, look for another program that keeps the database open.",
)

# Words of SQLite's (sqlite.org/rescode.html) and libpq's messages, which carry no code here.
_BY_WORDS: tuple[tuple[str, _Failure], ...] = (
    ("database or disk is full", _FULL),
    (
        "file is not a database",
        _Failure("The file is not a database of plainwire.", "Point DATABASE_URL at another file."),
    ),
    (
        "disk image is malformed",
        _Failure(
            "The database file is damaged.", "Restore it from a copy, or start with a new file."
        ),
    ),
    (
        "unable to open database file",
        _Failure(
            "The database file cannot be opened.",
            "Check that the folder exists and is writable for the user that runs plainwire.",
        ),
    ),
    ("readonly database", _READ_ONLY),
    ("disk i/o error", _Failure("The disk that holds the database reported an error.")),
    ("database is locked", _BUSY),
    ("authentication failed", _REFUSED),
    (
        "does not exist",
        _Failure("The database, or a table of it, does not exist.", "Run `plainwire migrate`."),
    ),
    ("no such table", _Failure("A table is missing.", "Run `plainwire migrate`.")),
)

# PostgreSQL error codes (appendix A of its manual), whole or by class (their first two characters).
_BY_SQLSTATE = {
    "53100": _FULL,
    "08": _UNREACHABLE,
    "57": _UNREACHABLE,
    "28": _REFUSED,
    "25006": _READ_ONLY,
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
    failure = _failure(error)
    return StorageError(failure.what, next_step=failure.next_step)


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
