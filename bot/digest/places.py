"""What digests need to know of Slack's conversations (a port)."""

from __future__ import annotations

from typing import Protocol

from bot.digest.spot import Spot


class Places(Protocol):
    """Conversations as Slack knows them."""

    async def spot(
        self, workspace_id: str, channel_id: str, *, user_id: str, name: str = ""
    ) -> Spot:
        """
        Return a conversation with what counts for its digest, whoever may know of it (see `Spots`).

        In a direct message with us, `dm_user_id` is who has written there lately: *user_id* if they
        have, else somebody else; "" when nobody has.

        Args:
            workspace_id: Where.
            channel_id: Where.
            user_id: Who asks.
            name: As the command or event names it; used when Slack is not asked.

        Raises:
            SlackError: We are not in that conversation, or Slack could not be asked.
        """
        ...

    async def join(self, spot: Spot) -> str:
        """Join a public channel, so that digests can be posted; return what people must do, or ""."""
        ...
