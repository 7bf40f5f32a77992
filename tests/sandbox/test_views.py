"""Modals and App Home with the real Bolt app: triggers, submissions, errors, stacking, closing."""

from __future__ import annotations

import asyncio

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox import App, Sandbox, Timings

pytestmark = pytest.mark.anyio


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def modal(callback: str = "settings", **more) -> dict:
    return {
        "type": "modal",
        "callback_id": callback,
        "title": plain("Settings"),
        "submit": plain("Save"),
        "blocks": [
            {
                "type": "input",
                "block_id": "time",
                "label": plain("Time"),
                "element": {
                    "type": "plain_text_input",
                    "action_id": "at",
                    "max_length": 5,
                    "initial_value": "09:00",
                },
            },
            {
                "type": "input",
                "block_id": "level",
                "optional": True,
                "label": plain("Level"),
                "element": {
                    "type": "static_select",
                    "action_id": "level",
                    "options": [
                        {"text": plain("Newcomer"), "value": "newcomer"},
                        {"text": plain("Expert"), "value": "expert"},
                    ],
                },
            },
        ],
        **more,
    }


@pytest.fixture
def settings(bolt):
    """A bot whose /digest opens a modal; `answers` scripts what a submission gets."""
    book = {"submitted": [], "closed": [], "answers": []}

    @bolt.command("/digest")
    async def digest(ack, body, client):
        await ack()
        opened = await client.views_open(
            trigger_id=body["trigger_id"], view=modal(notify_on_close=True)
        )
        book["opened"] = opened["view"]

    @bolt.view("settings")
    async def submitted(ack, view):
        book["submitted"].append(view)
        answer = book["answers"].pop(0) if book["answers"] else {}
        await ack(**answer)

    @bolt.view_closed("settings")
    async def closed(ack, body):
        book["closed"].append(body["is_cleared"])
        await ack()

    return book


async def open_settings(sandbox):
    ada = sandbox.as_user("ada")
    await ada.command("/digest", channel="ai-news")
    await sandbox.wait_for(lambda: ada.view)
    return ada


async def test_a_modal_is_opened_filled_and_submitted(sandbox, bolt, connected, settings):
    """The submission carries the typed values, the initial ones for the rest, and closes."""
    async with connected(sandbox, bolt):
        ada = await open_settings(sandbox)
        await ada.submit_view({"level": {"level": "expert"}})

    values = settings["submitted"][0]["state"]["values"]
    assert values["time"]["at"] == {"type": "plain_text_input", "value": "09:00"}
    assert values["level"]["level"]["selected_option"]["value"] == "expert"
    assert settings["submitted"][0]["id"] == settings["opened"]["id"]
    assert ada.view is None


async def test_errors_keep_the_modal_open(sandbox, bolt, connected, settings):
    """Errors of the app come back per block; Slack's own checks never reach the app."""
    settings["answers"] = [{"response_action": "errors", "errors": {"time": "Not a time."}}]
    async with connected(sandbox, bolt):
        ada = await open_settings(sandbox)
        refused = await ada.submit_view({"time": {"at": "26:00"}})
        empty = await ada.submit_view({"time": {"at": ""}})
        long = await ada.submit_view({"time": {"at": "much too long"}})

    assert refused.errors == {"time": "Not a time."}
    assert empty.errors == {"time": "Please complete this required field."}
    assert "at most 5" in long.errors["time"]
    assert len(settings["submitted"]) == 1
    assert ada.view is not None


async def test_update_push_clear_and_close(sandbox, bolt, connected, settings):
    """A submission can change the modal, put another on top, or end them all."""
    settings["answers"] = [
        {"response_action": "update", "view": modal(title=plain("Updated"))},
        {"response_action": "push", "view": modal(title=plain("On top"), notify_on_close=True)},
        {"response_action": "clear"},
    ]
    async with connected(sandbox, bolt):
        ada = await open_settings(sandbox)
        first = ada.view["id"]
        await ada.submit_view()
        assert (ada.view["title"]["text"], ada.view["id"]) == ("Updated", first)
        await ada.submit_view()
        assert (ada.view["title"]["text"], ada.view["previous_view_id"]) == ("On top", first)
        await ada.close_view()
        assert ada.view["title"]["text"] == "Updated"
        await ada.submit_view()
        assert ada.view is None

    assert settings["closed"] == [False]


async def test_errors_for_unknown_fields_are_trouble(sandbox, bolt, connected, settings):
    """Slack shows its trouble sentence when the app names a block that is not there."""
    settings["answers"] = [{"response_action": "errors", "errors": {"nowhere": "?"}}]
    async with connected(sandbox, bolt):
        ada = await open_settings(sandbox)
        answered = await ada.submit_view()

    assert "trouble connecting" in answered.problem


