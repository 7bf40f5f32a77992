"""Use case: a settings view was submitted: the preference, and the feeds to add and to remove."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.digest.change_settings import ChangeSettings
from bot.digest.outcomes import Changed, FieldErrors, NeedsConfirmation, Outcome, Refused
from bot.digest.own_feeds import FeedPreview, FeedRefused, OwnFeeds
from bot.digest.places import Places
from bot.digest.spot import Asker, Spot
from bot.render.ids import SETTINGS_ADD_FEED, feed_key
from bot.render.settings_form import SubmittedSettings

# Slack waits three seconds for the answer to a submitted view; a feed may take longer than that.
FEED_PATIENCE_SECONDS = 1.5
_STILL_READING = "I am still reading the feed that you added; I tell you here what comes of it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """
    What came of it.

    Attributes:
        outcome: For the view.
        later: Sentences that come when a slow feed was read; None when nothing is left to do.
    """

    outcome: Outcome
    later: asyncio.Task[tuple[str, ...]] | None = None


class SaveSettings:
    """Carries out a submitted view: faulty fields first, feeds after what can be stored at once."""

    def __init__(self, *, settings: ChangeSettings, feeds: OwnFeeds, places: Places) -> None:
        self._settings, self._feeds, self._places = settings, feeds, places

    async def save(
        self, submitted: SubmittedSettings, spot: Spot, asker: Asker, now: datetime
    ) -> Saved:
        """Return what to show; within Slack's three seconds."""
        outcome = await self._settings.submit(submitted.form, spot, asker, now)
        if not isinstance(outcome, Changed):
            return Saved(outcome=_at_a_field(outcome))
        said = [*outcome.sentences]
        if outcome.channel.preference.on:
            said.append(await self._places.join(spot))
        said += await self._removed(submitted.remove_feeds, spot, asker)
        said += await self._shared(submitted.share_feeds, spot, asker)
        if not submitted.add_feed:
            return Saved(outcome=_with(outcome, said))
        adding = asyncio.create_task(self._feeds.add(submitted.add_feed, spot, asker, now))
        await asyncio.wait({adding}, timeout=FEED_PATIENCE_SECONDS)
        if not adding.done():
            later = asyncio.create_task(_told(adding))
            return Saved(outcome=_with(outcome, [*said, _STILL_READING]), later=later)
        added = adding.result()
        if isinstance(added, FeedRefused):
            sentence = f"Everything else is saved. {added.sentence}"
            return Saved(outcome=FieldErrors(errors={SETTINGS_ADD_FEED: sentence}))
        return Saved(outcome=_with(outcome, [*said, *feed_sentences(added)]))

    async def _removed(self, keys: Sequence[str], spot: Spot, asker: Asker) -> list[str]:
        if not keys:
            return []
        serving = await self._feeds.serving(spot, asker)
        urls = [feed.url for feed in serving.removable if feed_key(feed.url) in keys]
        return [await self._feeds.remove(url, spot, asker) for url in dict.fromkeys(urls)]

    async def _shared(self, keys: Sequence[str], spot: Spot, asker: Asker) -> list[str]:
        if not keys:
            return []
        serving = await self._feeds.serving(spot, asker)
        urls = [feed.url for feed in serving.here if feed_key(feed.url) in keys]
        return [await self._feeds.share(url, spot, asker) for url in urls]


def feed_sentences(
    seen: FeedPreview | FeedRefused, quoted: Callable[[str], str] = "“{}”".format
) -> tuple[str, ...]:
    """Return what to say about a feed that was added, or refused; its newest titles are named."""
    if isinstance(seen, FeedRefused):
        return (seen.sentence,)
    titles = [quoted(title) for title, _ in seen.entries if title]
    newest = (f"Its newest: {', '.join(titles)}.",) if titles else ()
    return (*seen.sentences, *newest)


async def _told(adding: asyncio.Task[FeedPreview | FeedRefused]) -> tuple[str, ...]:
    return feed_sentences(await adding)


def _with(outcome: Changed, said: Sequence[str]) -> Changed:
    return replace(outcome, sentences=tuple(filter(None, said)))


def _at_a_field(outcome: Outcome) -> Outcome:
    """A refusal stands at the first field: a view has no other place for it."""
    if isinstance(outcome, Refused):
        return FieldErrors(errors={"on": outcome.sentence})
    assert not isinstance(outcome, NeedsConfirmation) or outcome.command is None
    return outcome
