"""What a channel was told, and under which ids it is known again."""

from __future__ import annotations

from dataclasses import replace

from bot.digest.memory import Memory
from tests.fakes.digest import make_story, make_told


def test_a_workspaces_copy_is_the_event_that_was_told():
    """A story told as the shared one is known again when the workspace's own copy of it comes."""
    shared = replace(make_story("Harbor releases Pilot 2"), id="s_0123456789ab")
    told = make_told(shared)

    memory = Memory([told], {})

    assert memory.of_story("w_0123456789ab_ff00") == told
