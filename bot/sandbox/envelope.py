"""What Slack hands to an app: one envelope, its acknowledgement, and the record of both."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """
    The app's answer in time.

    Attributes:
        payload: What came with it (`{}` for a bare one).
    """

    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Envelope:
    """
    One payload on its way to the app.

    Attributes:
        kind: "events_api", "slash_commands" or "interactive".
        attempts: How often it was sent so far.
        outcome: "pending", "acked" or "failed".
        last_problem: Why the latest attempt failed, in Slack's words for `retry_reason`.
    """

    kind: str
    payload: dict[str, Any]
    team: str
    envelope_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    attempts: int = 0
    outcome: str = "pending"
    last_problem: str = ""
    ack: Ack | None = None

    @property
    def event_id(self) -> str:
        return str(self.payload.get("event_id", ""))

    @property
    def accepts_response_payload(self) -> bool:
        return self.kind != "events_api"

    def frame(self) -> dict[str, Any]:
        """Return the Socket Mode frame of the current attempt."""
        frame: dict[str, Any] = {
            "envelope_id": self.envelope_id,
            "type": self.kind,
            "payload": self.payload,
            "accepts_response_payload": self.accepts_response_payload,
        }
        if self.kind == "events_api":
            frame["retry_attempt"] = max(0, self.attempts - 1)
            frame["retry_reason"] = self.last_problem
        return frame


def event_callback(
    *, team: str, app_id: str, token: str, bot_user: str, event: dict[str, Any], now: float
) -> dict[str, Any]:
    """Return the Events API body around *event*, with a fresh event id."""
    return {
        "token": token,
        "team_id": team,
        "context_team_id": team,
        "context_enterprise_id": None,
        "api_app_id": app_id,
        "event": event,
        "type": "event_callback",
        "event_id": "Ev" + secrets.token_hex(5).upper(),
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team,
                "user_id": bot_user,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": "4-" + secrets.token_urlsafe(24),
    }
