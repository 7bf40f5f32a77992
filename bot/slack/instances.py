"""
Which Plainwire posts in a workspace: several with one token, each with a database, must not.

An *instance* is a database: its id is made once and stays through restarts, moves and any number of
processes. What we post names it in the message's metadata. A digest of a date that stands in the
channel counts as posted, whoever posted it, so each is looked for before it is posted, as far as
Slack's rates allow (decision 0012). Who sees a post of another instance made after the own start
stops working in that workspace, unless `--take-over` gave it the higher claim.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, NoReturn, Protocol

import structlog

from bot.errors import SlackError, StorageError

PREFIX: Final = "plainwire_"
CODE: Final = "other_instance"
# As long as another instance counts as being there after its last post: a week's pause, and a day.
REMEMBERED_SECONDS: Final = 8 * 86_400.0
# As long as its next digest may come at the same moment as ours.
RIVAL_SECONDS: Final = 2 * 86_400.0
# Looks without a suspicion: what even Slack's most restricted class of apps may read.
LOOK_EVERY_SECONDS: Final = 60.0
EVENT_SECONDS: Final = 3.0
SHARED_EVENT_SECONDS: Final = 600.0
# Only for the operator's own app, whose calls Slack does not cut to one a minute.
PATROL_SECONDS: Final = 30.0
SUSPICIOUS_PATROL_SECONDS: Final = 10.0
# After our start beside another connection; a day's digests show who it is.
SUSPECTED_SECONDS: Final = 25 * 3_600.0
_MOST_POSTS: Final = 5_000
_FRESH_SECONDS: Final = 5.0
log = structlog.get_logger(__name__)


class Facts(Protocol):
    """Small values that all processes of an instance share."""

    async def get(self, key: str) -> str | None: ...

    async def set(self, key: str, value: str) -> None: ...


class OtherInstance(SlackError):
    """Another instance posts in the workspace with the same token; we do nothing there any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """
    A post of another instance. Instants are UTC epoch seconds, by Slack's clock.

    Attributes:
        instance: Its id.
        at: When it posted.
        since: When the process that posted had started; 0 when it does not say.
        claim: When `--take-over` was given to it last; 0 when never.
        ended_us: We stopped because of it.
    """

    instance: str
    channel_id: str
    at: float
    since: float = 0.0
    claim: float = 0.0
    ended_us: bool = False

    @property
    def when(self) -> str:
        return f"{datetime.fromtimestamp(self.at, UTC):%Y-%m-%d %H:%M} UTC"


