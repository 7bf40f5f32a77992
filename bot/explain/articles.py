"""The use case: get the texts of the articles behind a story, politely and once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.news.entry import Entry, Page
from bot.news.ports import PageReader, PageStore
from bot.news.story import Story

# Two well-chosen articles give nearly all facts of a story; more only cost the publishers traffic.
MAX_PAGES = 2
# A feed that carries this much has given us the article itself.
FULL_TEXT_CHARS = 1_500


class Articles:
    """
    Reads the pages of stories, and remembers them.

    Args:
        pages: Where they are kept; a page is asked for once, whatever it answered.
        reader: None when pages are not to be read: explanations then rest on what the feeds said.
        timeout_seconds: For one story's pages together.
    """

    def __init__(
        self, pages: PageStore, reader: PageReader | None, *, timeout_seconds: float = 20.0
    ) -> None:
        self._pages = pages
        self._reader = reader
        self._timeout_seconds = timeout_seconds

    async def of(self, story: Story, now: datetime) -> Mapping[str, Page]:
        """Return pages by the entry's URL; what cannot be read says why in its problems."""
        found = await self.known(story)
        if self._reader is not None:
            missing = [entry.url for entry in worth_reading(story) if entry.url not in found]
            found.update(await self._read(missing, now))
        return found

    async def known(self, story: Story) -> dict[str, Page]:
        """Return the pages read earlier."""
        pages = {entry.url: await self._pages.get(entry.url) for entry in worth_reading(story)}
        return {url: page for url, page in pages.items() if page is not None}

    async def _read(self, urls: Sequence[str], now: datetime) -> dict[str, Page]:
        assert self._reader is not None
        tasks = {url: asyncio.create_task(self._reader.read(url)) for url in urls}
        try:
            if tasks:
                await asyncio.wait(tasks.values(), timeout=self._timeout_seconds)
        finally:
            for task in tasks.values():
                task.cancel()
            await asyncio.gather(*tasks.values(), return_exceptions=True)
        found = {}
        for url, task in tasks.items():
            if task.cancelled():
                found[url] = Page(source=url, problems=("did not answer in time",))
                continue
            found[url] = task.result()
            await self._pages.save(url, found[url], now)
        return found


def worth_reading(story: Story) -> list[Entry]:
    """
    Return the entries whose pages add most, best first: one per outlet, highest weight first.

    An entry whose feed carried the whole article needs no page.
    """
    best: dict[str, Entry] = {}
    for entry in sorted(story.entries, key=lambda entry: (-entry.weight, entry.at, entry.id)):
        if entry.url and entry.outlet not in best:
            best[entry.outlet] = entry
    chosen = list(best.values())[:MAX_PAGES]
    newest = story.revisions[-1].entry_id if story.revisions else ""
    update = [entry for entry in story.entries if entry.id == newest and entry.url]
    if update and update[0] not in chosen:
        chosen = [*update, *chosen][:MAX_PAGES]
    return [entry for entry in chosen if len(entry.text) < FULL_TEXT_CHARS]
