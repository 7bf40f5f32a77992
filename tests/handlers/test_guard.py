"""Whatever happens in a listener: Slack is answered, and the person gets a sentence, never a traceback."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.errors import SlackError, StorageError
from bot.render.command_names import CommandNames
from bot.render.message import Message
from handlers.guard import run
from handlers.inbound import Inbound

pytestmark = pytest.mark.anyio


class Heard:
    """The ways to a person, noted."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.acks: list[dict[str, Any]] = []
        self.told: list[tuple[str, str]] = []
        self.deaf = deaf
        self.whispers = SimpleNamespace(respond=self.respond)
        self.names = CommandNames()

    async def ack(self, **answer: Any) -> None:
        self.acks.append(answer)

    async def respond(self, url: str, message: Message) -> None:
        if self.deaf:
            raise SlackError("Slack is away.", code="http_502")
        self.told.append((url, message.text))

    async def announce(self, _workspace: str, channel: str, message: Message) -> None:
        self.told.append((channel, message.text))


async def ran(
    error: Exception | None, heard: Heard, body: dict[str, Any], *, ack_first: bool = False
):
    async def listener(_edge: Any, inbound: Inbound) -> None:
        if ack_first:
            await inbound.ack()
        if error is not None:
            raise error

    inbound = Inbound(body=body, send_ack=heard.ack, team_id="T1")
    await run(heard, listener, inbound)  # type: ignore[arg-type]  # the parts of an Edge that it uses


@pytest.mark.parametrize("ack_first", [True, False])
@pytest.mark.parametrize("error", [None, StorageError("disk"), RuntimeError("secret detail")])
async def test_acked_exactly_once(error: Exception | None, ack_first: bool):
    """With or without an error, before or after its own ack, Slack gets one acknowledgement."""
    heard = Heard()
    await ran(
        error, heard, {"response_url": "https://r", "user": {"id": "U1"}}, ack_first=ack_first
    )
    assert heard.acks == [{}]
    assert len(heard.told) == (error is not None)
    assert "secret detail" not in str(heard.told)


async def test_a_failed_view_says_so_at_its_first_field():
    """A submitted view stays open with the sentence at a field, where the person looks."""
    heard = Heard()
    view = {"blocks": [{"type": "section"}, {"type": "input", "block_id": "zone"}]}
    await ran(StorageError("disk"), heard, {"type": "view_submission", "view": view})
    [answer] = heard.acks
    assert answer["response_action"] == "errors"
    assert "Try again" in answer["errors"]["zone"]


async def test_without_a_response_url_a_direct_message():
    """From the App Home there is no response_url, so the sentence comes by direct message."""
    heard = Heard()
    await ran(StorageError("disk"), heard, {"user": {"id": "U1"}})
    assert heard.told[0][0] == "U1"


async def test_an_event_that_fails_tells_nobody():
    """Nobody waits for an event; a failure is logged and no channel hears of it."""
    heard = Heard()
    await ran(RuntimeError("bug"), heard, {"event": {"user": "U1", "channel": "C1"}})
    assert heard.told == []


async def test_not_even_telling_works():
    """When the sentence cannot be shown either, nothing escapes."""
    heard = Heard(deaf=True)
    await ran(StorageError("disk"), heard, {"response_url": "https://r"})
    assert heard.acks == [{}]
