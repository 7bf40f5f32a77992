"""Installing by OAuth: the whole way round, and every way that must not lead to a token."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from yarl import URL

from bot.clock import SystemClock
from bot.digest.lifecycle import ACCESS_REVOKED
from bot.digest.preference import Channel, Preference
from bot.logs import configure_logs
from tests.fakes.office import TEAMS, new_browser, open_office, until

pytestmark = pytest.mark.anyio

TEAM = TEAMS[0]


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def test_the_whole_way_round(office):
    """From /slack/install over Slack's page back: the token is stored, and a link leads into Slack."""
    page = await office.install(TEAM)

    assert page.status == 200
    assert "Plainwire is installed in Plainwire Sandbox" in page.text
    assert f"{office.sandbox.url}/app_redirect?app=A01PLAINAPP&amp;team={TEAM}" in page.text
    [found] = await office.database.installations.all()
    workspace = office.sandbox.workspaces[TEAM]
    assert found.workspace_id == TEAM
    assert found.bot_token.get_secret_value() == workspace.bot_token
    assert (found.bot_id, found.bot_user_id) == (workspace.bot_id, workspace.bot_user)
    assert found.installed_by == "U01ADA00001"
    assert found.scopes == workspace.scopes


async def test_what_is_asked_for_is_what_the_manifest_says(office):
    """Scopes, client and way back are those of the manifest; nothing is asked of people themselves."""
    asked = await office.ask()

    assert frozenset(asked["scope"].split(",")) == office.sandbox.app.scopes
    assert asked["redirect_uri"] == office.url + "/slack/oauth_redirect"
    assert asked["client_id"] == office.sandbox.app.client_id
    assert "user_scope" not in asked


async def test_an_installed_workspace_is_served_without_a_call_per_event(office):
    """Events and commands of the new workspace are acknowledged, and none of them asks who we are."""
    await office.install(TEAM)
    before = office.sandbox.calls.count("auth.test")
    ada = office.sandbox.as_user("ada")

    assert await office.sandbox.verify_request_url()
    ada.post("ai-news", "just talking")
    answered = await ada.command("/digest", "help", channel="ai-news")
    await office.sandbox.settle()

    assert answered.acked, answered.problem
    assert {each.outcome for each in office.sandbox.deliveries.log} == {"acked"}
    assert office.sandbox.calls.count("auth.test") == before


async def test_declined_optional_scopes_are_remembered(office):
    """Who leaves out an optional permission gets Plainwire without it."""
    await office.install(TEAM, boxes="", **{"scope_users:read": "yes"})

    [found] = await office.database.installations.all()
    assert "users:read" in found.scopes
    assert "channels:join" not in found.scopes


async def test_installing_again_updates_the_token_and_wakes_the_channels(office):
    """After an uninstall the new token replaces the old one; channels that stopped go on."""
    await office.install(TEAM)
    now = office.bot.newsroom.clock.now()
    await office.bot.conversation.edge.lifecycle.token_revoked(TEAM, now)
    await office.database.channels.save(
        Channel(
            workspace_id=TEAM,
            channel_id="C01AINEWS01",
            name="ai-news",
            preference=Preference(on=True),
            state_reason=ACCESS_REVOKED,
        )
    )
    office.sandbox.workspaces[TEAM].installed = False
    old = office.sandbox.workspaces[TEAM].bot_token

    await office.install(TEAM)

    found = await office.database.installations.get(TEAM)
    assert found.bot_token.get_secret_value() not in {old, ""}
    channel = await office.database.channels.get(TEAM, "C01AINEWS01")
    assert channel.state_reason == ""
    assert channel.next_due_at is not None


async def test_uninstalling_leaves_nothing(office):
    """`tokens_revoked` and `app_uninstalled`, in whatever order: the workspace is forgotten."""
    await office.install(TEAM)
    await office.install(TEAMS[1])
    office.sandbox.as_user("ada").uninstall()
    await office.sandbox.settle()

    async def is_gone():
        return await office.database.installations.get(TEAM) is None

    await until(is_gone)
    assert [one.workspace_id for one in await office.database.installations.all()] == [TEAMS[1]]


# ---- ways that must not lead to a token -----------------------------------------------------------


async def nothing_installed(office) -> bool:
    return await office.database.installations.all() == []


async def test_cancelled(office):
    """Who presses Cancel reads that nothing has changed."""
    asked = await office.ask()
    page = await office.follow(await office.decide(asked, decision="cancel"))

    assert page.status == 200
    assert "Plainwire was not installed" in page.text
    assert await nothing_installed(office)


