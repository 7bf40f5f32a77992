"""The app was removed, or its tokens were revoked."""

from __future__ import annotations

from handlers.edge import Edge
from handlers.inbound import Inbound


async def event_uninstalled(edge: Edge, inbound: Inbound) -> None:
    """Erase everything of the workspace."""
    await edge.lifecycle.uninstalled(inbound.workspace_id)


async def event_tokens_revoked(edge: Edge, inbound: Inbound) -> None:
    """Stop deliveries when ours is among them; people's own tokens are none of ours."""
    tokens = inbound.event.get("tokens")
    if isinstance(tokens, dict) and tokens.get("bot"):
        await edge.lifecycle.token_revoked(inbound.workspace_id, edge.clock.now())
