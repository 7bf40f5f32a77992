"""Posting, editing and deleting: where the bot may, what Slack refuses, what people get."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, CannotDo, Sandbox

pytestmark = pytest.mark.anyio

NEWS = "C01AINEWS01"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*Hello*"}}


async def error_of(call) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response["error"]


async def test_a_post_comes_back_as_slack_stored_it(client, sandbox):
    """The answer has ts and message; blocks got their ids and defaults."""
    answer = await client.chat_postMessage(channel=NEWS, text="hi", blocks=[SECTION])

    message = answer["message"]
    assert answer["ts"] == message["ts"] == sandbox.bot_messages("ai-news")[0].ts
    assert message["blocks"][0]["block_id"]
    assert message["blocks"][0]["text"]["verbatim"] is False
    assert (message["user"], message["bot_id"]) == ("U01PLAINBOT", "B01PLAINBOT")


async def test_timestamps_are_unique_and_increasing(client, sandbox):
    """Messages posted in one instant still get distinct, growing timestamps."""
    for number in range(20):
        await client.chat_postMessage(channel=NEWS, text=str(number))

    stamps = [message.ts for message in sandbox.messages("ai-news")]
    assert stamps == sorted(set(stamps))


async def test_a_name_or_a_person_is_a_target_too(client, sandbox):
    """A channel name works, and a user id opens the direct conversation."""
    await client.chat_postMessage(channel="#ai-news", text="by name")
    answer = await client.chat_postMessage(channel="U01BEN00001", text="by person")

    assert answer["channel"].startswith("D")
    assert sandbox.as_user("ben").direct().messages[answer["ts"]].text == "by person"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE00", "channel_not_found"),
        ("C01EDITORS1", "channel_not_found"),  # private, and the bot is not in it
        ("U0NOBODY000", "channel_not_found"),
    ],
)
async def test_places_the_bot_cannot_post_to(client, channel, error):
    """Unknown and private channels do not exist for the bot."""
    assert await error_of(client.chat_postMessage(channel=channel, text="hi")) == error


@pytest.mark.parametrize(("public", "outcome"), [(True, "ok"), (False, "not_in_channel")])
async def test_unjoined_public_channels_need_their_scope(session, public, outcome):
    """chat:write.public opens public channels that the bot is not in."""
    scopes = {"chat:write"} | ({"chat:write.public"} if public else set())
    async with Sandbox(app=App(scopes=frozenset(scopes)), rate_limits="off") as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        call = client.chat_postMessage(channel="C01RANDOM01", text="hi")
        found = "ok" if public and (await call)["ok"] else await error_of(call)

    assert found == outcome


async def test_archived_and_restricted_channels(client, sandbox):
    """An archived channel and one where only admins post refuse the bot, each in its words."""
    sandbox.as_user("ada").archive("ai-news")
    assert await error_of(client.chat_postMessage(channel=NEWS, text="hi")) == "is_archived"

    sandbox.as_user("ada").archive("ai-news", archived=False)
    sandbox.channel("ai-news").posting = "admins"
    assert await error_of(client.chat_postMessage(channel=NEWS, text="hi")) == "restricted_action"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": " "}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"text": "x", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"text": "x", "thread_ts": "1700000000.000001"}, "thread_not_found"),
        ({"text": "x", "username": "Somebody"}, "missing_scope"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "x", "blocks": "nonsense"}, "invalid_blocks_format"),
        ({"text": "x", "blocks": [{"type": "section"}]}, "invalid_blocks"),
        ({"text": "x", "blocks": [{"type": "alert", "text": SECTION["text"]}]}, "invalid_blocks"),
        ({"text": "x", "metadata": "nonsense"}, "invalid_metadata_format"),
        ({"text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
        (
            {"text": "x", "metadata": {"event_type": "a", "event_payload": {"b": "c" * 20_000}}},
            "metadata_too_large",
        ),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"markdown_text": "y" * 12_001}, "msg_too_long"),
    ],
)
async def test_what_a_message_may_not_be(client, sandbox, arguments, error):
    """Each broken message is refused in Slack's words, and nothing is posted."""
    call = client.api_call("chat.postMessage", json={"channel": NEWS, **arguments})

    assert await error_of(call) == error
    assert sandbox.bot_messages("ai-news") == []


async def test_a_message_of_many_full_sections_is_too_long(client):
    """Slack's unpublished limit over all blocks of a message holds here too."""
    full = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2_900}}

    call = client.chat_postMessage(channel=NEWS, text="x", blocks=[full] * 5)

    assert await error_of(call) == "msg_blocks_too_long"


async def test_problems_of_blocks_are_named_by_json_pointer(client):
    """invalid_blocks says where and what."""
    blocks = [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}]
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=NEWS, text="x", blocks=blocks)

    assert caught.value.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"
    ]


