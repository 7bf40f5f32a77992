"""The agent view: its courtesies where a workspace has switched it on, and nothing of it elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.manifest import manifest, optional_scopes, required_scopes
from bot.sandbox import App, app_from_manifest
from bot.sandbox.status import prompts
from tests.fakes.talk import Talk, blocks_text, open_talk

pytestmark = pytest.mark.anyio
PROMPTS = "assistant.threads.setSuggestedPrompts"
STATUS = "assistant.threads.setStatus"


def agent() -> App:
    """Return the app as an operator makes it who adds the agent view to the manifest."""
    scopes = frozenset({*required_scopes(), *optional_scopes(), "assistant:write"})
    return app_from_manifest(manifest(), agent_view=True, scopes=scopes)


def statuses(talk: Talk) -> list[str]:
    return [str(call.arguments["status"]) for call in talk.sandbox.calls.of(STATUS, outcome="ok")]


async def test_prompts_and_status_lines(tmp_path: Path):
    """Opening the messages tab brings prompts; each of them, sent, is answered under a status line."""
    async with open_talk(tmp_path, app=agent(), digest=False) as talk:
        ada = talk.as_user("ada")
        ada.open_home("messages")
        await talk.until(lambda: talk.sandbox.calls.of(PROMPTS, outcome="ok"))
        [suggested] = prompts(talk.sandbox.hub).values()
        assert len(suggested) == 3

        said = [ada.post("", prompt["message"]) for prompt in suggested]
        for message in said:
            answer = await talk.answer_in(message.ts, message.channel)
            assert answer.thread_ts == message.ts
        digest, term, helped = [talk.replies(one.ts, one.channel)[0] for one in said]

        assert "no digest of your own" in digest.text
        assert "numbers anyone may download" in term.text
        assert "`/explain`" in helped.text
        assert statuses(talk)
        assert talk.refused == []


async def test_without_it_nothing_is_asked_for(tmp_path: Path):
    """By default there are no prompts, no refused calls, and answers come all the same."""
    assert "agent_view" not in manifest()["features"]
    async with open_talk(tmp_path, digest=False) as talk:
        ada = talk.as_user("ada")
        ada.open_home("messages")
        message = ada.post("", "what are open weights?")
        answer = await talk.answer_in(message.ts, message.channel)
        await talk.sandbox.settle()

        assert "glossary" in blocks_text(answer)
        assert talk.sandbox.calls.count(PROMPTS) == 0
        assert talk.refused == []


async def test_a_workspace_that_is_no_agent_is_asked_once(tmp_path: Path):
    """With the scope but without the view Slack refuses prompts; that is remembered, and no trouble."""
    app = agent()
    app.agent_view = False
    async with open_talk(tmp_path, app=app, digest=False) as talk:
        ada = talk.as_user("ada")
        for _ in range(3):
            ada.open_home("messages")
            await talk.sandbox.settle()
            await talk.quiet()
        message = ada.post("", "what are open weights?")
        await talk.answer_in(message.ts, message.channel)

        assert talk.refused == [f"{PROMPTS}: not_agent_app"]
