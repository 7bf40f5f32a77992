"""Messages that Slack sends and a careless bot trips over: half characters, other scripts, code, /me."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.render import ids
from bot.sandbox.http_events import sign
from tests.fakes.azure import Say
from tests.fakes.office import TEAMS, open_office
from tests.fakes.talk import CHANNEL, WORKSPACE, Talk, open_talk, said_in

pytestmark = pytest.mark.anyio

HALF = "\ud83d"
# What a store, an encoder or a reader refuses.
ODD = f"{HALF}\x00\ufffe\udc00"


def say(talk: Talk, text: str, *, event: str = "message", **more: Any) -> str:
    """Send an event as it comes over the wire, for what nobody can type here; return its ts."""
    hub, workspace = talk.sandbox.hub, talk.sandbox.workspace
    channel = talk.sandbox.channel("ai-news")
    # A message to answer under; what it says itself is for nobody.
    ts = talk.as_user("ada").post("ai-news", "…").ts
    said = {
        "type": event, "channel": channel.id, "channel_type": "channel", "user": talk.as_user("ada").user.id,
        "text": text, "ts": ts, "event_ts": ts, **more,
    }  # fmt: skip
    subscription = "message.channels" if event == "message" else event
    hub.emit_in_channel(workspace, channel, subscription, said)
    return ts


async def half_characters(talk: Talk) -> None:
    """In a mention, a command and a form, what no store takes is dropped, and the rest is understood."""
    us = f"<@{talk.sandbox.workspace.bot_user}>"
    talk.azure.then(Say(f"A model guesses the next word{HALF}. It does not know what is true.\x00"))
    asked = say(
        talk,
        f"{us} why do models{ODD} make things up?{HALF}",
        event="app_mention",
        **{f"a{HALF}": [ODD]},
    )
    answer = await talk.answer_in(asked)
    ada = talk.as_user("ada")
    await ada.command("/explain", f"what are open weights?{ODD}", channel="ai-news")
    explained = await talk.whispered("ada", "numbers anyone may download")
    await ada.command("/digest", f"zone {HALF}Europe/Berlin{ODD}", channel="ai-news")
    await talk.whispered("ada", "Europe/Berlin")
    await ada.command("/digest", "settings", channel="ai-news")
    view = await talk.until(lambda: ada.view)
    saved = await ada.submit_view({"zone": {ids.FIELD: f"Europe/Paris{ODD}"}})
    await talk.quiet()

    assert "guesses the next word" in answer.text
    assert "make things up?" in str(talk.azure.calls[0].body["input"])
    assert not set(ODD) & set(answer.text + said_in(explained))
    stored = await talk.database.channels.get(WORKSPACE, CHANNEL)
    assert view
    assert saved.acked
    assert stored
    assert stored.preference.zone == "Europe/Paris"
    assert talk.refused == []


async def who_is_spoken_to(talk: Talk) -> None:
    """/me speaks like any message; our name in code or a quotation does not speak to us."""
    us = f"<@{talk.sandbox.workspace.bot_user}>"
    me = say(talk, f"{us} why do models make things up?", subtype="me_message")
    await talk.answer_in(me)
    silent = [
        say(talk, f"`{us}` is how you call it, right? why?", event=event)
        for event in ("message", "app_mention")
    ]
    code = {"type": "user", "user_id": talk.sandbox.workspace.bot_user, "style": {"code": True}}
    section = {"type": "rich_text_section", "elements": [code]}
    silent += [
        say(talk, f"```{us} what is RAG?```", event="app_mention"),
        say(talk, f"&gt; {us} what is RAG?\nwhat do you think?", event="app_mention"),
        say(
            talk,
            f"{us} what?",
            event="app_mention",
            blocks=[{"type": "rich_text", "elements": [section]}],
        ),
        say(talk, f"{us} what is RAG?", subtype="bot_message", bot_id="B0OTHER"),
    ]
    both = say(talk, f"what does `{us}` do, {us}?", event="app_mention")
    await talk.answer_in(both)
    await talk.sandbox.settle()
    await talk.quiet()

    assert [talk.replies(ts) for ts in silent] == [[]] * len(silent)


async def numbers_and_question_marks(talk: Talk) -> None:
    """A question of any script is answered in a thread; "ranked #1" asks about no story of the digest."""
    ada, ts = talk.as_user("ada"), talk.digest.ts
    ada.post("ai-news", "#2 这是什么意思？", thread_ts=ts)
    await talk.answer_in(ts)
    ada.post("ai-news", "ما معنى هذا؟", thread_ts=ts)
    await talk.answer_in(ts, count=2)
    await ada.command("/explain", "Why is Claude ranked #1 on benchmarks?", channel="ai-news")
    answered = await talk.whispered("ada", "general knowledge")
    await ada.command("/explain", "x" * 12_000, channel="ai-news")
    await talk.whispered("ada", "10,000 characters")
    await ada.command("/digest", "on " + "Berlin " * 2_000, channel="ai-news")
    await talk.whispered("ada", "too long for a command")

    assert len(talk.replies(ts)) == 2
    assert "Claude ranked #1" in str(talk.azure.calls[-1].body["input"])
    assert "documents" not in str(talk.azure.calls[-1].body["input"])
    assert said_in(answered)


async def test_odd_messages_over_socket_mode(tmp_path: Path) -> None:
    """Whatever a message holds, who was asked answers, and who was not is silent."""
    async with open_talk(tmp_path) as talk:
        for check in (half_characters, who_is_spoken_to, numbers_and_question_marks):
            await check(talk)


async def test_half_characters_over_http(tmp_path: Path, free_tcp_port: int) -> None:
    """In HTTP mode, too: in an event's JSON, and as unreadable bytes in a command's form."""
    async with open_office(tmp_path, free_tcp_port) as office:
        await office.install(TEAMS[0])
        slack = office.sandbox
        ada = slack.as_user("ada")
        ada.post("", f"what are open weights?{ODD}")
        await slack.wait_for(
            lambda: [said for said in slack.messages(ada.direct().id) if said.bot_id]
        )
        form = (
            f"command=%2Fdigest&text=help%ED%A0%BD&team_id={TEAMS[0]}&channel_id=C01AINEWS01&user_id={ada.user.id}"
            f"&trigger_id=1.2&response_url={slack.url}%2Factions%2Fnone"
        ).encode()
        stamp = int(slack.hub.clock())
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Slack-Request-Timestamp": str(stamp),
            "X-Slack-Signature": sign(slack.signing_secret, form, stamp),
        }
        async with office.browser.post(
            f"{office.url}/slack/events", data=form, headers=headers
        ) as answer:
            assert answer.status == 200

        said = [one.text for one in slack.messages(ada.direct().id) if one.bot_id]
        assert "numbers anyone may download" in "".join(said)
