"""Who may see a feed and what it tells: everybody, one workspace, or one conversation of it (pure)."""

from __future__ import annotations

from typing import Final, NamedTuple


class Scope(NamedTuple):
    """
    Whose a feed, an entry, a story or an explanation is.

    Attributes:
        workspace_id: "" for what everybody shares.
        channel_id: "" for what serves a whole workspace; else the one conversation (a channel or a
            direct message) that it serves.
    """

    workspace_id: str = ""
    channel_id: str = ""

    @property
    def around(self) -> tuple[Scope, ...]:
        """Return the scopes that somebody here sees, the widest first, this one last."""
        wider = (SHARED, Scope(self.workspace_id), self)
        return tuple(dict.fromkeys(wider))

    @property
    def workspace(self) -> str | None:
        """Return the workspace's id, None for what everybody shares."""
        return self.workspace_id or None

    def sees(self, owner: Scope) -> bool:
        """Return whether what belongs to *owner* may be shown here; every lookup goes by this rule."""
        return owner in self.around


SHARED: Final = Scope()
