"""Buttons and menus with the real Bolt app, on messages, ephemeral messages and in HTTP mode."""

from __future__ import annotations

import pytest

from bot.sandbox.choices import NoSuchChoice, find_element, value_fields

pytestmark = pytest.mark.anyio

NEWS = "C01AINEWS01"


def plain(text: str) -> dict:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict:
    return {"text": plain(value.title()), "value": value}


BLOCKS = [
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            {"type": "button", "action_id": "more", "text": plain("More"), "value": "story-1"},
            {
                "type": "overflow",
                "action_id": "menu",
                "options": [option("simpler"), option("mute")],
            },
            {
                "type": "static_select",
                "action_id": "level",
                "options": [option("newcomer"), option("expert")],
            },
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "feedback",
                "positive_button": {"text": plain("Good"), "value": "up"},
                "negative_button": {"text": plain("Bad"), "value": "down"},
            }
        ],
    },
]


@pytest.fixture
def actions(bolt):
    """Record every block action that Bolt hears."""
    seen: list[dict] = []

    @bolt.action({"type": "block_actions"})
    async def never(ack):
        await ack()

    for name in ("more", "menu", "level", "feedback"):

        async def note(ack, body, respond):
            seen.append(body)
            await ack()
            await respond("done", replace_original=body["actions"][0]["action_id"] == "menu")

        bolt.action(name)(note)
    return seen


async def test_buttons_menus_and_feedback(sandbox, bolt, client, connected, actions):
    """Each element brings its own fields, the container and the message."""
    posted = await client.chat_postMessage(channel=NEWS, text="x", blocks=BLOCKS)
    ada = sandbox.as_user("ada")
    message = sandbox.channel(NEWS).messages[posted["ts"]]
    async with connected(sandbox, bolt):
        assert (await ada.click(message, "more")).acked
        await ada.click(message, "level", "expert")
        await ada.click(message, "feedback", "down")
        await sandbox.wait_for(lambda: len(ada.ephemerals(NEWS)) == 3)
        await ada.click(message, "menu", "mute")
        await sandbox.wait_for(lambda: sandbox.bot_messages(NEWS)[0].text == "done")

    first = actions[0]
    assert first["actions"][0]["value"] == "story-1"
    assert first["actions"][0]["block_id"] == "row"
    assert first["container"]["message_ts"] == posted["ts"]
    assert first["message"]["ts"] == posted["ts"]
    assert first["channel"] == {"id": NEWS, "name": "ai-news"}
    assert actions[1]["actions"][0]["selected_option"]["value"] == "expert"
    assert actions[2]["actions"][0]["value"] == "down"
    assert actions[3]["actions"][0]["selected_option"]["value"] == "mute"


async def test_an_ephemeral_message_is_clicked_without_being_sent(
    sandbox, bolt, client, connected, actions
):
    """The payload of an ephemeral message has a container and no message."""
    await client.chat_postEphemeral(channel=NEWS, user="U01ADA00001", text="x", blocks=BLOCKS)
    ada = sandbox.as_user("ada")
    async with connected(sandbox, bolt):
        await ada.click(ada.ephemerals(NEWS)[0], "menu", "simpler")
        await sandbox.wait_for(lambda: ada.ephemerals(NEWS)[0]["text"] == "done")

    assert "message" not in actions[0]
    assert actions[0]["container"]["is_ephemeral"] is True
    with pytest.raises(KeyError):
        sandbox.as_user("ben").shown(sandbox.ephemerals[0])


async def test_an_unanswered_click_tells_the_person(sandbox, client):
    """Without an app the click ends in Slack's sentence."""
    posted = await client.chat_postMessage(channel=NEWS, text="x", blocks=BLOCKS)

    answered = await sandbox.as_user("ada").click(channel=NEWS, ts=posted["ts"], action_id="more")

    assert (answered.acked, bool(answered.problem)) == (False, True)


@pytest.mark.parametrize(
    ("kind", "value", "fields"),
    [
        ("datepicker", "2026-03-02", {"selected_date": "2026-03-02"}),
        ("timepicker", "09:00", {"selected_time": "09:00"}),
        ("users_select", "U1", {"selected_user": "U1"}),
        ("multi_channels_select", ["C1"], {"selected_channels": ["C1"]}),
        ("conversations_select", "C1", {"selected_conversation": "C1"}),
        ("plain_text_input", "hi", {"value": "hi"}),
        ("plain_text_input", None, {"value": None}),
        ("number_input", 5, {"value": "5"}),
    ],
)
def test_values_are_reported_as_slack_does(kind, value, fields):
    """Each kind of element reports its own field."""
    assert value_fields({"type": kind}, value) == fields


def test_choices_that_are_not_there_are_refused():
    """One cannot choose an option or press a button that the app did not show."""
    with pytest.raises(NoSuchChoice, match="no option"):
        value_fields(BLOCKS[0]["elements"][1], "explode")
    with pytest.raises(NoSuchChoice, match="action_id"):
        find_element(BLOCKS, "nothing")
