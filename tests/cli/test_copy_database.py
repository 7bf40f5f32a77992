"""`plainwire copy-database`: everything, or nothing and a sentence."""

from __future__ import annotations

import pytest

from tests.fakes.place import Place
from tests.fakes.program import command

pytestmark = pytest.mark.anyio


async def test_a_copy_has_everything_and_is_not_made_twice(place: Place):
    """The copy of an SQLite file shows the same channels; a filled target is refused."""
    await place.set_up(["http://127.0.0.1:9/feed.xml"])
    source, target = f"sqlite:///{place.database_path}", f"sqlite:///{place.folder / 'copy.db'}"
    first = await command("copy-database", source, target, cwd=place.folder)
    assert first.code == 0, first.err
    assert "every checksum is the same" in first.out
    settings = {
        "DATABASE_URL": target,
        "PLAINWIRE_ENCRYPTION_KEY": (place.database_path.parent / "encryption.key").read_text(),
    }
    both = [
        await command("channels", "list", cwd=place.folder),
        await command("channels", "list", cwd=place.folder, **settings),
    ]
    assert both[0].out == both[1].out != ""
    again = await command("copy-database", source, target, cwd=place.folder)
    assert again.code == 1
    assert "Traceback" not in again.err
