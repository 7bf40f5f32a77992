"""Reading back: ranges, pages, threads and metadata, since deliveries are reconciled with them."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError

pytestmark = pytest.mark.anyio

NEWS = "C01AINEWS01"


async def posted(client, count: int, **extra) -> list[str]:
    return [
        (await client.chat_postMessage(channel=NEWS, text=str(number), **extra))["ts"]
        for number in range(count)
    ]


async def walk(client, **arguments) -> list[str]:
    """Follow cursors to the end and return the texts in the order seen."""
    seen: list[str] = []
    cursor = ""
    while True:
        answer = await client.conversations_history(channel=NEWS, cursor=cursor, **arguments)
        seen += [message["text"] for message in answer["messages"]]
        cursor = (answer.get("response_metadata") or {}).get("next_cursor", "")
        assert answer["has_more"] == bool(cursor)
        if not cursor:
            return seen


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 15])
async def test_pages_cover_everything_once_newest_first(client, limit):
    """Whatever the page size, each message comes once, newest first."""
    await posted(client, 7)

    assert await walk(client, limit=limit) == ["6", "5", "4", "3", "2", "1", "0"]


async def test_a_closed_range_is_paged_from_its_newest_end(client):
    """With oldest and latest the ends count only with inclusive, and pages go backwards."""
    stamps = await posted(client, 7)
    ends = {"oldest": stamps[1], "latest": stamps[5]}

    assert await walk(client, limit=2, **ends) == ["4", "3", "2"]
    assert await walk(client, limit=2, inclusive=True, **ends) == ["5", "4", "3", "2", "1"]


async def test_oldest_alone_pages_forward(client):
    """With oldest and no latest the first page is the one nearest to oldest."""
    stamps = await posted(client, 5)

    first = await client.conversations_history(channel=NEWS, oldest=stamps[0], limit=2)
    assert [m["text"] for m in first["messages"]] == ["2", "1"]
    assert await walk(client, oldest=stamps[0], limit=2) == ["2", "1", "4", "3"]


async def test_metadata_is_whole_only_when_asked_for(client):
    """Without include_all_metadata only the event type comes back."""
    metadata = {"event_type": "ai_digest", "event_payload": {"digest_id": "7"}}
    await posted(client, 1, metadata=metadata)

    plain = await client.conversations_history(channel=NEWS)
    assert plain["messages"][0]["metadata"] == {"event_type": "ai_digest"}
    whole = await client.conversations_history(channel=NEWS, include_all_metadata=True)
    assert whole["messages"][0]["metadata"] == metadata


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"cursor": "nonsense"}, "invalid_cursor"),
        ({"oldest": "yesterday"}, "invalid_ts_oldest"),
        ({"latest": "NaN"}, "invalid_ts_latest"),
        ({"limit": 1001}, "invalid_limit"),
        ({"limit": -1}, "invalid_limit"),
    ],
)
async def test_broken_questions_are_refused(client, arguments, error):
    """Wrong cursors, instants and limits get Slack's errors."""
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_history(channel=NEWS, **arguments)

    assert caught.value.response["error"] == error


async def test_replies_come_oldest_first_with_their_parent(client, sandbox):
    """conversations.replies gives parent and replies; an unknown thread is named so."""
    parent = (await posted(client, 1))[0]
    for text in ("a", "b", "c"):
        sandbox.as_user("ada").post("ai-news", text, thread_ts=parent)

    answer = await client.conversations_replies(channel=NEWS, ts=parent, limit=3)
    assert [m["text"] for m in answer["messages"]] == ["0", "a", "b"]
    assert answer["has_more"] is True
    following = answer["response_metadata"]["next_cursor"]
    rest = await client.conversations_replies(channel=NEWS, ts=parent, cursor=following)
    assert [m["text"] for m in rest["messages"]] == ["c"]
    with pytest.raises(SlackApiError) as caught:
        await client.conversations_replies(channel=NEWS, ts="1700000000.000001")
    assert caught.value.response["error"] == "thread_not_found"


async def test_lists_are_paged_by_cursor(client):
    """conversations.list and users.list give opaque cursors that slack_sdk can follow."""
    names = []
    async for page in await client.conversations_list(limit=2):
        names += [channel["name"] for channel in page["channels"]]
    assert names == ["general", "ai-news", "random"]

    people = []
    async for page in await client.users_list(limit=4):
        people += [user["name"] for user in page["members"]]
    assert people == ["ada", "ben", "mei", "dana", "gil", "plainwire"]
