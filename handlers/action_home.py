"""The App Home's other buttons: the workspace's rules, and *Delete my data*."""

from __future__ import annotations

from dataclasses import replace

from bot.digest.rules import WhoMayChange, WorkspaceRules
from bot.render.note_view import data_deleted, note_view
from handlers.edge import Edge
from handlers.home import publish_home
from handlers.inbound import Inbound
from handlers.stale import say_stale


async def action_who_may(edge: Edge, inbound: Inbound) -> None:
    """An admin decides who may change digests."""
    if inbound.value not in set(WhoMayChange):
        await say_stale(edge, inbound)
        return
    await inbound.ack()
    rules = await edge.rules.get(inbound.workspace_id)
    await _set(edge, inbound, replace(rules, who_may_change=WhoMayChange(inbound.value)))


async def action_named(edge: Edge, inbound: Inbound) -> None:
    """An admin names the people who may."""
    await inbound.ack()
    chosen = inbound.action.get("selected_users")
    people = (
        frozenset(user for user in chosen if isinstance(user, str))
        if isinstance(chosen, list)
        else frozenset()
    )
    rules = await edge.rules.get(inbound.workspace_id)
    await _set(edge, inbound, replace(rules, people=people))


async def action_delete(edge: Edge, inbound: Inbound) -> None:
    """Erase what is stored about who pressed it."""
    await inbound.ack()
    gone = await edge.forget_person(inbound.workspace_id, inbound.user_id)
    await edge.screens.open(inbound.workspace_id, inbound.trigger_id, data_deleted(gone))
    await publish_home(edge, inbound, metadata=inbound.metadata)


async def _set(edge: Edge, inbound: Inbound, rules: WorkspaceRules) -> None:
    refused = await edge.permissions.set_rules(rules, inbound.asker)
    if refused:
        await edge.screens.open(inbound.workspace_id, inbound.trigger_id, note_view([refused]))
    await publish_home(edge, inbound, metadata=inbound.metadata)
