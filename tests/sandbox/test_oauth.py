"""OAuth v2 as Slack does it: the page, codes that work once, tokens, uninstalling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import DEFAULT_WORLD, App, Sandbox, make_world

pytestmark = pytest.mark.anyio

BACK = "https://bot.example/slack/oauth_redirect"
APP = {"redirect_urls": (BACK,), "optional_scopes": frozenset({"users:read"})}
ASK = {
    "client_id": App().client_id,
    "scope": "chat:write,users:read",
    "redirect_uri": BACK,
    "state": "s&t=1",
}


@pytest.fixture
async def slack(anyio_backend) -> AsyncIterator[Sandbox]:
    worlds = (DEFAULT_WORLD, make_world(2), make_world(3))
    async with Sandbox(
        worlds=worlds, app=App(**APP), rate_limits="off", installed=False
    ) as sandbox:
        yield sandbox


async def decide(slack: Sandbox, session: aiohttp.ClientSession, **form: str) -> dict[str, str]:
    """Press a button; return the query of the address that the browser is sent to."""
    async with session.post(
        slack.url + "/oauth/v2/authorize", data={**ASK, **form}, allow_redirects=False
    ) as answer:
        assert answer.status == 302, await answer.text()
        address = answer.headers["Location"]
    assert address.startswith(BACK + "?")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def exchange(
    slack: Sandbox, session: aiohttp.ClientSession, code: str, **changes: str
) -> dict[str, object]:
    data = {"code": code, "redirect_uri": BACK, **changes}
    secret = data.pop("client_secret", slack.app.client_secret)
    client = data.pop("client_id", slack.app.client_id)
    basic = aiohttp.encode_basic_auth(client, secret)
    async with session.post(
        slack.api_url + "oauth.v2.access", data=data, headers={"Authorization": basic}
    ) as answer:
        return await answer.json()


async def test_page_shows_what_is_asked(slack, session):
    """The page lists every workspace and every scope; nothing on it can run."""
    async with session.get(slack.url + "/oauth/v2/authorize", params=ASK) as answer:
        text = await answer.text()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for words in ("Plainwire Sandbox", "Workspace 2", "Workspace 3", "chat:write", "(optional)"):
        assert words in text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"redirect_uri": "https://evil.example/"}, "bad_redirect_uri"),
        ({"redirect_uri": BACK + "er"}, "bad_redirect_uri"),
        ({"scope": ""}, "no_scopes"),
        ({"scope": "<script>"}, "invalid_scope"),
    ],
)
async def test_wrong_asking(slack, session, change, code):
    """What the app asks wrongly is an error page of Slack's, and nobody is sent anywhere."""
    async with session.get(slack.url + "/oauth/v2/authorize", params={**ASK, **change}) as answer:
        assert (answer.status, code in await answer.text()) == (400, True)


async def test_allow_and_exchange(slack, session):
    """The code becomes a token for the chosen workspace with the granted scopes."""
    back = await decide(slack, session, decision="allow", team="T00002001")
    assert back["state"] == "s&t=1"
    answer = await exchange(slack, session, back["code"])

    assert answer["ok"] is True
    assert answer["team"] == {"id": "T00002001", "name": "Workspace 2"}
    assert answer["scope"] == "chat:write,users:read"
    client = AsyncWebClient(
        token=answer["access_token"], base_url=slack.api_url, session=session, retry_handlers=[]
    )
    assert (await client.auth_test())["team_id"] == "T00002001"
    assert [one.installed for one in slack.workspaces.values()] == [False, True, False]
    assert "client_secret" not in slack.calls.of("oauth.v2.access")[0].arguments


async def test_declined_scope(slack, session):
    """An optional scope whose box is empty is not granted; one that is needed always is."""
    back = await decide(slack, session, decision="allow", team="T00002001", boxes="")
    assert (await exchange(slack, session, back["code"]))["scope"] == "chat:write"


async def test_cancel(slack, session):
    """Cancelling sends the person back with `access_denied` and the state."""
    assert await decide(slack, session, decision="cancel") == {
        "error": "access_denied",
        "state": "s&t=1",
    }


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "9.9"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "bad_client_secret"),
        ({"code": "1.2"}, "invalid_code"),
        ({"redirect_uri": BACK + "/other"}, "bad_redirect_uri"),
        ({"grant_type": "password"}, "invalid_grant_type"),
    ],
)
async def test_wrong_exchange(slack, session, change, error):
    """Client, secret, code and address must all be right; else nothing is installed."""
    back = await decide(slack, session, decision="allow", team="T00002001")
    answer = await exchange(slack, session, **{"code": back["code"], **change})

    assert answer == {"ok": False, "error": error}
    assert not any(one.installed for one in slack.workspaces.values())


async def test_a_code_works_once(slack, session):
    """The second exchange of a code is refused."""
    back = await decide(slack, session, decision="allow", team="T00002001")
    await exchange(slack, session, back["code"])
    assert (await exchange(slack, session, back["code"]))["error"] == "code_already_used"


async def test_a_code_gets_old(session):
    """Ten minutes later the code is worth nothing."""
    now = [1_800_000_000.0]
    async with Sandbox(
        app=App(**APP), installed=False, rate_limits="off", clock=lambda: now[0]
    ) as slack:
        back = await decide(slack, session, decision="allow", team="T01SANDBOX1")
        now[0] += 601
        assert (await exchange(slack, session, back["code"]))["error"] == "invalid_code"


async def test_installing_twice_keeps_the_token_and_adds_scopes(slack, session):
    """A second installation changes scopes; after an uninstall there is a new token."""
    tokens = []
    for scope in ("chat:write", "users:read"):
        back = await decide(slack, session, decision="allow", team="T01SANDBOX1", scope=scope)
        answer = await exchange(slack, session, back["code"])
        tokens.append(answer["access_token"])
    assert tokens[0] == tokens[1]
    assert answer["scope"] == "chat:write,users:read"

    slack.as_user("ada").uninstall()
    old = AsyncWebClient(
        token=tokens[0], base_url=slack.api_url, session=session, retry_handlers=[]
    )
    with pytest.raises(SlackApiError, match="account_inactive"):
        await old.auth_test()
    back = await decide(slack, session, decision="allow", team="T01SANDBOX1")
    assert (await exchange(slack, session, back["code"]))["access_token"] != tokens[0]


async def test_history_of_unlisted_apps_is_cut(session):
    """As an unlisted app one gets fifteen messages a call, and one call a minute."""
    async with Sandbox(app=App(unlisted=True)) as slack:
        for number in range(20):
            slack.as_user("ada").post("ai-news", f"message {number}")
        client = AsyncWebClient(
            token=slack.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
        )
        answer = await client.conversations_history(channel="C01AINEWS01", limit=100)
        assert len(answer["messages"]) == 15
        with pytest.raises(SlackApiError, match="ratelimited"):
            await client.conversations_history(channel="C01AINEWS01")
