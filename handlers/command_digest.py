"""`/digest …`: settings in words, a preview, today's digest now, and the settings view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.digest.commands import (
    AddFeed,
    Command,
    Help,
    Now,
    OpenSettings,
    Preview,
    RemoveFeed,
    ShareFeed,
    ShowFeeds,
    ShowTopics,
    Status,
    UnshareFeed,
)
from bot.digest.describe import status_sentences
from bot.digest.digest_words import parse_digest_words
from bot.digest.outcomes import Changed
from bot.digest.save_settings import feed_sentences
from bot.digest.spot import Asker, Spot
from bot.digest.typed import Wrong
from bot.render.digest_message import render_digest
from bot.render.help_messages import digest_help
from bot.render.people_messages import now_outcome, preview, topics_message
from handlers.edge import Edge
from handlers.inbound import Inbound
from handlers.replies import outcome_message, reply, say
from handlers.settings import open_settings
from handlers.spots import spot_here


async def command_digest(edge: Edge, inbound: Inbound) -> None:
    """Do what was typed."""
    await inbound.ack()
    await do(edge, inbound, inbound.text, inbound.asker)


async def action_confirm(edge: Edge, inbound: Inbound) -> None:
    """Do what was typed and asked about: the answer was yes."""
    await inbound.ack()
    await do(edge, inbound, inbound.value, replace(inbound.asker, confirmed=True))


async def do(edge: Edge, inbound: Inbound, typed: str, asker: Asker) -> None:
    """Carry out typed words, and answer who typed them."""
    command = parse_digest_words(typed)
    if isinstance(command, Wrong):
        await say(edge, inbound, command.sentence)
    elif isinstance(command, Help):
        await reply(edge, inbound, digest_help(inbound.channel_id))
    else:
        spot = await spot_here(edge, inbound)
        await _at(edge, inbound, command, spot, asker, typed)


async def _at(
    edge: Edge, inbound: Inbound, command: Command, spot: Spot, asker: Asker, typed: str
) -> None:
    now = edge.clock.now()
    match command:
        case OpenSettings():
            await open_settings(edge, inbound, spot)
        case Status():
            channel = await edge.show_settings.channel(spot)
            await say(edge, inbound, *status_sentences(channel, now))
        case ShowTopics():
            counts = await edge.show_settings.topic_counts(spot, now)
            wanted = await edge.show_settings.preference(spot)
            await reply(edge, inbound, topics_message(wanted, counts, spot.channel_id))
        case Preview():
            await _preview(edge, inbound, spot)
        case Now():
            await _now(edge, inbound, spot, asker)
        case AddFeed() | RemoveFeed() | ShareFeed() | UnshareFeed() | ShowFeeds():
            await say(edge, inbound, *await _feeds(edge, command, spot, asker))
        case Help():
            await reply(edge, inbound, digest_help(spot.channel_id))
        case _:
            outcome = await edge.settings.apply(command, spot, asker, now)
            on = isinstance(outcome, Changed) and outcome.channel.preference.on
            more = [await edge.places.join(spot)] if on else []
            await reply(edge, inbound, outcome_message(outcome, typed, spot.channel_id, more))


async def _feeds(
    edge: Edge,
    command: AddFeed | RemoveFeed | ShareFeed | UnshareFeed | ShowFeeds,
    spot: Spot,
    asker: Asker,
) -> Sequence[str]:
    """Do something with own feeds; return what to say about it."""
    feeds = edge.feeds
    match command:
        case AddFeed(url=url, everywhere=everywhere):
            now = edge.clock.now()
            return feed_sentences(await feeds.add(url, spot, asker, now, everywhere=everywhere))
        case RemoveFeed(url=url):
            return (await feeds.remove(url, spot, asker),)
        case ShareFeed(url=url):
            return (await feeds.share(url, spot, asker),)
        case UnshareFeed(url=url):
            return (await feeds.unshare(url, spot, asker),)
        case ShowFeeds():
            return await feeds.listed(spot, asker)


async def _preview(edge: Edge, inbound: Inbound, spot: Spot) -> None:
    await say(edge, inbound, "I am making a preview; it takes up to a minute …", replace=True)
    digest = await edge.preview.of(spot, edge.clock.now())
    await reply(edge, inbound, preview(render_digest(digest, interactive=False)), replace=True)


async def _now(edge: Edge, inbound: Inbound, spot: Spot, asker: Asker) -> None:
    outcome, key = await edge.on_demand.now(spot, asker, edge.clock.now())
    if key is not None:
        await edge.deliver(key)
    await reply(edge, inbound, now_outcome(outcome, spot.channel_id, edge.workspace_url))
