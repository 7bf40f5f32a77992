"""Installing in a real Chromium: cookie, Slack's page, the way back."""

from __future__ import annotations

import os
import re
import shutil

import pytest
from playwright.async_api import async_playwright, expect

from tests.fakes.office import TEAMS

pytestmark = [pytest.mark.anyio, pytest.mark.browser]

REQUIRED = os.environ.get("PLAINWIRE_REQUIRE_BROWSER") == "1"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def chromium() -> str:
    """Return the path of Chromium, or skip; PLAINWIRE_REQUIRE_BROWSER=1 makes that a failure."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    if REQUIRED:
        pytest.fail("PLAINWIRE_REQUIRE_BROWSER is set, and no Chromium was found.")
    pytest.skip("Installing was not tried: no Chromium on this machine.")


async def test_a_person_installs_and_another_browser_cannot_repeat_it(office):
    """Allow leads to the page with the link into Slack; the same address elsewhere, or again, does not."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        person = await browser.new_context()
        page = await person.new_page()
        problems: list[str] = []
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        await page.goto(office.url + "/slack/install")
        await expect(page.get_by_role("heading")).to_contain_text("asks for access")
        await page.get_by_label("Workspace").select_option(TEAMS[1])
        await page.get_by_role("button", name="Allow").click()

        await expect(page.get_by_role("heading")).to_have_text(
            "Plainwire is installed in Workspace 2"
        )
        back = page.url
        assert "/slack/oauth_redirect?" in back
        colour = await page.evaluate("getComputedStyle(document.body).maxWidth")
        assert colour != "none"  # the page's own style is allowed by its policy
        await page.get_by_role("link", name="Open Slack").click()
        await expect(page).to_have_url(re.compile(re.escape(office.sandbox.url)))

        again = await person.new_page()
        await again.goto(back)
        await expect(again.get_by_role("heading")).to_contain_text("used already")
        stranger = await (await browser.new_context()).new_page()
        await stranger.goto(back)
        await expect(stranger.get_by_role("heading")).to_contain_text("another browser")
        await browser.close()

    assert [one.workspace_id for one in await office.database.installations.all()] == [TEAMS[1]]
    assert problems == []


async def test_a_person_cancels(office):
    """Cancel leads back to a page that says so, with a way to begin anew."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = await browser.new_page()
        await page.goto(office.url + "/slack/install")
        await page.get_by_role("button", name="Cancel").click()
        await expect(page.get_by_role("heading")).to_have_text("Plainwire was not installed")
        await page.get_by_role("link", name="Install Plainwire after all").click()
        await expect(page.get_by_role("heading")).to_contain_text("asks for access")
        await browser.close()
