"""The conversation that a preference is about, and who is changing it (values)."""

from __future__ import annotations

from dataclasses import dataclass

from bot.news.scope import Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """
    A Slack conversation as the event or command names it.

    Attributes:
        name: Without "#"; "" when it is not known.
        is_general: The workspace's channel of everybody (#general, whatever it is called now).
        is_private: Slack shows it to its members alone.
        is_dm: The direct-message channel of one person with the bot: their own digest.
        dm_user_id: Whose, when `is_dm`; "" when Slack does not tell.
    """

    workspace_id: str
    channel_id: str
    name: str = ""
    is_general: bool = False
    is_private: bool = False
    is_dm: bool = False
    dm_user_id: str = ""

    @property
    def scope(self) -> Scope:
        """Return what decides which feeds serve here, and which stories are seen."""
        return Scope(self.workspace_id, self.channel_id)

    @property
    def label(self) -> str:
        """Return what people call it, in the middle of a sentence."""
        if self.is_dm:
            return "your own digest"
        return f"#{self.name}" if self.name else "this channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """
    Who wants a change.

    Attributes:
        confirmed: They said yes to the question that `NeedsConfirmation` asked.
        is_stranger: Slack says in the command itself that they belong to another organisation.
    """

    user_id: str
    confirmed: bool = False
    is_stranger: bool = False
