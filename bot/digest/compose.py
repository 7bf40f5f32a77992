"""From chosen stories and their explanations to a digest (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from urllib.parse import urlsplit

from bot.digest.choose import Selection, window_start, without_muted
from bot.digest.digest import ChosenStory, Digest, DigestItem
from bot.digest.notices import empty_reason, none_explained
from bot.digest.plan import is_late
from bot.digest.preference import Preference
from bot.explain.explanation import Explanation, Source
from bot.explain.outgoing.check import about_story
from bot.explain.outgoing.named import shown_outlet, shown_problems
from bot.news.story import CollectReport, LeftOut, Story
from bot.news.topic import Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """
    What a digest needs to know besides its stories.

    Attributes:
        on: The channel's local date; due_at, now: aware instants.
        since: When the channel's last digest was due, or None.
        report: The last round of collecting, or None when there was none.
        notices: Sentences for the channel.
        first_post: The channel was never told anything; set_up_by: Slack user id or "".
    """

    on: date
    due_at: datetime
    now: datetime
    since: datetime | None = None
    report: CollectReport | None = None
    notices: tuple[str, ...] = ()
    first_post: bool = False
    set_up_by: str = ""


def compose(
    selection: Selection,
    explanations: Mapping[str, Explanation],
    preference: Preference,
    occasion: Occasion,
) -> Digest:
    """
    Return the digest. A chosen story without explanation is left out, with that reason.

    Args:
        selection: From `choose`.
        explanations: By story id.
        preference: The channel's.
        occasion: The rest.
    """
    items = tuple(
        DigestItem(
            chosen=one, explanation=_shown(explanations[one.story.id], one.story, preference)
        )
        for one in selection.chosen
        if one.story.id in explanations
    )
    report = occasion.report or CollectReport()
    left_out = (*selection.left_out, *_unexplained(selection.chosen, explanations))
    return Digest(
        preference=preference,
        digest_on=occasion.on,
        made_at=occasion.now,
        items=items,
        topic_counts=count_topics(items),
        feeds_read=report.feeds_read,
        feeds_answered=report.feeds_answered,
        not_included=left_out,
        problems=shown_problems(report.problems),
        notices=occasion.notices,
        late_since=occasion.due_at if is_late(occasion.due_at, occasion.now) else None,
        empty_reason="" if items else _empty_reason(selection, preference, occasion),
        is_blind=not items and _nobody_answered(occasion.report),
        first_post=occasion.first_post,
        set_up_by=occasion.set_up_by if occasion.first_post else "",
    )


def count_topics(items: Sequence[DigestItem]) -> tuple[tuple[Topic, int], ...]:
    """Return how many stories each topic has, largest first, then in the order of the topics."""
    counts = Counter(topic for item in items for topic in item.explanation.topics)
    order = list(Topic)
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], order.index(pair[0]))))


def _unexplained(
    chosen: Sequence[ChosenStory], explanations: Mapping[str, Explanation]
) -> list[LeftOut]:
    return [
        LeftOut(
            headline=one.story.headline, reason=_why_unexplained(one.story), url=one.story.lead.url
        )
        for one in chosen
        if one.story.id not in explanations
    ]


def _why_unexplained(story: Story) -> str:
    why = about_story(story).why_not(story.headline)
    return f"nothing in it may be posted: {why}" if why else "could not be explained"


def _nobody_answered(report: CollectReport | None) -> bool:
    """Return whether there are feeds, and none of them was read; without any, waiting does not help."""
    return report is None or (report.feeds_read > 0 and report.feeds_answered == 0)


def _empty_reason(selection: Selection, preference: Preference, occasion: Occasion) -> str:
    if selection.chosen:
        return none_explained(len(selection.chosen))
    since = window_start(occasion.now, occasion.since)
    return empty_reason(occasion.report, since, preference.zone, len(selection.left_out))


def _shown(explanation: Explanation, story: Story, preference: Preference) -> Explanation:
    """Return the explanation without muted outlets among its sources; it is shared, this is not."""
    muted = preference.muted_outlets
    if not muted & story.outlets:
        return explanation
    kept = tuple(source for source in explanation.sources if not _is_muted(source, story, muted))
    return replace(explanation, sources=kept or _other_sources(story, muted))


def _is_muted(source: Source, story: Story, muted: frozenset[str]) -> bool:
    if any(entry.url == source.url and entry.outlet in muted for entry in story.entries):
        return True
    host = _host(source.url)
    return any(host == outlet or host.endswith(f".{outlet}") for outlet in muted)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # such as "http://["
        return ""


def _other_sources(story: Story, muted: frozenset[str]) -> tuple[Source, ...]:
    seen = without_muted(story, muted)
    by_name = {shown_outlet(entry): entry.url for entry in seen.entries} if seen else {}
    return tuple(Source(name=name, url=url) for name, url in by_name.items())
