"""
Encrypting the few secrets that the database keeps, with keys that never enter it.

Fernet (AES-128-CBC with an HMAC) comes from the cryptography package; several keys make rotation
possible: the first encrypts, every one decrypts.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from bot.errors import CipherError

_PRIVATE = 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRONG_KEY = (
    "Put the key that it was encrypted with into PLAINWIRE_ENCRYPTION_KEY; `plainwire doctor` says "
    "what else can be done."
)
_BAD_KEY = "Use 32 bytes in url-safe base64, as `plainwire run` generates them."


class NoKey(CipherError):
    """The key is lost, or what should be one is none."""


class Cipher:
    """
    Encrypts and decrypts secrets.

    Args:
        keys: Fernet keys (32 bytes, url-safe base64), the newest first.

    Raises:
        CipherError: No key, or one that is malformed. The text never contains a key.
    """

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        if not keys:
            raise CipherError("There is no encryption key.", next_step=_BAD_KEY)
        self._fernet = MultiFernet([_fernet(key) for key in keys])

    def encrypt(self, secret: SecretStr) -> str:
        """Return *secret* encrypted with the first key, as ASCII text."""
        return self._fernet.encrypt(secret.get_secret_value().encode()).decode("ascii")

    def decrypt(self, token: str) -> SecretStr:
        """
        Return the secret inside *token*.

        Raises:
            CipherError: None of the keys fits, or the text was changed.
        """
        try:
            return SecretStr(self._fernet.decrypt(token.encode()).decode())
        except (InvalidToken, UnicodeError):
            # `from None`: what could not be decrypted is nobody's business in a log.
            raise CipherError(
                "A stored secret cannot be decrypted with the keys at hand.", next_step=_WRONG_KEY
            ) from None

    def seal(self, text: str) -> str:
        """Return a mark for *text* that nobody can make without a key (the port is `Seals`)."""
        return self.encrypt(SecretStr(text))

    def is_seal(self, mark: str, text: str) -> bool:
        """Return whether *mark* was made for *text*, with any of the keys."""
        try:
            return secrets.compare_digest(
                self.decrypt(mark).get_secret_value().encode(), text.encode()
            )
        except CipherError:
            return False

    def rotate(self, token: str) -> str:
        """Return *token* encrypted anew with the first key; raises like `decrypt`."""
        return self.encrypt(self.decrypt(token))


def generate_key() -> SecretStr:
    """Return a new random key."""
    return SecretStr(Fernet.generate_key().decode("ascii"))


def load_or_create_key(path: Path) -> SecretStr:
    """
    Return the key in the file at *path*; create it, readable by its owner only, when there is none.

    Two processes that create it at once end with the same key.

    Raises:
        CipherError: The file cannot be read or written, is open to other users, or holds no key.
    """
    try:
        if not path.exists():
            _create(path)
        return _load(path)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise CipherError(
            f"The key file {path} cannot be used ({error.strerror or error}).",
            next_step="Free some space on its disk."
            if full
            else "Let the user that runs plainwire read it and write its folder, or set "
            "PLAINWIRE_ENCRYPTION_KEY.",
        ) from error


def two_ways_out(put_back: str) -> str:
    """
    Return what to do when a key is lost or does not fit.

    Args:
        put_back: Where the old key goes, such as "as data/encryption.key".
    """
    return (
        f"Two ways out: put the old key back, {put_back}; or give up what it encrypted, with "
        "`plainwire keys forget-unreadable`: channels and their settings stay, while tokens of "
        "workspaces that installed the app, and what people asked, are lost."
    )


def _fernet(key: SecretStr) -> Fernet:
    try:
        return Fernet(key.get_secret_value())
    except ValueError:
        # `from None`: the cause must not carry the malformed key along.
        raise NoKey("The encryption key is malformed.", next_step=_BAD_KEY) from None


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(generate_key().get_secret_value() + "\n")
            file.flush()
            os.fsync(file.fileno())
        _publish(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    """Give the finished file its name; whoever comes second keeps the first one's key."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return


def _load(path: Path) -> SecretStr:
    # A container makes a folder where the file to be mounted is not there.
    if path.is_dir() or not path.exists():
        what = (
            "is a folder, not a file" if path.is_dir() else "is a link to a file that is not there"
        )
        raise CipherError(
            f"The key file {path} {what}.",
            next_step="Put the key file in its place, or set PLAINWIRE_ENCRYPTION_KEY to the key. When "
            f"there is no key any more: remove {path}, then try again.",
        )
    if os.name == "posix" and path.stat().st_mode & _OTHERS:
        raise CipherError(
            f"The key file {path} can be read by other users of this machine.",
            next_step=f"Run `chmod 600 {path}`; if somebody may have read it, make a new key.",
        )
    key = SecretStr(path.read_text(encoding="utf-8-sig", errors="replace").strip())
    try:
        _fernet(key)
    except NoKey:
        what = "malformed" if key.get_secret_value() else "empty, so malformed"
        raise NoKey(
            f"The encryption key in the file {path} is {what}.",
            next_step=two_ways_out(f"as {path} or in PLAINWIRE_ENCRYPTION_KEY"),
        ) from None
    return key
