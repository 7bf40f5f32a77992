"""What is loaded when: heavy libraries only where they are needed."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.fakes.place import Place, open_place
from tests.fakes.program import environment, started

pytestmark = pytest.mark.anyio

# Says which of the named modules the process had loaded when it became ready, then goes on.
_SPY = """
import json, sys
import bot.cli.root, bot.logs, structlog

def tell(logger, method, event):
    if event.get("event") == "bot_ready":
        print(json.dumps(sorted(sys.modules)), flush=True)
    return event

configure = bot.logs.configure_logs
def with_spy(*arguments, **named):
    configure(*arguments, **named)
    structlog.configure(processors=[tell, *structlog.get_config()["processors"]])
bot.logs.configure_logs = with_spy
sys.argv = ["plainwire", "run"]
bot.cli.root.run()
"""


async def loaded_by(statement: str, folder: Path) -> set[str]:
    """Return the modules that a fresh process has loaded after a statement."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"{statement}\nimport json, sys; print(json.dumps(sorted(sys.modules)))",
        cwd=folder,
        env=environment(),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return set(json.loads(out))


@pytest.fixture
async def place(anyio_backend: str, tmp_path: Path):
    async with open_place(tmp_path) as opened:
        yield opened


async def test_composition_loads_no_model_library(tmp_path: Path):
    """Importing the bot loads neither openai nor alembic nor the parsers, which have their own processes."""
    loaded = await loaded_by("import bot.app.bot, handlers", tmp_path)

    assert not {"openai", "alembic", "trafilatura", "fastfeedparser", "feedparser"} & loaded


async def test_help_needs_no_heavy_library(tmp_path: Path):
    """The command table loads neither network nor database nor Slack nor model libraries."""
    loaded = await loaded_by("import bot.cli.root", tmp_path)

    heavy = {"aiohttp", "sqlalchemy", "slack_sdk", "slack_bolt", "openai", "alembic", "pydantic"}
    assert not heavy & loaded


async def test_connected_bot_has_loaded_no_openai_and_no_alembic(place: Place):
    """With a model configured and the database up to date, a bot connects without either of them."""
    await place.set_up()
    async with started(cwd=place.folder, program=("-c", _SPY), **place.settings) as program:
        line = await program.says('"bot.app.bot"')
        await program.says("bot_ready")
        program.stop()
        finished = await program.ended()

    loaded = set(json.loads(line))
    assert "slack_bolt" in loaded
    assert {"openai", "httpx2", "alembic"} & loaded == set()
    assert finished.code == 0
    assert finished.quiet, finished.err
