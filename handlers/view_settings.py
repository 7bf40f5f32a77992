"""The settings view: submitted, or asked to look at a feed."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.digest.outcomes import Changed, FieldErrors, NeedsConfirmation, Outcome
from bot.digest.spot import Asker, Spot
from bot.render.people_messages import settings_saved
from bot.render.settings_form import SubmittedSettings, read_settings
from bot.render.settings_view import settings_view
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import whisper_or_tell
from handlers.spots import spot_of_view
from handlers.stale import say_stale


async def view_settings(edge: Edge, inbound: Inbound) -> None:
    """Save what was submitted; what is wrong is shown at its field."""
    submitted = read_settings(inbound.view)
    if submitted is None:
        await say_stale(edge, inbound)
        return
    spot, asker = await _whose(edge, inbound, submitted)
    saved = await edge.save_settings.save(submitted, spot, asker, edge.clock.now())
    await inbound.ack(**await _answer(edge, inbound, saved.outcome, spot))
    if isinstance(saved.outcome, Changed):
        await _tell(edge, inbound, spot, saved.outcome.sentences)
    if saved.later is not None:
        await _tell(edge, inbound, spot, await saved.later)


async def action_check_feed(edge: Edge, inbound: Inbound) -> None:
    """Show the last entries of the feed whose address is typed in."""
    await inbound.ack()
    submitted = read_settings(inbound.view)
    if submitted is None:
        return
    spot, asker = await _whose(edge, inbound, submitted)
    content, seen = await asyncio.gather(
        edge.show_settings.content(spot, asker, edge.clock.now()),
        edge.show_settings.look(submitted.add_feed, spot, asker, edge.clock.now()),
    )
    if isinstance(content, str):
        return
    view = settings_view(replace(content, preview=seen))
    await edge.screens.update(inbound.workspace_id, inbound.view_id, view)


async def _whose(edge: Edge, inbound: Inbound, submitted: SubmittedSettings) -> tuple[Spot, Asker]:
    spot = await spot_of_view(edge, inbound)
    return spot, replace(inbound.asker, confirmed=submitted.target.confirmed)


async def _answer(edge: Edge, inbound: Inbound, outcome: Outcome, spot: Spot) -> dict[str, object]:
    """Return what the acknowledgement carries: nothing closes the view."""
    if isinstance(outcome, FieldErrors):
        errors = {where: edge.names.words(said) for where, said in outcome.errors.items()}
        return {"response_action": "errors", "errors": errors}
    if isinstance(outcome, NeedsConfirmation):
        confirmed = replace(inbound.asker, confirmed=True)
        question = f"{outcome.sentence} Press Save again for yes."
        found = await edge.show_settings.content(
            spot, confirmed, edge.clock.now(), notes=[question]
        )
        if not isinstance(found, str):
            return {"response_action": "update", "view": edge.names.view(settings_view(found))}
    return {}


async def _tell(edge: Edge, inbound: Inbound, spot: Spot, sentences: tuple[str, ...]) -> None:
    message = settings_saved(sentences, spot.channel_id)
    await whisper_or_tell(edge, inbound.workspace_id, spot.channel_id, inbound.user_id, message)