async def test_replayed_state(office):
    """The address of the way back works once; the second time it says so and asks Slack nothing."""
    asked = await office.ask()
    address = await office.decide(asked, decision="allow", team=TEAM)
    await office.follow(address)
    calls = office.sandbox.calls.count("oauth.v2.access")

    again = await office.follow(address)

    assert (again.status, "used already" in again.text) == (400, True)
    assert office.sandbox.calls.count("oauth.v2.access") == calls == 1


async def test_a_state_is_good_once_also_for_two_at_once(office):
    """Of two requests at the same moment only one reaches Slack."""
    address = await office.decide(await office.ask(), decision="allow", team=TEAM)

    pages = await asyncio.gather(office.follow(address), office.follow(address))

    assert sorted(page.status for page in pages) == [200, 400]
    assert office.sandbox.calls.count("oauth.v2.access") == 1


@pytest.mark.parametrize("has_cookie", [True, False])
async def test_foreign_browser(office, has_cookie):
    """The way back of one person is worth nothing in the browser of another, and stays the first's."""
    address = await office.decide(await office.ask(), decision="allow", team=TEAM)
    async with new_browser() as other:
        if has_cookie:
            await office.ask(other)
        page = await office.follow(address, other)

    assert (page.status, "another browser" in page.text) == (403, True)
    assert await nothing_installed(office)
    assert (await office.follow(address)).status == 200


async def test_two_tabs_of_one_browser(office):
    """Who opens the page twice may end in either tab."""
    first, second = await office.ask(), await office.ask()
    for asked, team in ((first, TEAMS[0]), (second, TEAMS[1])):
        page = await office.follow(await office.decide(asked, decision="allow", team=team))
        assert page.status == 200


WRONG_ADDRESSES = [
    {},
    {"state": "x"},
    {"code": "1.2"},
    {"state": "A" * 43, "code": "1.2"},
    {"state": "A" * 43 + "\n", "code": "1.2"},
    {"state": "<script>alert(1)</script>", "code": "<b>", "error": "<i>oops</i>"},
    {"state": "é" * 43, "code": "ü" * 600},
]


async def test_wrong_address(office):
    """An address that Plainwire did not make leads to a page, echoes nothing and calls nobody."""
    for query in WRONG_ADDRESSES:
        page = await office.get("/slack/oauth_redirect", **query)

        assert page.status == 400
        assert "does not belong to an installation" in page.text
        assert not any(value in page.text for value in query.values() if len(value) > 1)
    assert office.sandbox.calls.count("oauth.v2.access") == 0


async def test_wrong_code(office):
    """A code that Slack did not give, none, or another problem at Slack's: nothing is stored."""
    for code, error in (("wrong", ""), ("", ""), ("", "invalid_scope"), ("", "<b>x</b>")):
        asked = await office.ask()
        page = await office.get(
            "/slack/oauth_redirect", state=asked["state"], code=code, error=error
        )

        assert page.status == 400
        assert "Slack did not complete the installation" in page.text
        assert "<b>" not in page.text
    assert await nothing_installed(office)


async def test_slack_away(office):
    """When Slack does not answer, the page says to wait and begin anew."""
    asked = await office.ask()
    address = await office.decide(asked, decision="allow", team=TEAM)
    office.sandbox.faults.add(kind="500", method="oauth.v2.access", times=1)

    page = await office.follow(address)

    assert (page.status, "could not be reached" in page.text) == (502, True)
    assert await nothing_installed(office)


async def test_whole_organisation_is_refused(office):
    """An org-wide installation is refused in a clear sentence, and its token is given back."""
    page = await office.install(TEAM, whole_organisation="yes")

    assert page.status == 400
    assert "cannot be installed for a whole organization" in page.text
    assert office.sandbox.calls.count("auth.revoke") == 1
    assert await nothing_installed(office)


class ShiftedClock(SystemClock):
    """The real time, moved by hand."""

    away = timedelta()

    def now(self):
        return super().now() + self.away


async def test_expired_state(tmp_path, free_tcp_port):
    """After ten minutes the way back leads to a page that says so."""
    clock = ShiftedClock()
    async with open_office(tmp_path, free_tcp_port, clock=clock) as office:
        asked = await office.ask()
        address = await office.decide(asked, decision="allow", team=TEAM)
        clock.away = timedelta(minutes=10, seconds=1)
        page = await office.follow(address)

        assert (page.status, "longer than ten minutes" in page.text) == (400, True)
        assert await nothing_installed(office)


