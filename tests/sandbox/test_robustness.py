"""Whatever a bot sends, the sandbox answers in Slack's form and never breaks."""

from __future__ import annotations

import random

import pytest

from bot.sandbox.registry import METHODS

pytestmark = pytest.mark.anyio

JUNK = [
    "",
    "x",
    "C01AINEWS01",
    "U01ADA00001",
    "1700000000.000001",
    "{",
    "null",
    0,
    -1,
    1.5,
    True,
    None,
    [],
    {},
    [None],
    [{}],
    ["x"],
    {"type": "modal"},
    {"type": "home", "blocks": "x"},
    {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [None]},
    {"event_type": 1, "event_payload": []},
    [{"type": "markdown_text", "text": None}],
    [{"type": "task_update"}],
    [{"id": "F1"}],
    "\ud83d\ude00" * 10,
]
NAMES = [
    "channel",
    "channel_id",
    "user",
    "users",
    "user_id",
    "ts",
    "thread_ts",
    "message_ts",
    "timestamp",
    "text",
    "blocks",
    "attachments",
    "metadata",
    "markdown_text",
    "chunks",
    "view",
    "view_id",
    "trigger_id",
    "external_id",
    "limit",
    "cursor",
    "oldest",
    "latest",
    "types",
    "name",
    "files",
    "file",
    "filename",
    "length",
    "status",
    "prompts",
    "loading_messages",
    "recipient_user_id",
    "recipient_team_id",
    "inclusive",
    "bot",
    "title",
    "hash",
    "error",
]


@pytest.mark.parametrize("name", sorted(METHODS))
async def test_junk_gets_an_answer_in_slacks_form(sandbox, session, name):
    """Any arguments to any method give 200 with `ok`, never a server error."""
    dice = random.Random(name)
    token = sandbox.app_token if METHODS[name].credential == "app" else sandbox.bot_token
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(60):
        chosen = dice.sample(NAMES, dice.choice([1, 3, 6, len(NAMES)]))
        body = {each: dice.choice(JUNK) for each in chosen}
        if dice.random() < 0.7:
            body |= {"channel": "C01AINEWS01", "channel_id": "C01AINEWS01"}
        url = f"{sandbox.api_url}{name}"
        async with session.post(url, json=body, headers=headers) as answer:
            assert answer.status == 200, body
            assert isinstance((await answer.json())["ok"], bool)
        if sandbox.hub.tokens[sandbox.bot_token] == "":
            return  # auth.revoke did its work
