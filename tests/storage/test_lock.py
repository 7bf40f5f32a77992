"""One runner per database file."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.errors import Locked, StorageError
from storage.lock import RunnerLock

ROOT = Path(__file__).parents[2]
HOLD = """
import sys, time
from pathlib import Path
from storage.lock import RunnerLock
lock = RunnerLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
time.sleep(60)
"""


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    """A second runner is refused while the first lives, and goes ahead once it was killed."""
    database = tmp_path / "plainwire.db"
    command = [sys.executable, "-c", HOLD, str(database)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with pytest.raises(Locked, match="Another `plainwire run`") as caught:
                RunnerLock(database).acquire()
        finally:
            holder.kill()
    assert str(database) in str(caught.value)
    assert "Stop it first" in caught.value.next_step
    with RunnerLock(database) as lock:
        assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600


def test_a_released_lock_can_be_taken(tmp_path: Path) -> None:
    """Within one process, too, the lock is exclusive until it is released."""
    database = tmp_path / "new" / "plainwire.db"
    with RunnerLock(database), pytest.raises(Locked):
        RunnerLock(database).acquire()
    with RunnerLock(database):
        pass
    RunnerLock(database).release()


def test_an_unusable_place_is_a_clear_error(tmp_path: Path) -> None:
    """A lock that cannot be written is named with the next step."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        RunnerLock(tmp_path / "file" / "plainwire.db").acquire()
