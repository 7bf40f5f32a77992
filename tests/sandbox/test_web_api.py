"""The edge of the Web API: tokens, scopes, arguments, as slack_sdk's real client meets them."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import App, Sandbox

pytestmark = pytest.mark.anyio


async def refused(call) -> dict:
    with pytest.raises(SlackApiError) as caught:
        await call
    return caught.value.response.data


async def test_auth_test_names_bot_and_team(client):
    """auth.test gives the ids that Bolt's authorize needs."""
    answer = await client.auth_test()

    assert (answer["team_id"], answer["user_id"]) == ("T01SANDBOX1", "U01PLAINBOT")
    assert answer["bot_id"] == "B01PLAINBOT"
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", "not_authed"),
        ("xoxb-somebody-else", "invalid_auth"),
        ("xapp-1-A01PLAINAPP-3333333333-sandbox", "not_allowed_token_type"),
    ],
)
async def test_wrong_tokens_are_refused_in_slacks_words(sandbox, session, token, error):
    """Each wrong token gets the error that Slack gives it."""
    client = AsyncWebClient(base_url=sandbox.api_url, session=session)

    assert (await refused(client.auth_test(token=token)))["error"] == error


async def test_a_bot_token_opens_no_socket(client, sandbox):
    """apps.connections.open takes app-level tokens only."""
    problem = await refused(client.apps_connections_open(app_token=sandbox.bot_token))

    assert problem["error"] == "not_allowed_token_type"


async def test_a_revoked_token_stays_revoked(client):
    """After auth.revoke the token is dead."""
    assert (await client.auth_revoke())["revoked"] is True

    assert (await refused(client.auth_test()))["error"] == "token_revoked"


async def test_missing_scope_says_what_is_needed(session):
    """A call without its scope names the needed and the granted ones."""
    app = App(scopes=frozenset({"chat:write"}))
    async with Sandbox(app=app, rate_limits="off") as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        problem = await refused(client.users_info(user="U01ADA00001"))

    assert problem["error"] == "missing_scope"
    assert (problem["needed"], problem["provided"]) == ("users:read", "chat:write")


@pytest.mark.parametrize(
    ("scopes", "channel", "needed"),
    [
        ({"channels:read"}, "C01PRIVATE1", "groups:read"),
        ({"groups:read"}, "C01AINEWS01", "channels:read"),
    ],
)
async def test_the_scope_depends_on_the_kind_of_channel(session, scopes, channel, needed):
    """Reading a private channel needs another scope than reading a public one."""
    async with Sandbox(app=App(scopes=frozenset(scopes)), rate_limits="off") as sandbox:
        private = sandbox.as_user("ada").create_channel("secret", is_private=True)
        sandbox.as_user("ada").invite(private.id)
        name = private.id if channel == "C01PRIVATE1" else channel
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        problem = await refused(client.conversations_info(channel=name))

    assert (problem["error"], problem["needed"]) == ("missing_scope", needed)


async def test_an_unknown_method_is_named(client):
    """Calling a method that does not exist answers unknown_method."""
    assert (await refused(client.api_call("chat.shout")))["error"] == "unknown_method"


async def test_a_missing_argument_is_invalid_arguments(client):
    """Required arguments are checked before anything happens."""
    problem = await refused(client.api_call("chat.postMessage", json={"text": "hello"}))

    assert problem["error"] == "invalid_arguments"
    assert "channel" in problem["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{", "application/json", "invalid_json"),
        ("[]", "application/json", "json_not_object"),
        ("hello", "text/html", "invalid_post_type"),
    ],
)
async def test_malformed_bodies_are_refused(sandbox, session, body, content_type, error):
    """Broken bodies get Slack's error, never an exception."""
    headers = {"Authorization": f"Bearer {sandbox.bot_token}", "Content-Type": content_type}
    url = sandbox.api_url + "chat.postMessage"
    async with session.post(url, data=body, headers=headers) as answer:
        assert answer.status == 200
        assert (await answer.json())["error"] == error


async def test_forms_and_json_are_the_same_to_slack(sandbox, session):
    """A form with a JSON string for blocks, and its token inside, posts like a JSON body."""
    form = {
        "token": sandbox.bot_token,
        "channel": "C01AINEWS01",
        "text": "hi",
        "blocks": '[{"type": "divider"}]',
    }
    async with session.post(sandbox.api_url + "chat.postMessage", data=form) as answer:
        assert (await answer.json())["ok"] is True

    assert sandbox.bot_messages("ai-news")[0].blocks[0]["type"] == "divider"


async def test_a_token_in_a_json_body_does_not_count(sandbox, session):
    """Slack looks for tokens in the header or the form, never in JSON."""
    body = {"token": sandbox.bot_token, "channel": "C01AINEWS01", "text": "hi"}
    async with session.post(sandbox.api_url + "chat.postMessage", json=body) as answer:
        assert (await answer.json())["error"] == "not_authed"


async def test_users_have_zones_and_roles(client):
    """users.info tells zone, offset, admin and guest."""
    ada = (await client.users_info(user="U01ADA00001"))["user"]
    gil = (await client.users_info(user="U01GIL00001"))["user"]
    mei = (await client.users_info(user="U01MEI00001"))["user"]

    assert ada["is_admin"] is True
    assert gil["is_restricted"] is True
    assert (mei["tz"], mei["tz_offset"]) == ("Asia/Singapore", 8 * 3600)
    assert (await refused(client.users_info(user="U0NOBODY000")))["error"] == "user_not_found"


async def test_several_workspaces_are_apart(session):
    """Each token sees its own team, and ids of another team do not exist there."""
    from bot.sandbox import DEFAULT_WORLD, make_world

    worlds = (DEFAULT_WORLD, make_world(2))
    async with Sandbox(worlds=worlds, rate_limits="off") as sandbox:
        other = sandbox.workspaces[worlds[1]["id"]]
        client = AsyncWebClient(token=other.bot_token, base_url=sandbox.api_url, session=session)
        assert (await client.auth_test())["team_id"] == other.id
        problem = await refused(client.chat_postMessage(channel="C01AINEWS01", text="hi"))

    assert problem["error"] == "channel_not_found"


async def test_every_call_is_logged_without_its_token(client, sandbox):
    """The log has method, arguments and outcome, and never a token."""
    await client.chat_postMessage(channel="C01AINEWS01", text="hi")
    await refused(client.chat_postMessage(channel="C0NOWHERE00", text="hi"))

    outcomes = [call.outcome for call in sandbox.calls.of("chat.postMessage")]
    assert outcomes == ["ok", "channel_not_found"]
    assert sandbox.calls.counters["chat.postMessage:ok"] == 1
    assert sandbox.bot_token not in str(sandbox.calls.listed())
