"""The use case: explain a story from the articles behind it, wherever those come from."""

from __future__ import annotations

from datetime import datetime

from bot.explain.articles import Articles
from bot.explain.explanation import Explanation, Form, Level
from bot.explain.write import Explainer
from bot.news.story import Story


class StoryExplainer:
    """
    Joins reading the articles with writing the explanation.

    Args:
        writer: Uses the model when there is one.
        plain_writer: Never uses a model; for what must be ready now.
        articles: Gives the texts behind the entries.
    """

    def __init__(self, writer: Explainer, plain_writer: Explainer, articles: Articles) -> None:
        self._writer = writer
        self._plain_writer = plain_writer
        self._articles = articles

    async def explain(
        self,
        story: Story,
        *,
        level: Level,
        language: str,
        now: datetime,
        form: Form = Form.DIGEST,
        patience_seconds: float | None = None,
    ) -> Explanation:
        """
        Return the explanation, from the store when it is there; `now` is aware UTC.

        All calls to the model together take `patience_seconds` at the longest, unless it is None.
        """
        pages = await self._articles.of(story, now)
        return await self._writer.explain(
            story,
            pages,
            form=form,
            level=level,
            language=language,
            now=now,
            told_before=_first_telling(story),
            patience_seconds=patience_seconds,
        )

    async def extract(
        self,
        story: Story,
        *,
        level: Level,
        language: str,
        now: datetime,
        form: Form = Form.DIGEST,
    ) -> Explanation:
        """Return what can be said without a model and without reading anything new."""
        pages = await self._articles.known(story)
        return await self._plain_writer.explain(
            story, pages, form=form, level=level, language=language, now=now
        )


def _first_telling(story: Story) -> str | None:
    """Return the headline that readers of an earlier revision saw, when there was one."""
    return story.entries[0].title if story.revision > 1 else None