class Instances:
    """
    What one process knows of its own instance and of others.

    Args:
        own: Our id.
        facts: Where sightings are kept.
        claim: When we took over last (UTC epoch seconds); 0 when never.
        is_young: The database knows too little of the past to know what was posted.
        shared: Several processes work for this instance.
        clock: UTC epoch seconds.
    """

    def __init__(
        self,
        own: str,
        facts: Facts,
        *,
        claim: float = 0.0,
        is_young: bool = False,
        shared: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.own, self.claim, self._facts = own, claim, facts
        self._is_young, self._shared, self._clock = is_young, shared, clock
        self._started = clock()
        self._suspected_until = 0.0
        self._known: dict[str, Sighting] = {}
        self._read_at: dict[str, float] = {}
        self._looked_at: dict[str, float] = {}
        self._posts: dict[str, None] = {}
        self._last_post: dict[str, float] = {}
        self._stopped: dict[str, OtherInstance] = {}
        self._changed = asyncio.Event()
        self.turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    # What we say of ourselves

    def payload(self) -> dict[str, Any]:
        """Return what the metadata of our posts says of us."""
        claim = {"claim": self.claim} if self.claim else {}
        return {"instance": self.own, "since": round(self._started, 3), **claim}

    def note_post(self, workspace_id: str, ts: str) -> None:
        """Remember that we posted this message."""
        self._posts[ts] = None
        self._last_post[workspace_id] = _seconds(ts)
        if len(self._posts) > _MOST_POSTS:
            del self._posts[next(iter(self._posts))]

    def is_own_post(self, ts: str) -> bool:
        return ts in self._posts

    # Who else is there

    def connected(self, connections: int) -> None:
        """Take note of how many Socket Mode connections Slack counts as ours is made at our start."""
        if connections > 1 and not self._shared:
            self._suspected_until = self._clock() + SUSPECTED_SECONDS
            log.warning(
                "connected_twice",
                connections=connections,
                detail="Another program may be connected with the same app-level token.",
            )

    async def may_act(self, workspace_id: str) -> None:
        """Raise OtherInstance when we have to leave the workspace to another one."""
        if self._shared or workspace_id not in self._read_at:
            await self._read(workspace_id)
        if stopped := self._stopped.get(workspace_id):
            raise stopped

    def is_expected(self, workspace_id: str) -> bool:
        """Return whether another instance is likely to post what we are about to post."""
        return self.knows_rival(workspace_id) or self._clock() < self._suspected_until

    def knows_rival(self, workspace_id: str) -> bool:
        """Return whether another instance, with no lower claim, posted there within two days."""
        known = self._known.get(workspace_id)
        if known is None or known.claim < self.claim:
            return False
        return self._clock() - known.at < RIVAL_SECONDS

    def has_to_look(self, workspace_id: str) -> bool:
        """Return whether each digest of ours has to be looked for before it is posted."""
        return self._is_young or workspace_id in self._known or self.is_expected(workspace_id)

    def patrol_seconds(self, workspace_id: str) -> float | None:
        """Return how long until the next look into some channel; None: another process may do it."""
        if self._shared:
            return None
        return SUSPICIOUS_PATROL_SECONDS if self.is_expected(workspace_id) else PATROL_SECONDS

    def takes_event(self, workspace_id: str) -> bool:
        """Return whether a message of unknown origin is worth a look, and take the turn."""
        # Of several processes each knows only its own posts.
        every = SHARED_EVENT_SECONDS if self._shared else EVENT_SECONDS
        return self.takes_turn(f"{workspace_id}/events", every)

    def takes_turn(self, workspace_id: str, every_seconds: float = LOOK_EVERY_SECONDS) -> bool:
        """Return whether it is time to look without a reason, and take the turn."""
        now = self._clock()
        if now - self._looked_at.get(workspace_id, -every_seconds) < every_seconds:
            return False
        self._looked_at[workspace_id] = now
        return True

    async def see(
        self, workspace_id: str, channel_id: str, message: Any, off_seconds: float = 0.0
    ) -> bool:
        """
        Look at a message that was posted with our token; True when another instance posted it.

        Args:
            workspace_id: Where.
            channel_id: Where.
            message: As history shows it, with its metadata.
            off_seconds: How far Slack's clock is ahead of ours.
        """
        found = sighting_of(message, channel_id)
        if found is None or found.instance == self.own:
            return False
        known = self._known.get(workspace_id)
        newer = known is None or (known.claim, known.at) < (found.claim, found.at)
        if newer and self._clock() + off_seconds - found.at < REMEMBERED_SECONDS:
            self._known[workspace_id] = found
            await self._keep(workspace_id, found)
        if self._has_to_go(workspace_id, found, self._started + off_seconds):
            self._stop(workspace_id, found)
            await self._keep(workspace_id, replace(found, ended_us=True))
        return True

    async def ended(self, workspace_id: str) -> NoReturn:
        """Wait until we have to leave a workspace to another instance, and raise OtherInstance then."""
        while True:
            await self.may_act(workspace_id)
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_FRESH_SECONDS):
                    await self._changed.wait()

    async def _read(self, workspace_id: str) -> None:
        """Take over what other processes of our instance, or earlier ones, have seen."""
        now = self._clock()
        if now - self._read_at.get(workspace_id, -_FRESH_SECONDS) < _FRESH_SECONDS:
            return
        self._read_at[workspace_id] = now
        try:
            found = parse_sighting(await self._facts.get(sighting_key(workspace_id)))
        except StorageError as error:
            log.info("sightings_not_read", error=str(error))
            return
        if found is None:
            return
        if now - found.at < REMEMBERED_SECONDS:
            self._known[workspace_id] = found
        # Once taken over, a restart changes nothing; a quarrel of equals begins anew with it.
        taken_over = found.ended_us and found.claim > self.claim
        if taken_over or (found.ended_us and self._has_to_go(workspace_id, found, self._started)):
            self._stop(workspace_id, found)

    async def _keep(self, workspace_id: str, found: Sighting) -> None:
        try:
            await self._facts.set(sighting_key(workspace_id), json.dumps(asdict(found)))
        except StorageError as error:
            log.info("sighting_not_kept", error=str(error))

    def _has_to_go(self, workspace_id: str, found: Sighting, started: float) -> bool:
        """Return whether we stop: the higher claim goes on, else who is not the first to see the other."""
        if found.at < started or found.claim != self.claim:
            return found.at >= started and found.claim > self.claim
        if found.since > started and self._last_post.get(workspace_id, 0.0) >= found.since:
            # It sees ours after its start as well. One of us has to stay: who was there before.
            log.warning("other_instance_seen", workspace_id=workspace_id, when=found.when)
            return False
        return True

    def _stop(self, workspace_id: str, found: Sighting) -> None:
        if workspace_id in self._stopped:
            return
        does = "has taken over" if found.claim > self.claim else "posts with the same token"
        error = OtherInstance(
            f"Another Plainwire, with a database of its own, {does} (seen in {found.channel_id} at "
            f"{found.when}); two would post every digest twice, so this one has stopped.",
            code=CODE,
            next_step="Stop the other one. If this one is to go on instead: plainwire run --take-over",
        )
        log.error("other_instance", workspace_id=workspace_id, error=str(error))
        self._stopped[workspace_id] = error
        self._changed.set()


def sighting_of(message: Any, channel_id: str) -> Sighting | None:
    """Return which instance posted a message, from its metadata; None when it does not say."""
    metadata = message.get("metadata") if isinstance(message, dict) else None
    if not isinstance(metadata, dict) or not str(metadata.get("event_type")).startswith(PREFIX):
        return None
    payload = metadata.get("event_payload")
    if not isinstance(payload, dict) or not payload.get("instance"):
        return None
    return Sighting(
        instance=str(payload["instance"]),
        channel_id=channel_id,
        at=_seconds(message.get("ts")),
        since=_seconds(payload.get("since")),
        claim=_seconds(payload.get("claim")),
    )


def parse_sighting(stored: str | None) -> Sighting | None:
    """Return a sighting as it is kept among the facts; None when there is none."""
    if not stored:
        return None
    try:
        return Sighting(**json.loads(stored))
    except (ValueError, TypeError):
        return None


def sighting_key(workspace_id: str) -> str:
    """Return the name under which the last sighting in a workspace is kept."""
    return f"other_instance/{workspace_id}"


def _seconds(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return 0.0