async def test_a_trigger_works_once_and_soon(client):
    """A trigger opens one view within its time; later, twice or made up it is refused."""
    from bot.sandbox.interaction import triggers

    async with Sandbox(rate_limits="off", timings=Timings(trigger=0.5)) as sandbox:
        client.base_url, client.token = sandbox.api_url, sandbox.bot_token
        user = sandbox.as_user("ada").user

        async def error_of(trigger_id: str) -> str:
            with pytest.raises(SlackApiError) as caught:
                await client.views_open(trigger_id=trigger_id, view=modal())
            return caught.value.response["error"]

        fresh = triggers(sandbox.hub).issue(user)
        await client.views_open(trigger_id=fresh, view=modal())
        assert await error_of(fresh) == "exchanged_trigger_id"
        assert await error_of("1.2.3") == "invalid_trigger_id"
        old = triggers(sandbox.hub).issue(user)
        await asyncio.sleep(0.55)
        assert await error_of(old) == "expired_trigger_id"


@pytest.mark.parametrize(
    ("view", "place"),
    [
        (modal(title=plain("x" * 25)), "/view/title/text"),
        (modal(submit=None), "/view"),
        (modal(private_metadata="x" * 3001), "/view/private_metadata"),
        (modal(blocks=[{"type": "divider"}] * 101), "/view/blocks"),
        (modal(blocks=[{"type": "markdown", "text": "x"}]), "/view/blocks/0/type"),
        (modal(colour="red"), "/view"),
        ({"type": "modal"}, "/view"),
        ("nonsense", "/view"),
    ],
)
async def test_broken_views_are_refused_with_their_place(sandbox, client, view, place):
    """Views get invalid_arguments with JSON pointers, before any trigger is used."""
    from bot.sandbox.interaction import triggers

    trigger = triggers(sandbox.hub).issue(sandbox.as_user("ada").user)
    with pytest.raises(SlackApiError) as caught:
        await client.api_call("views.open", json={"trigger_id": trigger, "view": view})

    assert caught.value.response["error"] == "invalid_arguments"
    if view != "nonsense":
        messages = caught.value.response["response_metadata"]["messages"]
        assert any(f"json-pointer:{place}]" in message for message in messages)
    assert triggers(sandbox.hub).known[trigger].used is False


async def test_three_modals_are_the_limit_and_hashes_protect(sandbox, client):
    """A fourth push is refused; an update with an old hash is a conflict."""
    from bot.sandbox.interaction import triggers

    user = sandbox.as_user("ada").user

    def trigger() -> str:
        return triggers(sandbox.hub).issue(user)

    opened = (await client.views_open(trigger_id=trigger(), view=modal()))["view"]
    await client.views_push(trigger_id=trigger(), view=modal())
    await client.views_push(trigger_id=trigger(), view=modal())
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=trigger(), view=modal())

    changed = await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal())
    assert changed["view"]["hash"] != opened["hash"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=opened["id"], hash=opened["hash"], view=modal())
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id="V0NOWHERE", view=modal())


async def test_app_home_is_published_and_acted_on(sandbox, bolt, connected):
    """Opening Home sends the event; the published tab belongs to one person and has buttons."""
    pressed: list[dict] = []

    @bolt.event("app_home_opened")
    async def opened(event, client):
        if event["tab"] != "home":
            return
        button = {"type": "button", "action_id": "off", "text": plain("Off"), "value": "C1"}
        view = {"type": "home", "blocks": [{"type": "actions", "elements": [button]}]}
        await client.views_publish(user_id=event["user"], view=view)

    @bolt.action("off")
    async def off(ack, body):
        pressed.append(body)
        await ack()

    ada = sandbox.as_user("ada")
    async with connected(sandbox, bolt):
        ada.open_home()
        await sandbox.wait_for(lambda: ada.home)
        answered = await ada.view_action("off")

    assert answered.acked
    assert pressed[0]["container"] == {"type": "view", "view_id": ada.home["id"]}
    assert pressed[0]["view"]["type"] == "home"
    assert sandbox.as_user("ben").home is None


async def test_a_home_tab_must_be_switched_on(session):
    """Without the Home tab in the manifest views.publish answers not_enabled."""
    from slack_sdk.web.async_client import AsyncWebClient

    async with Sandbox(app=App(home_tab=False), rate_limits="off") as sandbox:
        client = AsyncWebClient(token=sandbox.bot_token, base_url=sandbox.api_url, session=session)
        with pytest.raises(SlackApiError, match="not_enabled"):
            await client.views_publish(user_id="U01ADA00001", view={"type": "home", "blocks": []})


async def test_the_same_action_id_in_two_blocks_is_fine():
    """Action ids are unique within their block; every field of a form may be called "value"."""
    from bot.sandbox.views import check_view

    def field(name: str) -> dict:
        element = {"type": "plain_text_input", "action_id": "value"}
        label = {"type": "plain_text", "text": name}
        return {"type": "input", "block_id": name, "label": label, "element": element}

    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Form"},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [field("a"), field("b")],
    }
    assert check_view(view, "modal") is view
