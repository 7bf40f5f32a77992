"""A digest: chosen stories, in order, for one preference on one local date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.digest.preference import Preference
from bot.explain.explanation import Explanation
from bot.news.rank import Score
from bot.news.story import LeftOut, Problem, Story
from bot.news.topic import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """
    A story that a channel was told, remembered at least 14 days.

    Attributes:
        copy_of: Id of the wider story that it is (or was) a copy of; None when of none.
    """

    story_id: str
    revision: int
    on: date
    headline: str
    channel_message_ts: str | None = None
    copy_of: str | None = None

    @property
    def event_id(self) -> str:
        """Return the id under which its event is known, whichever copy of it was told."""
        return self.copy_of or self.story_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenStory:
    """
    A story picked for a digest.

    Attributes:
        update_of: What the channel was told earlier, when this is a later revision; else None.
        surprise: The best story outside the channel's topics.
    """

    story: Story
    score: Score
    update_of: Told | None = None
    surprise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """A chosen story with its explanation."""

    chosen: ChosenStory
    explanation: Explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class RecapLine:
    """
    One story of the week's recap.

    Attributes:
        headline: As it was told last.
        first_on, last_on: Local dates of its first and its newest telling.
        updates: How many later revisions were told after the first.
        message_ts: Slack's timestamp of the digest that told it last, or None.
        url, source: Where it is told; "" when the story is not stored any more.
    """

    story_id: str
    headline: str
    first_on: date
    last_on: date
    updates: int = 0
    message_ts: str | None = None
    url: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """
    Everything that one digest says, before it is rendered.

    Attributes:
        digest_on: The channel's local date.
        made_at: Aware UTC.
        late_since: The instant it was due, when it is posted late; else None.
        items: In order; empty on a day without news, and then `empty_reason` says why.
        topic_counts: Chosen stories per topic, largest first.
        feeds_read, feeds_answered: Of the last round of collecting.
        problems: Feeds that did not answer and the like.
        is_blind: Without a story, and no feed answered: it says nothing about the news.
        notices: Sentences for the channel, such as "Yesterday's digest is missing: …".
        set_up_by: Slack user id named in the first post of a channel, else "".
        recap: What else was told this week, most important first; in the last digest of a week of
            channels that want it, else empty.
        personal: It is one person's own, by direct message.
    """

    preference: Preference
    digest_on: date
    made_at: datetime
    items: tuple[DigestItem, ...]
    topic_counts: tuple[tuple[Topic, int], ...] = ()
    feeds_read: int = 0
    feeds_answered: int = 0
    not_included: tuple[LeftOut, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    late_since: datetime | None = None
    empty_reason: str = ""
    is_blind: bool = False
    first_post: bool = False
    set_up_by: str = ""
    recap: tuple[RecapLine, ...] = ()
    personal: bool = False
