"""The live page in a real Chromium: it shows what Slack would, and hostile text stays text."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import DEFAULT_WORLD, App, Sandbox, Shortcut, SlashCommand, make_world

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

NEWS = "C01AINEWS01"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DIGEST = [
    {"type": "header", "text": {"type": "plain_text", "text": "AI news, explained"}},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "Monday 2 March"}]},
    {"type": "divider"},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "verbatim": True, "text": "*1. A story* &amp; more"},
    },
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "more",
                "value": "1",
                "text": {"type": "plain_text", "text": "Explain more"},
            }
        ],
    },
]
HOSTILE = (
    "<script>window.hacked=1</script><img src=x onerror=window.hacked=1>"
    '"><svg onload=window.hacked=1>'
)


def chromium() -> str:
    """Return the path of Chromium, or skip; PLAINWIRE_REQUIRE_BROWSER=1 makes that a failure."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    if REQUIRED:
        pytest.fail("PLAINWIRE_REQUIRE_BROWSER is set, and no Chromium was found.")
    pytest.skip("The page was not tried: no Chromium on this machine.")


expect.set_options(timeout=15_000)
REQUIRED = os.environ.get("PLAINWIRE_REQUIRE_BROWSER") == "1"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One event loop for the whole file, so that one browser serves it."""
    return "asyncio"


@pytest.fixture(scope="module")
async def browser(anyio_backend) -> AsyncIterator[Browser]:
    path = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


async def opened(browser: Browser, sandbox: Sandbox, path: str = "/", **settings) -> Page:
    """Open the page; every request outside the sandbox and every script error is noted."""
    page = await browser.new_page(**settings)
    page.set_default_timeout(15_000)
    page.outside = []
    page.errors = []
    page.on(
        "request",
        lambda r: page.outside.append(r.url) if not r.url.startswith(sandbox.url) else None,
    )
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
    await page.goto(sandbox.url + path)
    await page.wait_for_selector("body[data-live]")
    return page


async def test_a_digest_is_drawn_and_updates_live(browser, sandbox, client):
    """Blocks are drawn as headings, bold text and buttons; later messages appear by themselves."""
    page = await opened(browser, sandbox)
    answer = await client.chat_postMessage(channel=NEWS, text="AI news", blocks=DIGEST)
    await expect(page.locator("h3.b-header")).to_have_text("AI news, explained")
    await expect(page.locator(".b-section strong")).to_have_text("1. A story")
    await expect(page.get_by_role("button", name="Explain more")).to_be_visible()

    await client.chat_update(channel=NEWS, ts=answer["ts"], text="changed", blocks=[])
    await expect(page.locator(".message .body")).to_have_text("changed")
    await client.chat_delete(channel=NEWS, ts=answer["ts"])
    await expect(page.locator(".message")).to_have_count(0)
    assert (page.outside, page.errors) == ([], [])


async def test_hostile_text_stays_text(browser, sandbox, client):
    """Markup in any place is shown as characters: no element, no script, no request."""
    rich = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": HOSTILE}]}
        ],
    }
    section = {"type": "section", "text": {"type": "mrkdwn", "text": HOSTILE}}
    sandbox.as_user("ada").user.real_name = HOSTILE
    sandbox.as_user("ada").post(NEWS, HOSTILE)
    await client.chat_postMessage(channel=NEWS, text=HOSTILE)
    await client.chat_postMessage(channel=NEWS, text="x", blocks=[section])
    await client.chat_postMessage(channel=NEWS, text="x", blocks=[rich])
    await client.chat_postMessage(channel=NEWS, markdown_text=HOSTILE)
    sandbox.channel("ai-news").purpose = HOSTILE
    page = await opened(browser, sandbox)
    await expect(page.locator(".message")).to_have_count(5)

    for body in await page.locator(".message .body").all_inner_texts():
        assert "onerror=window.hacked=1" in body
    assert await page.locator("img[onerror], svg, script:not([type=module])").count() == 0
    assert await page.evaluate("window.hacked") is None
    assert page.outside == []


async def test_one_can_write_and_read_threads(browser, sandbox, client):
    """The composer posts as the chosen person, and a thread opens beside the channel."""
    page = await opened(browser, sandbox)
    await page.get_by_label("You are").select_option("U01BEN00001")
    await page.get_by_label("Message", exact=True).fill("hello @plainwire")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message .mention")).to_have_text("@plainwire")
    posted = sandbox.messages("ai-news")[0]
    assert (posted.user, posted.text) == ("U01BEN00001", "hello <@U01PLAINBOT>")

    await client.chat_postMessage(channel=NEWS, text="a reply", thread_ts=posted.ts)
    await page.get_by_role("button", name="1 reply").click()
    await expect(page.locator("#replies .message")).to_have_count(2)
    await page.locator("#reply-text").fill("thanks")
    await page.keyboard.press("Enter")
    await expect(page.locator("#replies .message")).to_have_count(3)
    await page.keyboard.press("Escape")
    await expect(page.locator("#thread")).to_be_hidden()


async def test_private_things_stay_private_on_the_page(browser, sandbox, client):
    """Ephemeral messages and private channels show only to those concerned."""
    await client.chat_postEphemeral(channel=NEWS, user="U01ADA00001", text="for Ada")
    page = await opened(browser, sandbox)
    await expect(page.locator(".message.ephemeral")).to_have_count(1)
    await expect(page.get_by_role("button", name="editors")).to_have_count(1)

    await page.get_by_label("You are").select_option("U01BEN00001")
    await expect(page.locator(".message.ephemeral")).to_have_count(0)
    await expect(page.get_by_role("button", name="editors")).to_have_count(0)


async def test_it_works_on_a_phone_and_by_keyboard(browser, sandbox, client):
    """At phone width nothing is cut off, the menu opens, and channels are reached by keys."""
    await client.chat_postMessage(channel=NEWS, text="AI news", blocks=DIGEST)
    page = await opened(browser, sandbox, viewport={"width": 360, "height": 740})
    await page.wait_for_selector("h3.b-header")
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360

    await page.get_by_role("button", name="Channels").press("Enter")
    await page.get_by_role("button", name="random").press("Enter")
    await expect(page.locator("#place")).to_have_text("#random")
    await expect(page.get_by_role("button", name="Invite plainwire")).to_have_count(1)


async def test_one_can_change_the_workspace(browser):
    """With several workspaces the page shows one at a time, and lets one choose."""
    worlds = (DEFAULT_WORLD, make_world(2, name="Second"))
    async with Sandbox(worlds=worlds, rate_limits="off") as sandbox:
        page = await opened(browser, sandbox)
        await page.locator("#workspace").select_option("Second")
        await expect(page.locator("#team")).to_have_text("Second")
        await page.get_by_role("button", name="channel-1").click()
        await page.get_by_label("Message", exact=True).fill("hello")
        await page.keyboard.press("Enter")
        await expect(page.locator(".message .body")).to_have_text("hello")
        assert sandbox.messages("channel-1", worlds[1]["id"])[0].text == "hello"


async def test_a_permalink_opens_its_message(browser, sandbox, client):
    """A permalink leads to the channel with the message marked."""
    answer = await client.chat_postMessage(channel=NEWS, text="look here")
    link = (await client.chat_getPermalink(channel=NEWS, message_ts=answer["ts"]))["permalink"]
    page = await opened(browser, sandbox, link.removeprefix(sandbox.url))

    await expect(page.locator(".message.target .body")).to_have_text("look here")


async def test_the_page_forbids_everything_foreign(sandbox, session):
    """The page comes with a policy that lets no foreign script, style or picture in."""
    async with session.get(sandbox.url) as answer:
        policy = answer.headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name in ("../server.py", "%2e%2e/server.py", "nothing.js"):
        async with session.get(f"{sandbox.url}/page/{name}") as answer:
            assert answer.status == 404


COMMANDS = {
    "/explain": SlashCommand(command="/explain", description="Explains a term"),
    "/digest": SlashCommand(command="/digest", description="Settings"),
}
SETTINGS = {
    "type": "modal",
    "callback_id": "settings",
    "title": {"type": "plain_text", "text": "Settings"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "level",
            "label": {"type": "plain_text", "text": "Level"},
            "element": {"type": "plain_text_input", "action_id": "level"},
        }
    ],
}


def bot_for(sandbox: Sandbox, session) -> AsyncApp:
    """A bot with a command, a button, a modal with a picky field, a shortcut and a Home tab."""
    client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
    bolt = AsyncApp(client=client)

    @bolt.event(re.compile("message|app_mention"))
    async def hear():
        """Events are acknowledged and otherwise left alone."""

    @bolt.command("/explain")
    async def explain(ack, body):
        await ack(text=body["text"], blocks=[*DIGEST[3:]])

    @bolt.action("more")
    async def more(ack, respond):
        await ack()
        await respond("The long story", response_type="in_channel")

    @bolt.command("/digest")
    async def digest(ack, body, client):
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=SETTINGS)

    @bolt.view("settings")
    async def saved(ack, view):
        level = view["state"]["values"]["level"]["level"]["value"]
        if level == "expert":
            await ack()
        else:
            await ack(response_action="errors", errors={"level": "Only experts here."})

    @bolt.shortcut("explain_this")
    async def explain_this(ack, respond):
        await ack()
        await respond("In plain words")

    @bolt.event("app_home_opened")
    async def home(event, client):
        view = {"type": "home", "blocks": [DIGEST[0]]}
        await client.views_publish(user_id=event["user"], view=view)

    return bolt


async def test_everything_a_person_does_reaches_a_real_bot(browser, session, connected):
    """Commands, buttons, modals with errors, shortcuts and Home work from the page."""
    shortcut = Shortcut(callback_id="explain_this", name="Explain this")
    app = App(slash_commands=COMMANDS, shortcuts=(shortcut,))
    async with Sandbox(rate_limits="off", app=app) as sandbox, AsyncExitStack() as stack:
        await stack.enter_async_context(connected(sandbox, bot_for(sandbox, session)))
        page = await opened(browser, sandbox)
        box = page.get_by_label("Message", exact=True)
        await expect(page.locator("#link")).to_have_text("The app is connected")

        await box.fill("/ex")
        await page.keyboard.press("Tab")
        await expect(box).to_have_value("/explain ")
        await page.keyboard.press("Enter")
        await page.locator(".ephemeral").get_by_role("button", name="Explain more").click()
        await expect(page.locator(".message", has_text="The long story")).to_have_count(1)

        await box.fill("/digest")
        await page.keyboard.press("Enter")
        field = page.get_by_label("Level")
        await field.fill("novice")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator(".field-error")).to_have_text("Only experts here.")
        await field.fill("expert")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)

        story = page.locator(".message", has_text="The long story")
        await story.hover()
        await story.get_by_role("button", name="Explain this").click()
        await expect(page.locator(".ephemeral", has_text="In plain words")).to_have_count(1)

        await page.get_by_role("button", name="plainwire Home").click()
        await expect(page.locator("#home h3")).to_have_text("AI news, explained")
        assert (page.outside, page.errors) == ([], [])


async def test_a_stream_grows_before_ones_eyes(browser, sandbox, client):
    """A streamed answer and its status line are seen while they happen."""
    asked = sandbox.as_user("ada").post("ai-news", "what is RAG?")
    page = await opened(browser, sandbox)
    await page.locator(".message").hover()
    await page.get_by_role("button", name="Reply").first.click()
    here = {"channel_id": NEWS, "thread_ts": asked.ts}
    await client.assistant_threads_setStatus(**here, status="is thinking…")
    await expect(page.locator(".status-line")).to_have_text("plainwire is thinking…")

    stream = await client.chat_startStream(
        channel=NEWS,
        thread_ts=asked.ts,
        recipient_user_id="U01ADA00001",
        recipient_team_id="T01SANDBOX1",
        markdown_text="**RAG** is",
    )
    await expect(page.locator("#replies .streaming strong").last).to_have_text("RAG")
    await expect(page.locator(".status-line")).to_have_count(0)
    await client.chat_stopStream(channel=NEWS, ts=stream["ts"], markdown_text=" simple")
    await expect(page.locator("#replies .message").last).to_contain_text("RAG is simple")
    await expect(page.locator(".streaming")).to_have_count(0)
