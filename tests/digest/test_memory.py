"""What a channel was told, and under which ids it is known again."""

from __future__ import annotations

from dataclasses import replace

from bot.digest.memory import Memory
from bot.news.scope import Scope
from tests.fakes.digest import make_story, make_told


def test_a_workspaces_copy_is_the_event_that_was_told():
    """A story told as the shared one is known again when the workspace's own copy of it comes."""
    shared = make_story("Harbor releases Pilot 2")
    copy = replace(shared, id="o_1", scope=Scope("T1", "C1"), copy_of=shared.id)
    of_copy = make_told(shared, story_id=copy.id, copy_of=shared.id)

    assert Memory([make_told(shared)], {}).of_story(copy) == make_told(shared)
    assert Memory([of_copy], {}).of_story(shared) == of_copy
    assert Memory([of_copy], {}).of_story(replace(shared, id="another")) is None
