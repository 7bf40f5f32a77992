"""A small window with a few sentences, for places where no message can be shown (the App Home)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.render import blocks, inputs
from bot.render.inputs import View
from bot.render.mrkdwn import escape
from bot.render.notice import lines_of

NOTE_VIEW: Final = "note"


def note_view(sentences: Sequence[str]) -> View:
    """Return a modal that says *sentences*, one per line."""
    return inputs.modal(
        escape("Plainwire"),
        [blocks.section(lines_of(sentences))],
        callback_id=NOTE_VIEW,
        close=escape("Close"),
    )


def data_deleted(gone: int) -> View:
    """Return what stands there after *Delete my data*; *gone* is how many things were erased."""
    if gone == 0:
        return note_view(["Nothing was stored about you, so there was nothing to delete."])
    things = "1 thing" if gone == 1 else f"{gone} things"
    return note_view(
        [
            f"Deleted: {things} (questions, answers to them, clicks, your own digest).",
            "Messages that stand in Slack stay there; delete those in Slack.",
        ]
    )
