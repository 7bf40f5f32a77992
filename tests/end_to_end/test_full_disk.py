"""A disk that is full for a while: nothing that people asked is lost, and everybody is told."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import event
from sqlalchemy.pool import Pool

from bot.app.checkup import examine
from bot.app.newsroom import load_cipher
from bot.app.status import read_status
from bot.app.web_side import health_of, read_figures
from bot.cli.status import _as_json, _lines
from bot.manifest import manifest
from bot.sandbox import Sandbox, Timings, app_from_manifest
from bot.settings import load_settings
from storage.database import Database
from tests.fakes.azure import Stall
from tests.fakes.disk import LONG, Disk, ReadOnly
from tests.fakes.talk import Talk, open_talk, said_in

pytestmark = pytest.mark.anyio


async def probes(talk: Talk) -> list[tuple[int, str | None]]:
    """Return status and reason of /healthz and /livez."""
    health, request = health_of(talk.bot), make_mocked_request("GET", "/")
    answers = [await health.handle(request), await health.alive(request)]
    return [(each.status, json.loads(each.text or "{}").get("reason")) for each in answers]


async def test_questions_on_a_full_disk(tmp_path: Path):
    """Not acknowledged, the asker told once, health, metrics, and status name it; then answered once."""
    fast = Timings(retry_delays=(0.0, 0.05, 0.05), ack=1.0)
    async with open_talk(tmp_path, timings=fast) as talk:
        disk = Disk(talk.database)
        settings = talk.bot.newsroom.settings
        async with disk:
            asked = talk.as_user("ada").post(
                "ai-news", f"#1 what does it need{LONG}?", thread_ts=talk.digest.ts
            )
            note = await talk.whispered("ada", "cannot store")
            await talk.until(lambda: talk.bot.conversation.unwritten == 1)
            envelopes = [
                one for one in talk.sandbox.deliveries.log if asked.ts in said_in(one.payload)
            ]
            assert "acked" not in {one.outcome for one in envelopes}
            health, alive = await probes(talk)
            figures = await read_figures(talk.bot)
            status = await read_status(settings, talk.database, talk.bot.newsroom.clock.now())
        answer = await talk.answer_in(talk.digest.ts)
        await talk.sandbox.settle()
        await talk.quiet()

        assert note["thread_ts"] == talk.digest.ts
        assert len(talk.as_user("ada").ephemerals()) == 1
        assert talk.replies(talk.digest.ts) == [answer]
        assert talk.bot.conversation.unwritten == 0
        assert health == (503, "disk_full")
        assert alive == (200, None)
        assert (figures.trouble, figures.unwritten) == ("disk_full", 1)
        text = "\n".join(_lines(status))
        assert text.startswith("Database: The disk that holds the database is full")
        assert "Free some space" in text
        assert _as_json(status)["database"]["reason"] == "disk_full"
        assert (await probes(talk))[0] == (200, None)


async def test_a_disk_that_fails_in_the_middle_of_an_answer(tmp_path: Path):
    """What was begun when nothing could be stored any more is completed where it stands: one answer."""
    async with open_talk(tmp_path) as talk:
        talk.azure.then(Stall(seconds=0.5))
        talk.azure.called.clear()
        talk.as_user("ada").post("ai-news", "#1 what does it need?", thread_ts=talk.digest.ts)
        await talk.azure.called.wait()
        with ReadOnly(talk.database):
            # The answer stands in Slack, and that it does could not be written down.
            await talk.until(lambda: talk.replies(talk.digest.ts))
            await asyncio.sleep(0.2)
        await talk.quiet()

        [answer] = talk.replies(talk.digest.ts)
        assert "went wrong" not in said_in(answer.blocks)


async def test_doctor_on_a_full_disk(tmp_path: Path):
    """The database is what fails, with its remedy; Slack, which is well, is not blamed for the disk."""
    async with Sandbox(rate_limits="off", app=app_from_manifest(manifest())) as sandbox:
        settings = load_settings(
            _env_file=None,
            SLACK_API_URL=sandbox.api_url,
            SLACK_BOT_TOKEN=sandbox.bot_token,
            SLACK_APP_TOKEN=sandbox.app_token,
            DATABASE_URL=f"sqlite:////{str(tmp_path / 'p.db').lstrip('/')}",
        )
        async with await Database.open(
            settings.database_url, cipher=load_cipher(settings)
        ) as database:
            await database.facts.set("starter_feeds", "added")
        event.listen(Pool, "checkout", may_not_grow)
        try:
            found = [finding async for finding in examine(settings)]
        finally:
            event.remove(Pool, "checkout", may_not_grow)

    by_area = {one.area: one for one in reversed(found)}
    assert by_area["database"].state == "failed"
    assert "full" in by_area["database"].what
    assert "Free some space" in by_area["database"].next_step
    assert {one.state for one in found if one.area == "slack"} == {"ok"}, found


def may_not_grow(connection: Any, _record: object, _proxy: object) -> None:
    """Keep every database that is opened from growing."""
    connection.cursor().execute("PRAGMA max_page_count = 1")
