"""
A request: something a person asked of us, recorded before it is acted on.

    received ──> working ──> answered   (working ──> working: the begun answer's ts is stored)
        │           ├──────> received   (the process died, or the model asked us to wait)
        └───────────┴──────> expired | failed
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import SecretStr

from bot.news.scope import Scope


class RequestKind(StrEnum):
    """What was asked. Several Slack events can mean one kind."""

    QUESTION = "question"  # a thread reply, a mention, a direct message
    EXPLAIN = "explain"  # /explain, and the message shortcut "Explain this"
    EXPLAIN_MORE = "explain-more"  # the button under a story: the full form, once per thread
    REPHRASE = "rephrase"  # Simpler, More detail: an earlier answer again, privately or in place


class RequestState(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    WORKING = "working"
    ANSWERED = "answered"
    EXPIRED = "expired"
    FAILED = "failed"


REQUEST_FINAL = frozenset({RequestState.ANSWERED, RequestState.EXPIRED, RequestState.FAILED})

REQUEST_TRANSITIONS: dict[RequestState, frozenset[RequestState]] = {
    RequestState.RECEIVED: frozenset(
        {RequestState.WORKING, RequestState.EXPIRED, RequestState.FAILED}
    ),
    RequestState.WORKING: frozenset(
        {
            # Working again: the ts of the answer just begun is stored.
            RequestState.WORKING,
            RequestState.RECEIVED,
            RequestState.ANSWERED,
            RequestState.EXPIRED,
            RequestState.FAILED,
        }
    ),
    RequestState.ANSWERED: frozenset(),
    RequestState.EXPIRED: frozenset(),
    RequestState.FAILED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """
    One row of the ledger of requests. All instants are aware UTC.

    Attributes:
        source_key: Unique: Slack's event id, or the trigger id of a command, button or shortcut.
        twin_key: Unique too: "channel:ts" for anything said in a message, so that an app_mention
            and its message twin, or the two deliveries of a shared channel, are one request; for
            commands and buttons the same as `source_key`.
        text: What was said, decoded (no Slack entities); stored encrypted.
        thread_ts: The thread to answer in; None for a private answer outside a thread.
        message_ts: The message that was asked with or about.
        private: Only the asker sees the answer.
        response_url: For private answers (5 uses, 30 minutes); stored encrypted.
        details: Small facts by kind, such as {"story": "s_…", "revision": "2", "level": "expert"}.
        answer_ts: The message or stream that carries the answer, stored when it is started; see
            `bot.chat.ports.Place`.
        held: Read by `RequestStore.unfinished` alone, by the clock that all processes share: whether
            one of them said not long ago that it is at it; None when none ever said so.
        attempt: Grows with every change; a change is a compare-and-set on (state, attempt).
    """

    source_key: str
    twin_key: str
    kind: RequestKind
    workspace_id: str
    channel_id: str
    user_id: str
    text: str
    received_at: datetime
    thread_ts: str | None = None
    message_ts: str | None = None
    private: bool = False
    response_url: SecretStr | None = None
    details: dict[str, str] = field(default_factory=dict)
    state: RequestState = RequestState.RECEIVED
    attempt: int = 0
    answer_ts: str | None = None
    not_before: datetime | None = None
    reason: str = ""
    held: bool | None = field(default=None, compare=False)

    @property
    def scope(self) -> Scope:
        """Return what decides which stories are seen where this was asked."""
        return Scope(self.workspace_id, self.channel_id)
