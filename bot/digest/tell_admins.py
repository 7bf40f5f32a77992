"""
Use case: telling the admins once which feeds serve their whole workspace.

Feeds that were added before a feed served one conversation alone stay those of the whole workspace.
Each admin is told at most once: it is written down before the message is sent, and taken back only
when Slack certainly did not take it. A process that dies in between may leave somebody untold, never
told twice; the Home tab shows the same list to admins at any time.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

import structlog

from bot.digest.outcome import NotPosted
from bot.digest.ports import AdminNotes, Poster
from bot.digest.tell import RenderNotice
from bot.explain.outgoing.named import shown_feed
from bot.news.feed import Feed
from bot.news.ports import FeedStore
from bot.news.scope import Scope
from bot.render.message import Message
from bot.workspace import InstallationStore

OWN_FEEDS = "own-feeds"
_MAX_LISTED = 25

log = structlog.get_logger(__name__)


class TellAdmins:
    """
    Tells the admins of each workspace that is owed the message.

    Args:
        notes: Who is owed it, and who got it.
        feeds: All feeds.
        installations: Names who installed the app, who is told when no admin can be.
        poster: Sends direct messages.
        render_notice: Makes a message of sentences.
    """

    def __init__(
        self,
        *,
        notes: AdminNotes,
        feeds: FeedStore,
        installations: InstallationStore,
        poster: Poster,
        render_notice: RenderNotice,
    ) -> None:
        self._notes, self._feeds, self._installations = notes, feeds, installations
        self._poster, self._render_notice = poster, render_notice

    async def run(self) -> None:
        """Tell whoever is still owed it; where nobody can be reached, a later run tries again."""
        for workspace_id in await self._notes.owed(OWN_FEEDS):
            found = await self._feeds.all(Scope(workspace_id))
            feeds = [polled.feed for polled in found]
            if not feeds or await self._told(workspace_id, feeds):
                await self._notes.settle(workspace_id, OWN_FEEDS)

    async def _told(self, workspace_id: str, feeds: Sequence[Feed]) -> bool:
        """Return whether it is done with: somebody was told, or may have been, and nobody has to wait."""
        message = self._render_notice(workspace_feeds_message(feeds))
        for look_up in (self._poster.admins, self._installer):
            told = await self._tell_all(workspace_id, await look_up(workspace_id), message)
            if told is not _Told.NOBODY:
                return told is _Told.SOMEBODY
        return False

    async def _tell_all(self, workspace_id: str, people: Sequence[str], message: Message) -> _Told:
        told = _Told.NOBODY
        for person in dict.fromkeys(people):
            if not await self._notes.claim(workspace_id, OWN_FEEDS, person):
                told = _Told.SOMEBODY
                continue
            outcome = await self._poster.tell(workspace_id, person, message)
            if not isinstance(outcome, NotPosted):
                told = _Told.SOMEBODY
                continue
            await self._notes.release(workspace_id, OWN_FEEDS, person)
            log.warning("admin_not_told", workspace_id=workspace_id, code=outcome.code)
            if outcome.retry_after_seconds is not None:
                return _Told.LATER
            # One who can never be reached must not keep the others from being done with.
        return told

    async def _installer(self, workspace_id: str) -> list[str]:
        installation = await self._installations.get(workspace_id)
        return [installation.installed_by] if installation and installation.installed_by else []


class _Told(Enum):
    """Whom a message reached, or may have reached."""

    NOBODY = auto()
    SOMEBODY = auto()
    LATER = auto()  # at least one of them has to wait


def workspace_feeds_message(feeds: Sequence[Feed]) -> tuple[str, ...]:
    """Return what admins are told of the feeds that serve their whole workspace, a sentence a line."""
    lines = [f"• {feed.name} ({feed.url})" for feed in map(shown_feed, feeds[:_MAX_LISTED])]
    if more := len(feeds) - len(lines):
        lines.append(f"and {more} more; `/digest feeds` lists them all.")
    return (_WHAT_THEY_ARE, *lines, _WHAT_IS_NEW, _WHAT_TO_DO)


_WHAT_THEY_ARE = (
    "These feeds were added by people here and serve the whole workspace: their stories can appear "
    "in the digest of every channel and in people's own digests."
)
_WHAT_IS_NEW = (
    "What is added from now on serves only the conversation in which it is added; that a feed serves "
    "the whole workspace is for admins like you to decide."
)
_WHAT_TO_DO = (
    "`/digest unshare` and an address, typed in a channel, lets a feed serve that channel alone; "
    "`/digest remove` and an address takes it away."
)
