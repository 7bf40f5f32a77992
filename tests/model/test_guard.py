"""The guard lets stateless calls pass and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.guard import ALLOWED_KEYS, check
from bot.model.port import StatefulCall

PLAIN: dict[str, Any] = {
    "model": "d",
    "instructions": "Explain.",
    "input": [{"role": "user", "content": "Hello"}],
    "max_output_tokens": 100,
    "store": False,
    "stream": True,
    "text": {"format": {"type": "json_schema", "name": "x", "strict": True, "schema": {}}},
    "reasoning": {"effort": "low"},
    "prompt_cache_key": "k",
}


def body(**changes: Any) -> bytes:
    return json.dumps({**PLAIN, **changes}).encode()


def test_plain_call_passes():
    """A call with store false, plain messages and known keys goes through."""
    check("POST", "/responses", body())


def test_chat_call_passes():
    """The other allowed path has its own closed list of keys."""
    chat = {"model": "d", "messages": [{"role": "user", "content": "x"}], "store": False}
    check("POST", "/chat/completions", json.dumps(chat).encode())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/responses"),
        ("GET", "/responses/resp_1"),
        ("DELETE", "/responses/resp_1"),
        ("POST", "/responses/resp_1/cancel"),
        ("POST", "/responses/"),
        ("POST", "/files"),
        ("POST", "/conversations"),
        ("POST", "/embeddings"),
        ("POST", "/batches"),
        ("post", "/responses"),
    ],
)
def test_other_calls_are_stopped(method: str, path: str):
    """Only POST to the allow-listed paths leaves the process."""
    with pytest.raises(StatefulCall):
        check(method, path, body())


@pytest.mark.parametrize(
    "changes",
    [
        {"store": True},
        {"store": None},
        {"store": 0},
        {"store": "false"},
        {"previous_response_id": "resp_1"},
        {"previous_response_id": None},
        {"conversation": "conv_1"},
        {"prompt": {"id": "p"}},
        {"background": True},
        {"include": ["reasoning.encrypted_content"]},
        {"tools": []},
        {"metadata": {"user": "x"}},
        {"context_management": []},
        {"brand_new_key": 1},
        {"reasoning": {"effort": "low", "context": "all_turns"}},
        {"text": {"format": {}, "verbosity": "low"}},
        {"input": []},
        {"input": "just a string"},
        {"input": [{"type": "item_reference", "id": "msg_1"}]},
        {"input": [{"role": "user", "content": "x", "id": "msg_1"}]},
        {"input": [{"role": "tool", "content": "x"}]},
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]},
        {"input": [{"type": "reasoning", "encrypted_content": "…", "summary": []}]},
    ],
)
def test_state_in_any_form_is_stopped(changes: dict[str, Any]):
    """Stored answers, references, files, tools and keys we do not know never leave."""
    with pytest.raises(StatefulCall):
        check("POST", "/responses", body(**changes))


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff"])
def test_unreadable_body_is_stopped(raw: bytes):
    """What the guard cannot read it does not let pass."""
    with pytest.raises(StatefulCall):
        check("POST", "/responses", raw)


@given(st.text(min_size=1).filter(lambda key: key not in ALLOWED_KEYS["/responses"]), st.integers())
def test_every_unknown_key_is_stopped(key: str, value: int):
    """The list is closed: whatever a later SDK adds is refused until somebody allows it."""
    with pytest.raises(StatefulCall):
        check("POST", "/responses", body(**{key: value}))


def test_missing_store_is_stopped():
    """The provider's default is to keep answers for 30 days, so leaving it out is not enough."""
    without = {key: value for key, value in PLAIN.items() if key != "store"}

    with pytest.raises(StatefulCall, match="store"):
        check("POST", "/responses", json.dumps(without).encode())
