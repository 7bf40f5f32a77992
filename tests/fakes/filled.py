"""A database with something of everything, for tests of what goes through all tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from bot.digest.delivery import DeliveryState
from bot.digest.own_feed_limits import OwnFeedLimits
from bot.digest.rules import WorkspaceRules
from bot.news.entry import Page
from bot.news.scope import Scope
from bot.news.story import Revision
from bot.workspace import Installation
from storage.database import Database
from tests.fakes.stored import (
    NOON,
    make_channel,
    make_entry,
    make_explanation,
    make_feed,
    make_feedback,
    make_key,
    make_memory,
    make_request,
    make_story,
    make_turn,
    make_usage,
)


async def fill(database: Database, *teams: str) -> None:
    """Store a row or more in every table for each workspace, one workspace as the other."""
    await database.facts.set("filled", "yes")
    await database.oauth_states.begin("state", "browser", NOON + timedelta(minutes=10), NOON)
    await database.pages.save("https://ledger.example/1", Page(source="x"), NOON)
    for team in teams:
        await _fill_news(database, team)
        await _fill_channel(database, team)
        await _fill_conversation(database, team)
        await database.usage.record(make_usage(workspace_id=team, cost_usd=1.0))
        await database.buckets.take(f"slack:{team}:chat.postMessage", 1.0, 1.0, 1.0, NOON)
        await database.installations.save(
            Installation(
                workspace_id=team,
                name="Acme",
                bot_id="B1",
                bot_user_id="U1",
                bot_token=SecretStr(f"xoxb-{team}"),
                installed_at=NOON,
            )
        )


async def _fill_news(database: Database, team: str) -> None:
    await database.feeds.add(make_feed(scope=Scope(team)))
    own = make_entry(f"e-{team}", scope=Scope(team))
    revision = Revision(number=2, entry_id=own.id, at=NOON, novelty="figure", detail="4 GB")
    story = make_story(f"s-{team}", own, scope=Scope(team), revisions=(revision,))
    await database.stories.save([story], {})
    feed = make_feed("blog", scope=Scope(team, "C1"))
    await database.own_feeds.add(feed, "U1", NOON.date(), OwnFeedLimits())
    await database.admin_notes.claim(team, "own-feeds", "U1")
    await database.explanations.save(make_explanation(story_id=story.id, scope=story.scope))


async def _fill_channel(database: Database, team: str) -> None:
    await database.channels.save(make_channel(workspace_id=team, greeted=True))
    key = replace(make_key(), workspace_id=team)
    await database.deliveries.open(key, NOON, NOON)
    due = await database.deliveries.get(key)
    assert due is not None
    told = {"stories": ((f"s-{team}", 1),), "message": "{}", "ts": "1.0", "sent_at": NOON}
    await database.deliveries.change(due, replace(due, state=DeliveryState.SENT, attempt=1, **told))
    await database.feedback.record(make_feedback(f"F-{team}", workspace_id=team))
    await database.rules.save(WorkspaceRules(workspace_id=team, people=frozenset({"U1"})))


async def _fill_conversation(database: Database, team: str) -> None:
    await database.requests.record(
        make_request(f"Ev-{team}", workspace_id=team, details={"story": f"s-{team}"})
    )
    memory = make_memory("1.0", make_turn("1.1", text="Straße 🤖 \x00 \ud800"))
    await database.threads.save(replace(memory, key=replace(memory.key, workspace_id=team)))
