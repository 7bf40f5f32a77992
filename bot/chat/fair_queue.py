"""
The line of questions: workspaces take turns, so that a busy one does not hold up the others.

Pure: a value changed by its methods, no clock and no tasks. `bot/chat/turnstile.py` waits with it.
"""

from __future__ import annotations

from collections import OrderedDict, deque


class FairQueue:
    """
    Who may work now, and who is next.

    Args:
        places: How many work at once in all; at least one.
        per_workspace: How many of one workspace at once; at least one.
    """

    def __init__(self, places: int, per_workspace: int) -> None:
        if places < 1 or per_workspace < 1:
            raise ValueError("a queue needs at least one place")
        self._places = places
        self._per_workspace = per_workspace
        # In the order of their turns: who was served goes to the end.
        self._lines: OrderedDict[str, deque[str]] = OrderedDict()
        self._working: dict[str, str] = {}

    def join(self, workspace_id: str, key: str) -> None:
        """Stand in line; a key that stands or works already stays where it is."""
        line = self._lines.setdefault(workspace_id, deque())
        if key not in line and key not in self._working:
            line.append(key)
        if not line:
            del self._lines[workspace_id]

    def leave(self, key: str) -> None:
        """Give the place back, or step out of the line; unknown keys change nothing."""
        self._working.pop(key, None)
        for workspace_id, line in list(self._lines.items()):
            if key in line:
                line.remove(key)
            if not line:
                del self._lines[workspace_id]

    def admit(self) -> list[str]:
        """Give free places to who is next, and return those keys."""
        admitted: list[str] = []
        while len(self._working) < self._places:
            workspace_id = self._next_workspace()
            if workspace_id is None:
                break
            line = self._lines.pop(workspace_id)
            key = line.popleft()
            if line:
                self._lines[workspace_id] = line
            self._working[key] = workspace_id
            admitted.append(key)
        return admitted

    def position(self, key: str) -> int:
        """
        Return how many are admitted before *key*: 0 when it works or is next or unknown.

        Counted by the order of turns as it stands now, full workspaces passed over only at the end.
        """
        return self._order().index(key) if key in self._order() else 0

    def is_working(self, key: str) -> bool:
        return key in self._working

    def standing(self) -> list[str]:
        """Return the keys that stand in line, in the order of their turns."""
        return self._order()

    @property
    def waiting(self) -> int:
        return sum(len(line) for line in self._lines.values())

    def _next_workspace(self) -> str | None:
        for workspace_id in self._lines:
            if list(self._working.values()).count(workspace_id) < self._per_workspace:
                return workspace_id
        return None

    def _order(self) -> list[str]:
        lines = [list(line) for line in self._lines.values()]
        longest = max(map(len, lines), default=0)
        return [line[at] for at in range(longest) for line in lines if at < len(line)]