async def test_token_rotation_is_refused(tmp_path, free_tcp_port):
    """An app whose tokens expire is refused with what to do, not accepted until they have expired."""
    async with open_office(tmp_path, free_tcp_port, app={"token_rotation": True}) as office:
        page = await office.install(TEAM)

        assert (page.status, "token rotation" in page.text) == (400, True)
        assert await nothing_installed(office)


async def test_a_flood_locks_nobody_out(tmp_path, free_tcp_port, monkeypatch):
    """However many installations others have begun, the next person can begin and end one."""
    monkeypatch.setattr("storage.oauth_states.MAX_OPEN", 3)
    proxied = {"PLAINWIRE_TRUSTED_PROXIES": "127.0.0.1"}
    async with open_office(tmp_path, free_tcp_port, **proxied) as office:
        for number in range(30):
            async with office.browser.get(
                office.url + "/slack/install",
                headers={"X-Forwarded-For": f"192.0.2.{number}"},
                allow_redirects=False,
            ) as answer:
                assert answer.status == 302

        assert (await office.install(TEAM)).status == 200


async def test_one_address_that_begins_on_and_on(tmp_path, free_tcp_port):
    """One address is told to wait after 20 attempts; others, and who began before, are not."""
    proxied = {"PLAINWIRE_TRUSTED_PROXIES": "127.0.0.0/8"}
    async with open_office(tmp_path, free_tcp_port, **proxied) as office:
        address = await office.decide(await office.ask(), decision="allow", team=TEAM)

        async def begin(forwarded):
            async with office.browser.get(
                office.url + "/slack/install",
                headers={"X-Forwarded-For": forwarded},
                allow_redirects=False,
            ) as answer:
                return answer.status, answer.headers.get("Retry-After", "")

        # What the attacker writes into the header stands left of what our proxy writes.
        statuses = [await begin(f"198.51.100.{n}, 203.0.113.9") for n in range(25)]

        assert [status for status, _ in statuses] == [302] * 20 + [429] * 5
        assert all(0 < int(wait) <= 6 for _, wait in statuses[20:])
        assert (await begin("203.0.113.10"))[0] == 302
        assert (await office.follow(address)).status == 200


# ---- what a browser is told, and what is kept -----------------------------------------------------


async def test_cookie_and_headers(office):
    """The cookie is for the server alone and short-lived; pages run nothing and tell nobody."""
    async with office.browser.get(office.url + "/slack/install", allow_redirects=False) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=600" in cookie

    async with office.browser.get(office.url + "/slack/oauth_redirect") as page:
        policy = page.headers["Content-Security-Policy"]
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Server"] == "plainwire"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


async def test_https_cookie_belongs_to_the_host_alone():
    """Behind https no other host of the domain can plant the cookie, and it never travels open."""
    from aiohttp.test_utils import make_mocked_request

    from bot.web.install_routes import InstallRoutes

    class Beginning:
        async def begin(self, browser):
            return "https://slack.example/authorize", "B" * 43

    routes = InstallRoutes(Beginning(), https=True)
    answer = await routes.begin(make_mocked_request("GET", "/slack/install"))

    cookie = answer.cookies["__Host-plainwire-install"]
    assert cookie["secure"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]


async def test_secrets_are_in_no_log_and_not_in_the_database(office, capsys, tmp_path):
    """Tokens, client secret, codes and states appear neither in a log line nor in the files."""
    configure_logs("debug", "json")
    asked = await office.ask()
    address = await office.decide(asked, decision="allow", team=TEAM)
    await office.follow(address)
    wrong = await office.ask()
    await office.get("/slack/oauth_redirect", state=wrong["state"], code="9.not-a-code")
    office.sandbox.as_user("ada").post("ai-news", "words of a person")
    await office.sandbox.settle()
    cookies = office.browser.cookie_jar.filter_cookies(URL(office.url))

    said = "".join(capsys.readouterr())
    files = b"".join(path.read_bytes() for path in tmp_path.glob("plainwire.db*"))
    secrets = {
        office.sandbox.workspaces[TEAM].bot_token,
        office.sandbox.app.client_secret,
        office.sandbox.signing_secret,
        asked["state"],
        wrong["state"],
        query_of(address)["code"],
        *(cookie.value for cookie in cookies.values()),
    }
    assert "workspace_installed" in said
    assert len(files) > 10_000
    for secret in secrets:
        assert secret not in said
        assert secret.encode() not in files
    assert "words of a person" not in said
