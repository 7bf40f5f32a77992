"""Who may press a button under an answer."""

from __future__ import annotations

import pytest

from bot.chat.whose_answer import Presser, may_use
from tests.fakes.chat import make_request

HERE, ELSEWHERE, DIRECT = "C1", "C2", "D1"


@pytest.mark.parametrize(
    ("private", "asked_in", "shared", "presser", "may"),
    [
        (True, HERE, False, ("T1", HERE, "U1"), True),
        (True, HERE, False, ("T1", DIRECT, "U1"), True),  # it reached them by direct message
        (True, HERE, False, ("T1", HERE, "U2"), False),
        (True, HERE, True, ("T1", HERE, "U2"), True),
        (True, HERE, True, ("T1", ELSEWHERE, "U2"), False),
        (True, HERE, True, ("T2", HERE, "U1"), False),
        (False, HERE, False, ("T1", HERE, "U2"), True),
        (False, HERE, False, ("T1", ELSEWHERE, "U1"), False),
        (False, HERE, False, ("T2", HERE, "U1"), False),
        (False, DIRECT, False, ("T1", DIRECT, "U1"), True),
        (False, DIRECT, False, ("T1", DIRECT, "U2"), False),
        (True, DIRECT, True, ("T1", DIRECT, "U2"), False),
    ],
)
def test_only_who_sees_an_answer_may_use_it(
    private: bool, asked_in: str, shared: bool, presser: tuple[str, str, str], may: bool
):
    """Private: its asker, and once shared the channel; public: its conversation; direct: one person."""
    request = make_request(private=private, channel_id=asked_in)
    workspace, channel, user = presser
    pressed = Presser(workspace_id=workspace, channel_id=channel, user_id=user)
    assert may_use(request, pressed, shared=shared) is may
