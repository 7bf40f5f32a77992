"""Builders for the tests of answers: places, pieces, messages, and who was told a ts."""

from __future__ import annotations

from bot.chat.ports import Place
from bot.render.blocks import actions, button, context, section
from bot.render.message import Message
from bot.render.mrkdwn import Escaped, escape, join, trusted
from bot.slack.answers import DeskSettings, SlackAnswerDesk
from bot.slack.pacing import Pacer
from bot.slack.stream import StreamTimes

TEAM = "T01SANDBOX1"
NEWS = "C01AINEWS01"
ADA = "U01ADA00001"
FAST = StreamTimes(append_chars=800, first_pause_seconds=0.1, longest_seconds=5.0)


def make_desk(clients, *, times: StreamTimes = FAST, **settings) -> SlackAnswerDesk:
    return SlackAnswerDesk(clients, Pacer(), settings=DeskSettings(times=times, **settings))


def ask_in(sandbox, text: str = "What is RAG?") -> Place:
    """Let Ada ask in #ai-news and return the place of the answer: the thread below."""
    sandbox.as_user("ada").join("ai-news")
    ts = sandbox.as_user("ada").post("ai-news", text).ts
    return Place(
        workspace_id=TEAM, channel_id=NEWS, user_id=ADA, thread_ts=ts, request_key=f"Ev{ts}"
    )


def sentences(count: int = 12, words: int = 16) -> list[Escaped]:
    """Return sentences with different words; twelve of sixteen are about 200 words."""
    return [
        escape(" ".join(f"word{number}x{word}" for word in range(words)) + ".")
        for number in range(count)
    ]


def message_of(pieces: list[Escaped], *, label: str = "Sources: The Verge") -> Message:
    """Return the whole answer as render makes it: text, small print, a button."""
    text = join(trusted(" "), pieces)
    return Message(
        text=str(text.cut(3_500)),
        blocks=(
            section(text),
            context(escape(label)),
            actions(
                [button(escape("Simpler"), action_id="answer_simpler", value="key")], block_id="b1"
            ),
        ),
    )


class Started:
    """Remembers the ts that an answer was begun with."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def __call__(self, answer_ts: str) -> None:
        self.told.append(answer_ts)


def visible(message) -> str:
    """Return everything that a person reads in a message, white space folded."""
    texts: list[str] = []

    def walk(value) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("text"), str):
                texts.append(value["text"])
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(message.blocks or [{"text": message.text}])
    return " ".join(" ".join(texts).split())


def shows_once(message, pieces: list[Escaped]) -> bool:
    """Return whether every piece stands in the message exactly once."""
    told = visible(message)
    return all(told.count(str(piece)) == 1 for piece in pieces)
