"""The `/digest` modal: everything that a channel (or a person, by direct message) can want."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.digest.languages import LANGUAGE_NAMES
from bot.digest.preference import MAX_STORIES, Preference, ThreadReplies, Weekday
from bot.english_dates import WEEKDAYS
from bot.explain.explanation import Level
from bot.news.topic import Topic
from bot.render import blocks, ids, inputs
from bot.render.clean import shorten
from bot.render.inputs import Choice, View
from bot.render.links import host_of, safe_url
from bot.render.message import Block
from bot.render.mrkdwn import EMPTY, Escaped, escape, italic, join, link, trusted
from bot.render.notice import lines_of
from bot.render.words import zone_name

MAX_PREVIEW_ENTRIES: Final = 5
NOTE_CHARS: Final = 1_500
MAX_MUTABLE: Final = inputs.SELECT_OPTIONS
# Two lists of boxes: Slack takes ten in one.
TOPIC_GROUPS: Final = (tuple(Topic)[:8], tuple(Topic)[8:])


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFeed:
    """An own feed that serves here; `name` is what people see."""

    url: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPreview:
    """
    What a feed's address brought when it was tried.

    Attributes:
        url: As tried; stays in the field.
        name: The feed's own title, "" when nothing could be read.
        entries: Its latest entries as (title, address), newest first.
        problem: One sentence with a next step, or "".
    """

    url: str
    name: str = ""
    entries: tuple[tuple[str, str], ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsContent:
    """
    What the settings view shows.

    Attributes:
        channel_name: Without "#"; "" for a person's own digest.
        preference: As stored; for a channel without one, the default with `on` as wished for.
        proposed_zone: The person's own zone, or "" when Slack does not tell it.
        zone_is_set: Somebody chose the zone; else the proposed one stands in the field.
        topic_counts: Stories of last week by topic, None when they were not counted.
        outlets: Outlet -> name of the sources that can be muted.
        own_feeds: That serve this conversation alone; workspace_feeds: that serve the whole workspace,
            for its admins.
        may_add_feeds: Guests may not, in their own direct message either.
        may_share_feeds: For admins.
        notes: Sentences at the top, such as why the digest has stopped.
    """

    target: ids.SettingsTarget
    preference: Preference
    channel_name: str = ""
    proposed_zone: str = ""
    zone_is_set: bool = True
    topic_counts: Mapping[Topic, int] | None = None
    outlets: Mapping[str, str] | None = None
    own_feeds: tuple[OwnFeed, ...] = ()
    workspace_feeds: tuple[OwnFeed, ...] = ()
    may_add_feeds: bool = True
    may_share_feeds: bool = False
    preview: FeedPreview | None = None
    notes: tuple[str, ...] = ()


def settings_view(content: SettingsContent) -> View:
    """Return the modal; what was typed stays when it is updated, for block ids stay the same."""
    found = [
        *_top(content),
        *_when(content),
        *_topics(content),
        *_how(content.preference),
        *_sources(content),
        *_threads(content),
    ]
    return inputs.modal(
        escape("Your digest" if content.target.is_dm else "Digest settings"),
        found,
        callback_id=ids.SETTINGS_VIEW,
        submit=escape("Save"),
        close=escape("Cancel"),
        metadata=ids.settings_metadata(content.target),
    )


def _top(content: SettingsContent) -> Iterator[Block]:
    if content.target.is_dm:
        about = "Your own digest of AI news, by direct message."
    elif content.channel_name:
        about = f"The daily digest of AI news in #{content.channel_name}."
    else:
        about = "The daily digest of AI news in this channel."
    yield blocks.section(lines_of([about, *content.notes], NOTE_CHARS))


def _when(content: SettingsContent) -> Iterator[Block]:
    wanted = content.preference
    switch = (_choice("On", "on"), _choice("Off", "off"))
    yield _field("on", "Digest", inputs.radio(ids.FIELD, switch, "on" if wanted.on else "off"))
    yield _field("at", "Time", inputs.time_of_day(ids.FIELD, f"{wanted.at:%H:%M}"))
    yield _zone(content)
    days = [_choice(name, day.name.lower()) for day, name in _DAYS]
    ticked = [day.name.lower() for day in wanted.days]
    yield _field("days", "Days", inputs.checkboxes(ids.FIELD, days, ticked), optional=True)


def _zone(content: SettingsContent) -> Block:
    own = content.proposed_zone
    shown = content.preference.zone if content.zone_is_set else own
    hint = "A place, such as Europe/Berlin or New York."
    if own and own != shown:
        hint = f"A place, such as Berlin. Yours is {zone_name(own)}."
    line = inputs.text_line(ids.FIELD, shown, placeholder=escape("Europe/Berlin"))
    return _field("zone", "Time zone", line, hint=hint)


def _topics(content: SettingsContent) -> Iterator[Block]:
    labels = ("Topics", "More topics")
    chosen = [topic.value for topic in content.preference.topics]
    for block_id, label, group in zip(ids.SETTINGS_TOPIC_BLOCKS, labels, TOPIC_GROUPS, strict=True):
        choices = [_topic(topic, content.topic_counts) for topic in group]
        boxes = inputs.checkboxes(ids.FIELD, choices, chosen)
        # Optional for Slack, which would want one ticked in each; ours is one in both.
        yield _field(block_id, label, boxes, optional=True)


def _topic(topic: Topic, counts: Mapping[Topic, int] | None) -> Choice:
    if counts is None:
        return _choice(topic.label, topic.value)
    count = counts.get(topic, 0)
    told = {0: "no story", 1: "1 story"}.get(count, f"{count} stories")
    return _choice(topic.label, topic.value, f"{told} last week")


def _how(wanted: Preference) -> Iterator[Block]:
    levels = [_choice(level.value.capitalize(), level.value, _LEVELS[level]) for level in Level]
    yield _field("level", "Level", inputs.radio(ids.FIELD, levels, wanted.level.value))
    numbers = [_choice(str(number), str(number)) for number in range(1, MAX_STORIES + 1)]
    yield _field(
        "stories",
        "Stories in a digest, at most",
        inputs.select(ids.FIELD, numbers, str(wanted.stories)),
    )
    yield _field(
        "language", "Language", inputs.select(ids.FIELD, _languages(wanted), wanted.language)
    )


def _languages(wanted: Preference) -> list[Choice]:
    named = {code: name.capitalize() for name, code in LANGUAGE_NAMES.items()}
    # A code that was typed (`/digest language eu`) stays, named by itself.
    named.setdefault(wanted.language, wanted.language)
    ordered = sorted(named.items(), key=lambda pair: (pair[0] != "en", pair[1]))
    return [_choice(name, code) for code, name in ordered]


def _sources(content: SettingsContent) -> Iterator[Block]:
    yield blocks.divider()
    muted = content.preference.muted_outlets
    choices = _mutable(muted, content.outlets or {})
    if len(muted) > MAX_MUTABLE:
        yield blocks.section(lines_of([_MANY_MUTED.format(count=len(muted))]))
    elif choices:
        listed = inputs.multi_select(
            ids.FIELD, choices, muted, placeholder=escape("Choose sources to leave out")
        )
        yield _field("muted", "Muted sources", listed, optional=True)
    if content.may_add_feeds:
        yield from _own_feeds(content)
        yield from _add_feed(content)


def _mutable(muted: frozenset[str], outlets: Mapping[str, str]) -> list[Choice]:
    """Return the muted ones first, then the others by name, as many as Slack takes."""
    others = sorted(set(outlets) - muted, key=lambda outlet: outlets[outlet].casefold())
    ordered = [outlet for outlet in (*sorted(muted), *others) if len(outlet) <= _MAX_DOMAIN]
    return [_outlet(outlet, outlets.get(outlet, "")) for outlet in ordered[:MAX_MUTABLE]]


def _outlet(outlet: str, name: str) -> Choice:
    named = shorten(name, 40)
    return _choice(f"{named} ({outlet})" if named and named != outlet else outlet, outlet)


def _own_feeds(content: SettingsContent) -> Iterator[Block]:
    here, everywhere = content.own_feeds, content.workspace_feeds
    if removable := [*map(_feed, here), *(_feed(one, "whole workspace") for one in everywhere)]:
        listed = inputs.multi_select(
            ids.FIELD,
            removable[: inputs.SELECT_OPTIONS],
            (),
            placeholder=escape("Choose feeds to remove"),
        )
        yield _field(ids.SETTINGS_REMOVE_FEEDS, "Remove feeds", listed, optional=True)
    if here and content.may_share_feeds:
        listed = inputs.multi_select(
            ids.FIELD,
            [_feed(one) for one in here[: inputs.SELECT_OPTIONS]],
            (),
            placeholder=escape("Choose feeds to share"),
        )
        yield _field(
            ids.SETTINGS_SHARE_FEEDS,
            "Share feeds with the whole workspace",
            listed,
            hint="For admins. /digest unshare takes one back to one conversation.",
            optional=True,
        )


def _feed(feed: OwnFeed, serves: str = "") -> Choice:
    where = f"{_host(feed.url)}, {serves}" if serves else _host(feed.url)
    return _choice(f"{shorten(feed.name, 30)} ({where})", ids.feed_key(feed.url))


def _add_feed(content: SettingsContent) -> Iterator[Block]:
    preview = content.preview
    typed = preview.url if preview else ""
    line = inputs.text_line(
        ids.FIELD, typed, placeholder=escape("https://theledger.example/feed"), kind="url"
    )
    yield _field(
        ids.SETTINGS_ADD_FEED,
        "Add a feed",
        line,
        hint=f"The address of an RSS, Atom or JSON feed. {_only_here(content)}",
        optional=True,
    )
    check = blocks.button(
        escape("Check this feed"), action_id=ids.SETTINGS_CHECK_FEED, value="check"
    )
    yield blocks.actions([check], block_id="check_feed")
    if preview:
        yield blocks.section(_preview(preview))


def _only_here(content: SettingsContent) -> str:
    where = "your own digest" if content.target.is_dm else "this channel's digest"
    return f"Its stories appear in {where} alone."


def _preview(preview: FeedPreview) -> Escaped:
    if preview.problem:
        return lines_of([preview.problem]) or escape("This address cannot be read; check it.")
    if not preview.entries:
        return lines_of(["This feed can be read, but it holds no entry yet; it can be added."])
    name = escape(shorten(preview.name, 100) or _host(preview.url))
    head = join(trusted(" "), (italic("The last entries of"), name + trusted(":")))
    entries = [
        trusted("• ") + link(url, shorten(title, 150) or _host(url))
        for title, url in preview.entries[:MAX_PREVIEW_ENTRIES]
    ]
    return join(trusted("\n"), (head, *entries)).cut(blocks.SECTION_CHARS)


def _threads(content: SettingsContent) -> Iterator[Block]:
    yield blocks.divider()
    wanted = content.preference
    if not content.target.is_dm:
        choices = [_choice(text, replies.value) for replies, text in _REPLIES]
        chosen = inputs.radio(ids.FIELD, choices, wanted.thread_replies.value)
        yield _field("thread_replies", "In a digest's thread, Plainwire answers", chosen)
    recap = [_choice("End the last digest of the week with a recap", "on")]
    ticked = ["on"] if wanted.weekly_recap else []
    boxes = inputs.checkboxes(ids.FIELD, recap, ticked)
    yield _field("weekly_recap", "Weekly recap", boxes, optional=True)


def _field(
    block_id: str, label: str, element: blocks.Element, *, hint: str = "", optional: bool = False
) -> Block:
    said = escape(hint) if hint else EMPTY
    return inputs.field(block_id, escape(label), element, hint=said, optional=optional)


def _choice(text: str, value: str, hint: str = "") -> Choice:
    return Choice(text=escape(text), value=value, hint=escape(hint))


def _host(url: str) -> str:
    address = safe_url(url)
    return shorten(host_of(address) if address else url, 40)


_MAX_DOMAIN = blocks.OPTION_VALUE_CHARS
_MANY_MUTED = (
    "{count} sources are muted here, more than this view can list; "
    "`/digest mute` and `/digest unmute` change them."
)
_DAYS = tuple(zip(Weekday, WEEKDAYS, strict=True))
_LEVELS = {
    Level.NEWCOMER: "Every technical word is explained",
    Level.PRACTITIONER: "For people who work with AI products",
    Level.EXPERT: "For people who build them",
}
_REPLIES = (
    (ThreadReplies.QUESTIONS_AND_MENTIONS, "questions and mentions"),
    (ThreadReplies.EVERY_MESSAGE, "every message"),
    (ThreadReplies.MENTIONS_ONLY, "mentions only"),
)
