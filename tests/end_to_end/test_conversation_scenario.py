"""One long day of one workspace: every command, button, view and stream, judged by three validators."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.render import ids
from tests.fakes.slack_check import assert_nothing_live, assert_parsed, assert_view_sound, texts_in
from tests.fakes.talk import Talk, open_talk

pytestmark = pytest.mark.anyio


async def test_everything_is_taken_by_slack(tmp_path: Path):
    """Slack's rules, as the sandbox and slack_sdk's models know them, hold for all that was sent."""
    async with open_talk(tmp_path, rate_limits="slack") as talk:
        await _ask(talk)
        await _set(talk)
        await _at_home(talk)
        await talk.quiet()

        assert talk.refused == []
        assert talk.sandbox.pings == []
        assert talk.sandbox.masked_links == []
        methods = {call.method for call in talk.sandbox.calls.entries}
        assert methods >= {
            "assistant.threads.setStatus",
            "chat.postMessage",
            "chat.startStream",
            "chat.stopStream",
            "views.open",
            "views.publish",
            "views.update",
        }
        assert "conversations.replies" not in methods
        for shown in _shown(talk):
            _judge(shown)


async def _ask(talk: Talk) -> None:
    ada = talk.as_user("ada")
    for words in ("", "open weights", "simply what is RAG in German", "why do models hallucinate?"):
        await ada.command("/explain", words, channel="ai-news")
    await talk.whispered("ada", "glossary")
    await talk.whispered("ada", "General knowledge")
    note = await talk.whispered("ada", "open-weight model")
    for action in ("ask_model", "answer_feedback", "share_answer"):
        await ada.click(note, action)
        await talk.quiet()
    said = ada.post("ai-news", "#1 what is it?", thread_ts=talk.digest.ts)
    answer = await talk.answer_in(talk.digest.ts)
    await ada.click(answer, "answer_feedback", "negative")
    await ada.click(answer, "answer_more_detail")
    await ada.shortcut(ids.SHORTCUT_EXPLAIN, said)
    for block in talk.digest.blocks:
        if block["type"] == "actions":
            await ada.click(talk.digest, "explain_more", block_id=block["block_id"])
            menu = next(one for one in block["elements"] if one["action_id"] == "story_menu")
            for option in menu["options"]:
                value = option["value"]
                await ada.click(talk.digest, "story_menu", value, block_id=block["block_id"])
    await talk.quiet()
    undo = await talk.whispered("ada", "What this changed")
    await ada.click(undo, "undo_feedback")
    mention = ada.post("ai-news", "@plainwire what is new?")
    await talk.answer_in(mention.ts)
    direct = ada.post("", "what is fine-tuning?")
    await talk.answer_in(direct.ts, direct.channel)


async def _set(talk: Talk) -> None:
    ada = talk.as_user("ada")
    for words in (
        "help", "status", "topics", "topics marketing, hr", "preview", "now", "on 8:15 Berlin",
        "days mon", "level practitioner", "stories 3", "language de", "language en", "replies all",
        "recap on", "pause 1 week", "resume", "mute ledger.example", "unmute ledger.example", "what?",
    ):  # fmt: skip
        assert (await ada.command("/digest", words, channel="ai-news")).acked
    await talk.quiet()
    await ada.command("/digest", "", channel="ai-news")
    await talk.until(lambda: ada.view)
    await ada.view_action(ids.SETTINGS_CHECK_FEED)
    await talk.quiet()
    assert (await ada.submit_view({})).errors == {}
    saved = await talk.whispered("ada", "Saved")
    await ada.click(saved, ids.OPEN_SETTINGS)
    await talk.until(lambda: ada.view)
    await ada.close_view()


async def _at_home(talk: Talk) -> None:
    ada = talk.as_user("ada")
    ada.open_home()
    await talk.until(lambda: ada.home)
    await ada.view_action(ids.HOME_WHO_MAY, "named-people")
    await talk.until(lambda: ids.HOME_NAMED in json.dumps(ada.home))
    await ada.view_action(ids.HOME_NAMED, ["U01BEN00001"])
    await ada.view_action(ids.HOME_CHANNEL)
    await talk.until(lambda: ada.view)
    await ada.close_view()
    await ada.view_action(ids.HOME_TERM)
    await talk.until(lambda: ada.view)
    await ada.close_view()
    await ada.view_action(ids.HOME_DELETE)
    await talk.until(lambda: ada.view)
    await ada.close_view()


def _shown(talk: Talk) -> list[dict[str, Any]]:
    """Return every message and view that was sent, whichever way."""
    sent = [call.arguments for call in talk.sandbox.calls.entries]
    return [*map(_decoded, sent), *talk.sandbox.ephemerals]


def _decoded(arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        name: json.loads(value) if name in {"blocks", "view"} and isinstance(value, str) else value
        for name, value in arguments.items()
    }


def _judge(shown: dict[str, Any]) -> None:
    for block in shown.get("blocks") or []:
        assert_parsed(block)
    if shown.get("view"):
        assert_view_sound(shown["view"])
    for words in (*texts_in(shown.get("blocks")), str(shown.get("text", ""))):
        assert_nothing_live(words)
