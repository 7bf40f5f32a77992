"""The cipher and its key file."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import CipherError
from storage.cipher import Cipher, generate_key, load_or_create_key

SECRET = SecretStr("xoxb-very-secret")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_secret_comes_back(text: str) -> None:
    """Any secret is the same after encrypting and decrypting, and not visible in between."""
    cipher = Cipher([generate_key()])
    token = cipher.encrypt(SecretStr(text))
    assert cipher.decrypt(token).get_secret_value() == text
    assert token.isascii()


def test_a_seal_fits_its_text_and_its_keys_alone() -> None:
    """A mark for one text is none for another, after a rotation it still counts, and garbage never does."""
    old, new = generate_key(), generate_key()
    mark = Cipher([old]).seal("T1/D1/U1")
    assert Cipher([new, old]).is_seal(mark, "T1/D1/U1")
    assert not Cipher([old]).is_seal(mark, "T1/D1/U2")
    assert not Cipher([new]).is_seal(mark, "T1/D1/U1")
    for garbage in ("", "T1/D1/U1", "\ud800", mark[:-4]):
        assert not Cipher([old]).is_seal(garbage, "T1/D1/U1")


def test_the_wrong_key_is_an_error_without_the_secret() -> None:
    """Another key, or a changed text, is a CipherError that shows neither key nor text."""
    key = generate_key()
    token = Cipher([key]).encrypt(SECRET)
    for cipher, text in ((Cipher([generate_key()]), token), (Cipher([key]), token[:-4] + "AAA=")):
        with pytest.raises(CipherError) as caught:
            cipher.decrypt(text)
        assert token not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.next_step


def test_rotation() -> None:
    """The first key encrypts, all decrypt, and a rotated text needs the first one only."""
    old, new = generate_key(), generate_key()
    token = Cipher([old]).encrypt(SECRET)
    rotated = Cipher([new, old]).rotate(token)
    assert Cipher([new]).decrypt(rotated) == SECRET
    with pytest.raises(CipherError):
        Cipher([old]).decrypt(rotated)


@pytest.mark.parametrize("key", ["", "short", "ä" * 44, "A" * 60])
def test_a_malformed_key_is_named_without_showing_it(key: str) -> None:
    """A key of the wrong form is refused with the next step and without the key."""
    with pytest.raises(CipherError, match="malformed") as caught:
        Cipher([SecretStr(key)])
    assert not key or key not in str(caught.value)
    assert caught.value.__cause__ is None


def test_no_key_at_all_is_refused() -> None:
    """A cipher without keys cannot exist."""
    with pytest.raises(CipherError, match="no encryption key"):
        Cipher([])


def test_the_key_file_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    """The first call makes the key with mode 0600, the second reads the same one; no draft stays."""
    path = tmp_path / "new" / "key"
    key = load_or_create_key(path)
    assert load_or_create_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    Cipher([key])


def test_many_that_make_the_key_at_once_get_the_same(tmp_path: Path) -> None:
    """However many start at once, there is one key."""
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_or_create_key(tmp_path / "key"), range(16)))
    assert len({key.get_secret_value() for key in keys}) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    """A key file open to group or others is refused, with the command that mends it."""
    path = tmp_path / "key"
    load_or_create_key(path)
    path.chmod(mode)
    with pytest.raises(CipherError, match="chmod 600"):
        load_or_create_key(path)


def test_a_key_file_without_a_key_is_refused(tmp_path: Path) -> None:
    """A damaged key file is an error, not a new key that would orphan all tokens."""
    path = tmp_path / "key"
    path.write_bytes(b"\xff not a key")
    path.chmod(0o600)
    with pytest.raises(CipherError, match="malformed"):
        load_or_create_key(path)


def test_a_folder_or_a_dead_link_in_the_place_of_the_key_is_named(tmp_path: Path) -> None:
    """What a container or a missing mount leaves there is called what it is, with what to do."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    for name, what in (("folder", "is a folder"), ("link", "a file that is not there")):
        with pytest.raises(CipherError, match=what) as error:
            load_or_create_key(tmp_path / name)
        assert f"remove {tmp_path / name}" in error.value.next_step


def test_a_key_file_from_an_editor_that_marks_its_files_is_read(tmp_path: Path) -> None:
    """A byte order mark and a Windows line end do no harm to a key that was put back."""
    path, key = tmp_path / "key", generate_key()
    path.write_bytes(b"\xef\xbb\xbf" + key.get_secret_value().encode() + b"\r\n")
    path.chmod(0o600)
    assert load_or_create_key(path) == key


def test_an_unusable_place_is_a_clear_error(tmp_path: Path) -> None:
    """A key file below a file that is no folder says what to do."""
    (tmp_path / "file").write_text("")
    with pytest.raises(CipherError, match="cannot be used"):
        load_or_create_key(tmp_path / "file" / "key")
