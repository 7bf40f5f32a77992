"""What is stored comes back equal, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.chat.request import Request
from bot.chat.thread import ThreadMemory
from bot.digest.delivery import Delivery, DeliveryState
from bot.digest.feedback_record import Feedback
from bot.digest.preference import Channel
from bot.explain.explanation import Explanation
from bot.model.port import Usage
from bot.news.entry import Page
from bot.news.feed import Feed, PollState
from bot.news.story import Story
from storage.database import Database
from storage.tables import StoryRow
from tests.fakes import stored

pytestmark = pytest.mark.anyio

# The database is shared by the examples of one test; each writes before it reads.
quick = settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@quick
@given(feed=stored.feeds, poll=stored.polls)
async def test_feed(database: Database, feed: Feed, poll: PollState) -> None:
    """A feed and everything remembered of polling it come back as they were."""
    await database.feeds.add(feed)
    await database.feeds.save_poll(feed, poll)

    found = [it for it in await database.feeds.all(feed.scope) if it.feed.url == feed.url]

    assert [(it.feed, it.poll) for it in found] == [(feed, poll)]


@quick
@given(story=stored.stories())
async def test_story(database: Database, story: Story) -> None:
    """A story comes back with its entries and revisions, in their order."""
    async with database.engine.begin() as connection:
        # An own story of entries that another example stored would take that one's id.
        await connection.execute(delete(StoryRow))
    await database.stories.save([story], {})

    assert await database.stories.get(story.id, story.scope) == story


@quick
@given(url=stored.texts, page=stored.pages)
async def test_page(database: Database, url: str, page: Page) -> None:
    """An article page comes back as it was read."""
    await database.pages.save(url, page, stored.NOON)

    assert await database.pages.get(url) == page


@quick
@given(explanation=stored.explanations)
async def test_explanation(database: Database, explanation: Explanation) -> None:
    """An explanation comes back with every field, unless a model's stands in its place."""
    earlier = await database.explanations.get(explanation.key)

    await database.explanations.save(explanation)

    kept = earlier is not None and earlier.written_by == "azure" != explanation.written_by
    assert await database.explanations.get(explanation.key) == (earlier if kept else explanation)


@quick
@given(channel=stored.channels)
async def test_channel(database: Database, channel: Channel) -> None:
    """A channel comes back with every field of its preference."""
    await database.channels.save(channel)

    assert await database.channels.get(channel.workspace_id, channel.channel_id) == channel


@quick
@given(delivery=stored.deliveries)
async def test_delivery(database: Database, delivery: Delivery) -> None:
    """A changed delivery comes back as it was written."""
    if not await database.deliveries.open(delivery.key, delivery.due_at, None):
        return
    fresh = await database.deliveries.get(delivery.key)
    assert fresh is not None

    assert await database.deliveries.change(fresh, delivery)

    back = await database.deliveries.get(delivery.key)
    assert back is not None
    if delivery.state is DeliveryState.SENDING and back.sending_age is not None:
        # The server's own clock, see tests/storage/test_one_clock.py.
        back = replace(back, sending_at=delivery.sending_at)
    assert back == delivery


@quick
@given(request=stored.requests)
async def test_request(database: Database, request: Request) -> None:
    """A recorded request comes back with every field; its twin is refused and changes nothing."""
    if await database.requests.record(request):
        assert await database.requests.get(request.source_key) == request
    assert not await database.requests.record(request)


@quick
@given(memory=stored.memories)
async def test_thread(database: Database, memory: ThreadMemory) -> None:
    """The memory of a thread comes back with everything that was said."""
    await database.threads.save(memory)

    assert await database.threads.get(memory.key) == memory


@quick
@given(feedback=stored.feedback)
async def test_feedback(database: Database, feedback: Feedback) -> None:
    """Feedback comes back with the preference before it and what it changed."""
    if await database.feedback.record(feedback):
        assert await database.feedback.get(feedback.id) == feedback
    assert not await database.feedback.record(feedback)


@quick
@given(usage=stored.usages)
async def test_usage(database: Database, usage: Usage) -> None:
    """A recorded model call comes back with every figure."""
    await database.usage.record(usage)

    assert usage in await database.usage.since(usage.at)


@quick
@given(text=st.text(max_size=50), on=st.dates())
async def test_no_text_is_refused(database: Database, text: str, on: date) -> None:
    """Text from outside with NUL or lone surrogates is stored without them, never refused."""
    await database.pages.save(text, Page(source=text, problems=(text,)), stored.NOON)

    page = await database.pages.get(text)

    assert page is not None
    assert page.source == text.replace("\x00", "").encode("utf-8", "replace").decode()
    assert page.problems == (text,)


async def test_naive_datetimes_are_refused(database: Database) -> None:
    """A datetime without time zone never gets into the database."""
    with pytest.raises(ValueError, match="has no time zone"):
        await database.channels.save(stored.make_channel(next_due_at=datetime(2026, 3, 2)))  # noqa: DTZ001 - that is the point


async def test_instants_come_back_in_utc(database: Database) -> None:
    """Whatever zone an instant was given in, it comes back aware and in UTC."""
    await database.channels.save(
        stored.make_channel(next_due_at=datetime.fromisoformat("2026-03-02T09:00:00+05:45"))
    )

    channel = await database.channels.get("T1", "C1")

    assert channel is not None
    assert channel.next_due_at is not None
    assert channel.next_due_at.isoformat() == "2026-03-02T03:15:00+00:00"
