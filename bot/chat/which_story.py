"""Which story of a digest a message is about, from its words and from what was said before. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.story_numbers import LAST, story_numbers
from bot.chat.thread import ThreadMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldStory:
    """
    A story as its readers know it.

    Attributes:
        number: In the digest, from 1.
        headline: As posted; outlets: names of who told it.
        more: What else was written about it; its words count when nothing else decides.
    """

    number: int
    story_id: str
    revision: int
    headline: str
    outlets: tuple[str, ...] = ()
    more: str = ""


@dataclass(frozen=True, slots=True)
class AboutStory:
    """One story; `sure` is False when it was guessed from a word or from what was said before."""

    number: int
    sure: bool = True


@dataclass(frozen=True, slots=True)
class AboutDigest:
    """All of it: "which of these …", "summarise the digest"."""


@dataclass(frozen=True, slots=True)
class AskWhich:
    """It could be several; `numbers` are the candidates, all when nothing speaks for any."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NoSuchStory:
    """A number that the digest does not have."""

    number: int


About = AboutStory | AboutDigest | AskWhich | NoSuchStory


def which_story(
    text: str,
    stories: Sequence[ToldStory],
    memory: ThreadMemory | None = None,
    *,
    reply_to_ts: str = "",
) -> About:
    """
    Return what a message in a digest's thread is about.

    Args:
        text: Plain.
        stories: Of the digest, in order.
        memory: Of the thread: its last turn with a story is the focus.
        reply_to_ts: The message replied to, when Slack tells it: the explained reply of a story.
    """
    numbers = tuple(story.number for story in stories)
    named = _numbers(text, len(stories))
    if named:
        if len(named) > 1 and all(number in numbers for number in named):
            return AboutDigest()
        return AboutStory(named[0]) if named[0] in numbers else NoSuchStory(named[0])
    if _WHOLE.search(text):
        return AboutDigest()
    if len(stories) == 1:
        return AboutStory(numbers[0])
    return (
        by_words(text, stories)
        or _focus(stories, memory, reply_to_ts)
        or _by_more_words(text, stories)
        or AskWhich(numbers)
    )


def by_words(text: str, stories: Sequence[ToldStory]) -> About | None:
    """Return what the words of headlines and outlets in *text* point to; None when there are none."""
    wanted = _words(text)
    scores = {story.number: _score(wanted, text, story, stories) for story in stories}
    best = max(scores.values(), default=0.0)
    if best < 1.0:
        return None
    at_best = tuple(number for number, score in scores.items() if score == best)
    return AboutStory(at_best[0], sure=False) if len(at_best) == 1 else AskWhich(at_best)


def _by_more_words(text: str, stories: Sequence[ToldStory]) -> About | None:
    """Return the one story in whose texts a word of the message stands, when it is one alone."""
    wanted = _words(text)
    hits = [story.number for story in stories if wanted & _words(story.more)]
    return AboutStory(hits[0], sure=False) if len(hits) == 1 else None


def _score(
    wanted: frozenset[str], text: str, story: ToldStory, stories: Sequence[ToldStory]
) -> float:
    """Words of the headline that no other headline has count one each, shared ones little."""
    own = _words(story.headline)
    others = frozenset().union(*(_words(other.headline) for other in stories if other is not story))
    score = sum(0.4 if word in others else 1.0 for word in wanted & own)
    if any(_names(text, outlet) for outlet in story.outlets):
        score += 1.0
    return score


def _focus(
    stories: Sequence[ToldStory], memory: ThreadMemory | None, reply_to_ts: str
) -> About | None:
    if memory is None:
        return None
    by_id = {story.story_id: story.number for story in stories}
    for story_id, ts in memory.explained:
        if reply_to_ts and ts == reply_to_ts and story_id in by_id:
            return AboutStory(by_id[story_id])
    for turn in reversed(memory.turns):
        if turn.story_id in by_id:
            return AboutStory(by_id[turn.story_id], sure=False)
    if len(memory.explained) == 1 and memory.explained[0][0] in by_id:
        return AboutStory(by_id[memory.explained[0][0]], sure=False)
    return None


def _numbers(text: str, count: int) -> list[int]:
    found = (count if number == LAST else number for number in story_numbers(text))
    return list(dict.fromkeys(found))


def _names(text: str, outlet: str) -> bool:
    name = outlet.strip()
    return len(name) > 1 and bool(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    )


def _words(text: str) -> frozenset[str]:
    found = re.findall(
        r"[^\W_]+(?:[-.][^\W_]+)*", text.casefold().replace("’s", "").replace("'s", "")
    )
    return frozenset(
        word
        for word in found
        if (len(word) > _SMALL or any(c.isdigit() for c in word)) and word not in _COMMON
    )


_SMALL = 3
_WHOLE = re.compile(
    r"\b(?:all (?:of )?(?:these|them|the stories|this|stories)|(?:any|which|some|one|most|each|none|either|both) of (?:these|them|the stories|the news)|"
    r"(?:the|this|today['’]?s?|whole|entire) (?:\w+ )?digest|(?:these|the|today['’]?s) stories|"
    r"alle (?:meldungen|nachrichten|stories)|welche (?:davon|der meldungen|meldung)|which (?:story|stories|one)\b|every story|today['’]s news|overall)\b",
    re.IGNORECASE,
)
# Stand in too many headlines and questions to tell stories apart.
_COMMON_WORDS = (
    "what does that mean this with from about have will would could should they them their there these those your "
    "when where which whose why how into over more most much many some only also than then been being were here "
    "please explain tell story number news article company companies does says said model models release released "
    "launches launch announces new update think know understand simply people work works used using make makes "
    "eine einen einer nicht auch noch oder aber denn wenn dann wird werden sind haben kann bitte mehr über"
)
_COMMON = frozenset(_COMMON_WORDS.split())
