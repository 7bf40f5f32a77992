"""Column types that keep promises: instants are aware UTC, texts are storable, secrets are encrypted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from pydantic import SecretStr
from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from bot.errors import CipherError
from storage.cipher import Cipher
from storage.encoding import Codec

T = TypeVar("T")

# The tables are shared by every open database of the process, their ciphers are not: each engine
# has its own dialect object, and that is what a column type is handed.
_CIPHERS: WeakKeyDictionary[Dialect, Cipher] = WeakKeyDictionary()


def use_cipher(dialect: Dialect, cipher: Cipher) -> None:
    """Let `EncryptedText` columns of the engine that owns *dialect* use *cipher*."""
    _CIPHERS[dialect] = cipher


class NaiveDatetime(DontWrapMixin, ValueError):
    """A datetime without time zone was about to be stored: a bug of the caller."""


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive datetimes; gives back aware UTC on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.utcoffset() is None:
            raise NaiveDatetime(f"{value!r} has no time zone; instants are stored in UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        # SQLite keeps no zone; what stands there was UTC when it was written.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PlainText(TypeDecorator[str]):
    """Text from anywhere; what no database can hold (NUL, lone surrogates) is taken out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Return *text* without NUL characters and with "?" for lone surrogates."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


class JsonOf(TypeDecorator[T]):
    """A value stored as JSON text by its codec."""

    impl = Text
    cache_ok = True

    def __init__(self, codec: Codec[T]) -> None:
        super().__init__()
        self.codec = codec

    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else self.codec.dump(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> T | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else self.codec.load(value)


class EncryptedText(TypeDecorator[SecretStr]):
    """A secret; the column holds only what the database's cipher made of it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: SecretStr | None, dialect: Dialect) -> str | None:
        return None if value is None else _cipher_of(dialect).encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> SecretStr | None:
        return None if value is None else _cipher_of(dialect).decrypt(value)


class EncryptedJsonOf(TypeDecorator[T]):
    """A value stored as JSON text by its codec, and that encrypted by the database's cipher."""

    impl = Text
    cache_ok = True

    def __init__(self, codec: Codec[T]) -> None:
        super().__init__()
        self.codec = codec

    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _cipher_of(dialect).encrypt(SecretStr(self.codec.dump(value)))

    def process_result_value(self, value: str | None, dialect: Dialect) -> T | None:
        if value is None:
            return None
        return self.codec.load(_cipher_of(dialect).decrypt(value).get_secret_value())


def _cipher_of(dialect: Dialect) -> Cipher:
    cipher = _CIPHERS.get(dialect)
    if cipher is None:
        raise CipherError("This database was opened without an encryption key.")
    return cipher
