"""The glossary in the App Home: search, turn the page, open a term and what it leads to."""

from __future__ import annotations

from bot.render.glossary_view import term_view, unknown_term_view
from bot.render.ids import parse_page
from bot.render.inputs import View
from handlers.edge import Edge
from handlers.home import publish_home
from handlers.inbound import Inbound


async def action_search(edge: Edge, inbound: Inbound) -> None:
    """Show what the glossary has for the words typed in."""
    await inbound.ack()
    await publish_home(edge, inbound, metadata=inbound.metadata, query=inbound.value)


async def action_page(edge: Edge, inbound: Inbound) -> None:
    """Turn the page."""
    await inbound.ack()
    place = parse_page(inbound.value)
    page, query = (place.page, place.query) if place else (0, "")
    await publish_home(edge, inbound, metadata=inbound.metadata, page=page, query=query)


async def action_term(edge: Edge, inbound: Inbound) -> None:
    """Open the page of a term."""
    await inbound.ack()
    await edge.screens.open(inbound.workspace_id, inbound.trigger_id, _view(edge, inbound.value))


async def action_related(edge: Edge, inbound: Inbound) -> None:
    """Go on to another term, in the same window."""
    await inbound.ack()
    await edge.screens.update(inbound.workspace_id, inbound.view_id, _view(edge, inbound.value))


def _view(edge: Edge, term: str) -> View:
    found = edge.show_home.term(term)
    return term_view(*found) if found else unknown_term_view(term)
