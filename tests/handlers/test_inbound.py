"""Payloads are read tolerantly: what is missing is empty, never an error."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.inbound import Inbound

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
NAMES = ("team", "user", "channel", "event", "actions", "container", "message", "view", "text")
READ = (
    "workspace_id", "channel_id", "channel_name", "user_id", "is_stranger", "asker", "text", "trigger_id",
    "response_url", "secret_url", "event", "event_id", "delivery_key", "action", "value", "container", "message",
    "message_ts", "thread_ts", "is_private", "view", "view_id", "metadata",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_a_malformed_payload_is_never_an_error(body: dict[str, Any]):
    """Whatever stands in a payload, every part of it can be asked for."""
    for name in READ:
        getattr(Inbound(body=body), name)


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"channel_id": "C1", "team_id": "T1", "user_id": "U1"}, "a command"),
        ({"channel": {"id": "C1"}, "team": {"id": "T1"}, "user": {"id": "U1"}}, "an action"),
        ({"event": {"channel": "C1", "user": "U1"}, "team_id": "T1"}, "an event"),
        ({"container": {"channel_id": "C1"}, "team": {"id": "T1"}, "user": {"id": "U1"}}, "a menu"),
        ({"event": {"channel": {"id": "C1"}, "user": "U1"}, "team_id": "T1"}, "a rename"),
    ],
)
def test_the_same_names_everywhere(body: dict[str, Any], where: str):
    """Channel, workspace and person are found in each of the places that Slack puts them."""
    inbound = Inbound(body=body)
    found = (inbound.channel_id, inbound.workspace_id, inbound.user_id)
    assert found == ("C1", "T1", "U1"), where


@pytest.mark.parametrize(
    ("team", "enterprise", "stranger"),
    [("T1", None, False), ("T2", None, True), ("T2", {"id": "E1"}, False), ("", None, False)],
)
def test_a_stranger_is_of_another_team(team: str, enterprise: Any, stranger: bool):
    """Another team's member is a stranger, unless both are of one Enterprise Grid."""
    body = {"team": {"id": "T1"}, "user": {"id": "U1", "team_id": team}, "enterprise": enterprise}
    assert Inbound(body=body, team_id="T1").is_stranger is stranger


def test_the_installed_workspace_counts():
    """In a shared channel Slack names the other team in the payload; Bolt knows whose bot this is."""
    assert Inbound(body={"team": {"id": "T2"}}, team_id="T1").workspace_id == "T1"
