"""Fault switches: what a real network and a real Slack do now and then, on command."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

KINDS = (
    "429",  # refused with Retry-After; nothing happened
    "500",  # HTTP 500 without JSON; nothing happened
    "accept_then_500",  # it happened, the answer is HTTP 500
    "accept_then_drop",  # it happened, the connection ends without an answer
    "drop_before",  # the connection ends, nothing happened
    "slow",  # it happens after `seconds`
    "accept_then_slow",  # it happened, the answer comes after `seconds`
    "error",  # `ok: false` with `error`; nothing happened
    "disconnect",  # every Socket Mode connection is cut; the call itself goes on
)


@dataclass(slots=True, kw_only=True)
class Fault:
    """
    One switch.

    Attributes:
        method: Name or pattern (`chat.*`) of the API method.
        channel: Only for this channel id; "" means any.
        times: How many calls it hits; None means until it is removed.
        every: Hits each Nth matching call, counted from the switch on; None means each.
        skip: Leaves this many matching calls alone first.
        retry_after: Whole seconds, for "429".
        seconds: For the slow kinds.
        error: Slack's error code, for "error".
        text: Only calls whose arguments contain this text; "" means any.
    """

    kind: str
    method: str = "*"
    channel: str = ""
    times: int | None = 1
    every: int | None = None
    skip: int = 0
    retry_after: int = 1
    seconds: float = 0.0
    error: str = "internal_error"
    text: str = ""
    seen: int = 0
    hits: int = 0

    def matches(self, method: str, channel: str, text: str) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        if self.channel and channel != self.channel:
            return False
        return fnmatchcase(method, self.method) and self.text in text

    def strikes(self) -> bool:
        """Count one matching call and return whether it is hit."""
        self.seen += 1
        due = self.seen > self.skip
        if due and self.every:
            due = (self.seen - self.skip) % self.every == 0
        self.hits += due
        return due


@dataclass(slots=True)
class Faults:
    """All switches, in the order in which they were added; the first that strikes wins."""

    switches: list[Fault] = field(default_factory=list)

    def add(self, *, kind: str, **settings: Any) -> Fault:
        """
        Switch a fault on; see `Fault` for the settings. With `every`, `times` is unlimited.

        Raises:
            ValueError: The kind is unknown.
        """
        if kind not in KINDS:
            known = ", ".join(KINDS)
            raise ValueError(f"Unknown fault kind {kind!r}. Use one of: {known}.")
        if settings.get("every") is not None:
            settings.setdefault("times", None)
        fault = Fault(kind=kind, **settings)
        self.switches.append(fault)
        return fault

    def clear(self) -> None:
        self.switches.clear()

    def for_call(self, method: str, channel: str, text: str = "") -> Fault | None:
        """Return the fault that hits this call, if any; its counters move on."""
        for fault in self.switches:
            if fault.matches(method, channel, text) and fault.strikes():
                return fault
        return None

    def listed(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.switches]
