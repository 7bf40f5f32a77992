"""Use case: gathering what one person's App Home shows."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.chat.ports import People
from bot.digest.ports import ChannelStore, RulesStore
from bot.digest.preference import Channel
from bot.errors import SlackError
from bot.explain.glossary import Glossary, GlossaryEntry
from bot.explain.outgoing.named import shown_feed
from bot.news.ports import FeedStore
from bot.news.scope import Scope
from bot.render.glossary_view import glossary_page
from bot.render.home_view import HomeContent, Keeping

log = structlog.get_logger(__name__)


class ShowHome:
    """
    Looks up what somebody may see, and nothing else.

    Args:
        channels: With their digests.
        rules: Of workspaces, shown to their admins.
        feeds: Those of the whole workspace are listed for its admins.
        people: Asked which channels the person belongs to, each time.
        glossary: To browse.
        keeping: How long things stay.
    """

    def __init__(
        self,
        *,
        channels: ChannelStore,
        rules: RulesStore,
        feeds: FeedStore,
        people: People,
        glossary: Glossary,
        keeping: Keeping,
    ) -> None:
        self._channels, self._rules, self._people = channels, rules, people
        self._feeds = feeds
        self._glossary, self._keeping = glossary, keeping

    async def content(
        self, workspace_id: str, user_id: str, now: datetime, *, page: int = 0, query: str = ""
    ) -> HomeContent:
        """Return what *user_id* sees; when Slack cannot say what is theirs, no channel is shown."""
        stored = await self._channels.all(workspace_id)
        own = [one for one in stored if one.is_dm and one.set_up_by == user_id]
        person = await self._people.get(workspace_id, user_id)
        is_admin = person is not None and person.is_admin and not person.is_stranger
        shared = await self._feeds.all(Scope(workspace_id)) if is_admin else []
        return HomeContent(
            now=now,
            channels=await self._theirs(workspace_id, user_id, stored),
            own=own[0] if own else None,
            glossary=glossary_page(self._glossary.search(query), page, query),
            keeping=self._keeping,
            rules=await self._rules.get(workspace_id) if is_admin else None,
            workspace_feeds=tuple((shown_feed(one.feed).name, one.feed.url) for one in shared),
        )

    def term(self, term: str) -> tuple[GlossaryEntry, tuple[str, ...]] | None:
        """Return a glossary entry and the terms that its texts use; None when it has left."""
        entry = self._glossary.look_up(term)
        if entry is None:
            return None
        texts = f"{entry.meaning} {entry.comparison} {entry.practitioner}"
        used = (found.entry.term for found in self._glossary.find_in(texts))
        return entry, tuple(name for name in used if name != entry.term)

    async def _theirs(
        self, workspace_id: str, user_id: str, stored: list[Channel]
    ) -> tuple[Channel, ...]:
        told = [one for one in stored if not one.is_dm and (one.preference.on or one.state_reason)]
        if not told:
            return ()
        try:
            theirs = await self._people.channels_of(
                workspace_id, user_id, [one.channel_id for one in told]
            )
        except SlackError as error:
            log.warning("home_without_channels", code=error.code)
            return ()
        return tuple(one for one in told if one.channel_id in theirs)