async def test_replies_hang_under_their_parent(client, sandbox):
    """A reply counts on its parent and stays out of the channel unless broadcast."""
    parent = await client.chat_postMessage(channel=NEWS, text="parent")
    reply = await client.chat_postMessage(channel=NEWS, text="reply", thread_ts=parent["ts"])
    nested = client.chat_postMessage(channel=NEWS, text="no", thread_ts=reply["ts"])

    assert await error_of(nested) == "cannot_reply_to_message"
    assert [m.text for m in sandbox.thread("ai-news", parent["ts"])] == ["reply"]
    history = await client.conversations_history(channel=NEWS)
    assert [m["text"] for m in history["messages"]] == ["parent"]
    assert history["messages"][0]["reply_count"] == 1


async def test_an_update_keeps_blocks_unless_told(client, sandbox):
    """Blocks that an update leaves out stay; an empty list removes them."""
    posted = await client.chat_postMessage(channel=NEWS, text="one", blocks=[SECTION])
    await client.chat_update(channel=NEWS, ts=posted["ts"], text="two")
    assert sandbox.bot_messages("ai-news")[0].blocks

    await client.chat_update(channel=NEWS, ts=posted["ts"], text="three", blocks=[])
    message = sandbox.bot_messages("ai-news")[0]
    assert (message.text, message.blocks) == ("three", [])
    assert message.body["edited"]["user"] == "U01PLAINBOT"


async def test_updates_are_shorter_and_only_for_own_messages(client, sandbox):
    """chat.update takes 4,000 characters, and nobody else's messages."""
    posted = await client.chat_postMessage(channel=NEWS, text="one")
    theirs = sandbox.as_user("ada").post("ai-news", "mine")

    long = client.chat_update(channel=NEWS, ts=posted["ts"], text="x" * 4_001)
    assert await error_of(long) == "msg_too_long"
    foreign = client.chat_update(channel=NEWS, ts=theirs.ts, text="x")
    assert await error_of(foreign) == "cant_update_message"
    assert await error_of(client.chat_delete(channel=NEWS, ts=theirs.ts)) == "cant_delete_message"
    gone = client.chat_delete(channel=NEWS, ts="1700000000.000001")
    assert await error_of(gone) == "message_not_found"


async def test_a_deleted_parent_leaves_a_tombstone(client, sandbox):
    """A parent with replies stays as an empty shell; a plain message goes."""
    parent = await client.chat_postMessage(channel=NEWS, text="parent")
    reply = await client.chat_postMessage(channel=NEWS, text="reply", thread_ts=parent["ts"])
    await client.chat_delete(channel=NEWS, ts=parent["ts"])
    assert sandbox.messages("ai-news")[0].subtype == "tombstone"

    await client.chat_delete(channel=NEWS, ts=reply["ts"])
    assert [m.subtype for m in sandbox.messages("ai-news")] == ["tombstone"]


async def test_only_one_person_sees_an_ephemeral_message(client, sandbox):
    """An ephemeral message reaches its person, is in no history, and needs a member."""
    await client.chat_postEphemeral(channel=NEWS, user="U01BEN00001", text="psst")

    assert [m["text"] for m in sandbox.as_user("ben").ephemerals("ai-news")] == ["psst"]
    assert sandbox.as_user("ada").ephemerals() == []
    assert sandbox.messages("ai-news") == []
    outsider = client.chat_postEphemeral(channel=NEWS, user="U01DANA0001", text="psst")
    assert await error_of(outsider) == "user_not_in_channel"


async def test_joining_leaving_and_listing(client, sandbox):
    """The bot joins public channels, lists what it may see and cannot leave #general."""
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert [c["name"] for c in listed["channels"]] == ["general", "ai-news", "random"]

    await client.conversations_join(channel="C01GENERAL1")
    again = await client.conversations_join(channel="C01GENERAL1")
    assert again["warning"] == "already_in_channel"
    assert await error_of(client.conversations_leave(channel="C01GENERAL1")) == "cant_leave_general"
    await client.conversations_leave(channel=NEWS)
    info = await client.conversations_info(channel=NEWS, include_num_members=True)
    assert (info["channel"]["is_member"], info["channel"]["num_members"]) == (False, 4)
    assert await error_of(client.conversations_history(channel=NEWS)) == "not_in_channel"


async def test_people_are_held_to_the_rules_too(sandbox):
    """A person cannot post where they are not, nor read a private room."""
    with pytest.raises(CannotDo, match="join it first"):
        sandbox.as_user("dana").post("ai-news", "hi")
    with pytest.raises(CannotDo, match="not in that private"):
        sandbox.as_user("ben").channel("editors")


async def test_permalinks_lead_to_the_page(client, sandbox, session):
    """A permalink opens the sandbox's own page."""
    posted = await client.chat_postMessage(channel=NEWS, text="hi")
    link = (await client.chat_getPermalink(channel=NEWS, message_ts=posted["ts"]))["permalink"]

    async with session.get(link) as answer:
        assert answer.status == 200
        assert "Sandbox workspace" in await answer.text()


async def test_reactions(client, sandbox):
    """A reaction is added once, and taken back once."""
    posted = await client.chat_postMessage(channel=NEWS, text="hi")
    place = {"channel": NEWS, "timestamp": posted["ts"], "name": "eyes"}
    await client.reactions_add(**place)

    assert await error_of(client.reactions_add(**place)) == "already_reacted"
    await client.reactions_remove(**place)
    assert await error_of(client.reactions_remove(**place)) == "no_reaction"
