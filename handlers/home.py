"""Publishing the App Home of one person."""

from __future__ import annotations

from bot.render.home_view import home_view
from handlers.edge import Edge
from handlers.inbound import Inbound


async def publish_home(
    edge: Edge, inbound: Inbound, *, metadata: str, page: int = 0, query: str = ""
) -> None:
    """
    Show the Home tab anew.

    Args:
        edge: The use cases.
        inbound: Whose.
        metadata: Names their direct message with us, for their own digest; kept in the view.
        page: Of the glossary, from 0.
        query: What they search in it.
    """
    found = await edge.show_home.content(
        inbound.workspace_id, inbound.user_id, edge.clock.now(), page=page, query=query
    )
    view = {**home_view(found), "private_metadata": metadata}
    await edge.screens.publish_home(inbound.workspace_id, inbound.user_id, view)
