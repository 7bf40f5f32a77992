"""Short messages to people: hello, what changed, what happens now, and what cannot be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from bot.digest.describe import day_list
from bot.digest.now_limit import NowOutcome, PostedAlready
from bot.digest.preference import Preference
from bot.news.topic import Topic
from bot.render import blocks, ids
from bot.render.clean import shorten
from bot.render.links import permalink
from bot.render.message import Message
from bot.render.mrkdwn import escape, italic, join, link, trusted
from bot.render.notice import lines_of, notice
from bot.render.words import zone_name

NOTE_BLOCK: Final = "note"
MAX_CONFIRM_VALUE: Final = blocks.VALUE_CHARS


class Refusal(StrEnum):
    """Why somebody may not, where no use case says it in its own words."""

    NOT_A_MEMBER = "not-a-member"
    GUEST = "guest"
    STRANGER = "stranger"
    NOT_YOURS = "not-yours"
    DM_ONLY = "dm-only"


class ChannelEnd(StrEnum):
    """What happened to a channel, so that its digest stopped."""

    ARCHIVED = "archived"
    DELETED = "deleted"
    REMOVED = "removed"  # the bot was taken out of it
    BACK = "back"  # unarchived, or invited again


def greeting() -> Message:
    """Return the hello to a channel that the bot was invited to: two sentences."""
    return notice(
        "Hello! I post a daily digest of AI news, explained in plain words, once somebody here types "
        "`/digest on 9:00`; `/digest preview` shows you one first. Ask me anything about a story in "
        "its thread, or type `/explain` and a word, a link or a text."
    )


def settings_saved(sentences: Sequence[str], channel_id: str) -> Message:
    """Return what a change came to, with a button to the settings."""
    button = blocks.button(escape("Settings"), action_id=ids.OPEN_SETTINGS, value=channel_id)
    return notice(*sentences, buttons=[button], block_id=NOTE_BLOCK)


def settings_summary(preference: Preference) -> str:
    """Return a preference in one line: "Digest on: 09:00 Europe/Berlin, Monday to Friday · …"."""
    if not preference.on:
        return "Digest off."
    chosen = len(preference.topics)
    topics = "all topics" if chosen == len(Topic) else f"{chosen} of {len(Topic)} topics"
    most = "1 story" if preference.stories == 1 else f"{preference.stories} stories"
    return (
        f"Digest on: {preference.at:%H:%M} {zone_name(preference.zone)}, {day_list(preference.days)}"
        f" · up to {most} · {preference.level.value} · {topics} · {preference.language}"
    )


def feedback_given(sentence: str, feedback_id: str = "") -> Message:
    """Return what a click changed; with *feedback_id*, a button takes it back."""
    if not feedback_id:
        return notice(sentence)
    undo = blocks.button(escape("Undo"), action_id=ids.UNDO, value=feedback_id)
    return notice(sentence, buttons=[undo], block_id=NOTE_BLOCK)


def confirm_question(sentence: str, typed: str) -> Message:
    """Return "really?" with a button whose value is what was typed; raises ValueError over 2,000."""
    yes = blocks.button(escape("Yes, do it"), action_id=ids.CONFIRM, value=typed, style="primary")
    return notice(sentence, buttons=[yes], block_id=NOTE_BLOCK)


def now_outcome(outcome: NowOutcome, channel_id: str, workspace_url: str) -> Message:
    """Return what `/digest now` came to; a digest that is there already is linked."""
    if not isinstance(outcome, PostedAlready) or not outcome.ts:
        return notice(outcome.sentence)
    address = permalink(workspace_url, channel_id, outcome.ts)
    text = join(trusted(" "), (lines_of([outcome.sentence]), link(address, "Go to it")))
    return Message(text=str(text), blocks=(blocks.section(text),))


def preview(digest: Message) -> Message:
    """Return a digest (drawn without buttons) under a line that says that only its reader sees it."""
    said = escape("A preview: only you see it, and nothing was posted.")
    text = f"{said}\n{digest.text}"
    return Message(
        text=text if len(text) < blocks.FALLBACK_CHARS else digest.text,
        blocks=(blocks.context(said), *digest.blocks)[: blocks.MESSAGE_BLOCKS],
    )


def topics_message(preference: Preference, counts: Mapping[Topic, int], channel_id: str) -> Message:
    """Return the topics with last week's stories, those of the channel marked."""
    lines = [
        f"{'✓' if topic in preference.topics else '–'} {topic.label}: {counts.get(topic, 0)}"
        for topic in Topic
    ]
    head = "Topics here (✓), with how many stories each had last week:"
    hint = "`/digest topics marketing, hr` chooses, `/digest topics all` takes all."
    return settings_saved((head, *lines, hint), channel_id)


def waiting(ahead: int) -> Message:
    """Return the note to somebody whose question waits."""
    if ahead <= 0:
        return notice("Your question is next.")
    questions = "1 question is" if ahead == 1 else f"{ahead} questions are"
    return notice(f"{questions} ahead of yours; I answer all of them in turn.")


def expired() -> Message:
    """Return what stands in the place of an answer that came too late."""
    return notice("I could not answer this in time. If you still want to know, ask it again.")


def refusal(why: Refusal, sentence: str = "") -> Message:
    """Return why somebody may not; *sentence* instead, when a use case has a better one."""
    return notice(sentence or _REFUSALS[why])


def channel_ended(what: ChannelEnd, name: str) -> Message:
    """Return the direct message to who set a digest up, when its channel went away or came back."""
    channel = f"#{shorten(name, 80)}" if name else "A channel"
    return notice(*(line.format(channel=channel) for line in _ENDS[what]))


def first_words(sentence: str) -> Message:
    """Return a status such as "reading the page …", for where Slack has no status line."""
    text = italic(shorten(sentence, 300)) or escape("…")
    return Message(text=str(text), blocks=(blocks.context(text.cut(blocks.CONTEXT_CHARS)),))


_REFUSALS: Final[dict[Refusal, str]] = {
    Refusal.NOT_A_MEMBER: "Only members of the channel can do that; join it first.",
    Refusal.GUEST: "Guests cannot change a digest; ask a full member of this workspace.",
    Refusal.STRANGER: "Only people of the organisation that uses me here can do that; ask one of "
    "them.",
    Refusal.NOT_YOURS: "That belongs to somebody else; make one of your own with `/explain`.",
    Refusal.DM_ONLY: "That works in a direct message with me only; open one and try it there.",
}
_ENDS: Final[dict[ChannelEnd, tuple[str, ...]]] = {
    ChannelEnd.ARCHIVED: (
        "{channel} was archived, so its daily digest has stopped.",
        "Its settings are kept; unarchive the channel and invite me, and it goes on.",
    ),
    ChannelEnd.DELETED: (
        "{channel} was deleted, so its daily digest has stopped and its settings are erased.",
    ),
    ChannelEnd.REMOVED: (
        "I was taken out of {channel}, so its daily digest has stopped.",
        "Its settings are kept; invite me again and it goes on.",
    ),
    ChannelEnd.BACK: ("{channel} is back, and so is its daily digest.",),
}
