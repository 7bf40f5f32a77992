"""What became of the digests, seen from outside: messages in the sandbox beside rows in the ledger."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from bot.digest.delivery import Delivery, DeliveryState
from bot.digest.preference import Channel
from bot.sandbox import Message
from bot.slack.search import EVENT_TYPE
from tests.chaos.ground import Ground, key_of

_MISSED = {DeliveryState.SKIPPED, DeliveryState.DEAD}
_OPEN = {DeliveryState.UNKNOWN, DeliveryState.RECONCILING}
# (workspace, channel name) -> what people were told about its digest.
Told = dict[tuple[str, str], list[str]]
_TOLD = re.compile(r"in #([a-z]+-[0-9]+) was not posted")


@dataclass
class Round:
    """Digests that became due together, the faults staged on them, and what could not be staged."""

    kind: str
    channels: list[Channel] = field(default_factory=list)
    staged: int = 0
    missed: list[str] = field(default_factory=list)
    name: str = ""


@dataclass
class Tally:
    """
    One line of the table.

    Attributes:
        drawn: How often this kind was drawn; `missed` names what could not be staged of that.
        wrong: What must not be, one sentence each.
    """

    drawn: int = 0
    staged: int = 0
    due: int = 0
    once: int = 0
    twice: int = 0
    told: int = 0
    silent: int = 0
    wrong: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Tally)))


async def is_settled(ground: Ground, one: Round) -> bool:
    """Return whether every digest of a round has come to an end."""
    rows = await ground.rows(one.channels)
    return all(rows[channel.key] and _ended(rows[channel.key]) for channel in one.channels)


def _ended(rows: Iterable[Delivery]) -> bool:
    return all(row.state in _MISSED | {DeliveryState.SENT} for row in rows)


async def count(ground: Ground, one: Round) -> Tally:
    """Compare what is in the channels with what the ledger and the direct messages say."""
    rows, told = await ground.rows(one.channels), told_about(ground)
    missed = one.missed or ([] if one.staged else [one.kind])
    total = Tally(drawn=1, staged=one.staged, due=len(one.channels), missed=missed)
    for channel in one.channels:
        total += _of_channel(ground, channel, rows[channel.key], told)
    return total


def _of_channel(ground: Ground, channel: Channel, rows: list[Delivery], told: Told) -> Tally:
    posts = Counter(name_in(message) for message in bot_messages(ground, channel))
    wanted = key_of(channel)
    row = next((row for row in rows if row.key == wanted), None)
    said = told.get((channel.workspace_id, channel.name), [])
    is_told = bool(said)
    result = Tally()
    times, where = posts.pop(str(wanted), 0), f"{wanted} ({row.state if row else 'no row'})"
    for name, more in posts.items():
        # A clock that jumped may have brought another date's digest: once, and in the ledger.
        if more > 1 or name not in {str(row.key) for row in rows}:
            result.wrong.append(f"{where}: {more} messages of {name or 'no delivery'}")
    if times > 1:
        result.twice = 1
        result.wrong.append(f"{where}: posted {times} times; {history(ground, channel)}")
    elif times == 1:
        result.once = 1
    elif row is not None and row.state in _MISSED | _OPEN and row.reason and is_told:
        result.told = 1
    else:
        result.silent = 1
        result.wrong.append(f"{where}: missing, told: {is_told}, reason: {row and row.reason}")
    if times and not all("may or may not" in sentence for sentence in said):
        result.wrong.append(f"{where}: posted, and people were told that it was not")
    return result


def history(ground: Ground, channel: Channel) -> str:
    """Return what was called for a channel, and when: for finding out how something went wrong."""
    return ", ".join(
        f"{call.method.rpartition('.')[2]} at {call.at % 3600:.2f} took {call.seconds:.2f} ({call.outcome})"
        for call in ground.sandbox.calls.entries
        if call.arguments.get("channel") == channel.channel_id
    )


def bot_messages(ground: Ground, channel: Channel) -> list[Message]:
    place = ground.place(channel)
    return [place.messages[ts] for ts in place.order if place.messages[ts].bot_id]


def name_in(message: Message) -> str:
    """Return the delivery that a message's metadata names, or ""."""
    data = message.metadata or {}
    if data.get("event_type") != EVENT_TYPE:
        return ""
    return str((data.get("event_payload") or {}).get("delivery", ""))


def told_about(ground: Ground) -> Told:
    """Return what direct messages said about digests that are missing."""
    found: Told = {}
    for workspace in ground.workspaces:
        for place in workspace.channels.values():
            for message in place.messages.values() if place.kind == "im" else ():
                for line in message.text.splitlines():
                    for name in _TOLD.findall(line):
                        found.setdefault((workspace.id, name), []).append(line)
    return found


def strays(ground: Ground, rounds: list[Round]) -> list[str]:
    """Return a sentence for every message of the bots' that nobody asked for."""
    known = {channel.key for one in rounds for channel in one.channels}
    found = []
    for workspace in ground.workspaces:
        for place in workspace.channels.values():
            for message in place.messages.values():
                if not message.bot_id or (workspace.id, place.id) in known:
                    continue
                if place.kind == "im" and _TOLD.search(message.text):
                    continue
                found.append(f"{workspace.id}/{place.id}: {message.text[:200]!r}")
    return found
