"""Headlines and names of publishers as people may see them, with something checked in their place. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from bot.explain.outgoing.check import Outgoing, about_story
from bot.explain.sentences import split_sentences
from bot.news.entry import Entry
from bot.news.feed import Feed
from bot.news.story import LeftOut, Problem, Story
from bot.news.urlkey import outlet_of

_NEUTRAL = {
    "en": "News from {name}",
    "de": "Meldung von {name}",
    "fr": "Actualité de {name}",
    "es": "Noticia de {name}",
    "it": "Notizia da {name}",
    "pt": "Notícia de {name}",
    "nl": "Nieuws van {name}",
}
_UNNAMED = "a publisher"
_TITLE_CHARS = 500
_FIRST_CHARS = 1_500
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,8}[^\W\d_][\w-]{1,62}")
_QUOTED = re.compile(r"“([^“”]*)”")


@lru_cache(maxsize=4_096)  # a few hundred feeds, named again and again
def shown_name(name: str, *addresses: str) -> str:
    """
    Return a publisher's or feed's name when it may be shown, else the site of its address.

    Args:
        name: As the feed or the operator gives it.
        addresses: Its owner's domain first, then those of the feed and its articles.
    """
    name = " ".join(name[:_TITLE_CHARS].split())
    if name and Outgoing([name], addresses).fits(name):
        return name
    return next((site for site in map(_site, addresses) if site), _UNNAMED)


def shown_feed(feed: Feed) -> Feed:
    """Return a feed under the name by which people may see it."""
    return replace(feed, name=shown_name(feed.name, feed.outlet, feed.url))


def shown_outlet(entry: Entry) -> str:
    """Return the name of an entry's publisher as it may be shown."""
    return shown_name(entry.outlet_name, entry.outlet, entry.feed_url, entry.url)


def shown_headline(story: Story, outgoing: Outgoing | None = None) -> str:
    """
    Return a story's title as it may be shown.

    Its lead's, else another entry's, else a first sentence, else one that names its publisher only.
    """
    outgoing = outgoing or about_story(story)
    entries = [story.lead, *(entry for entry in story.entries if entry.id != story.lead.id)]
    titles = [" ".join(entry.title[:_TITLE_CHARS].split()) for entry in entries]
    if found := outgoing.first(titles):
        return found
    texts = (split_sentences(entry.text[:_FIRST_CHARS], story.language) for entry in entries)
    firsts = (" ".join(next(iter(lines), "").split()) for lines in texts)
    return outgoing.first(firsts) or neutral_headline(story.lead, story.language)


def neutral_headline(entry: Entry, language: str) -> str:
    """Return a headline that names nothing but the publisher."""
    return _NEUTRAL.get(language[:2], _NEUTRAL["en"]).format(name=shown_outlet(entry))


def shown_left_out(left_out: LeftOut) -> LeftOut:
    """Return what was left out as a preview may print it; titles that may not be shown are replaced."""
    return replace(
        left_out,
        headline=shown_title(left_out.headline, left_out.url),
        reason=_QUOTED.sub(
            lambda match: match[0] if _may_be_shown(match[1], "") else "another story",
            left_out.reason,
        ),
    )


def shown_title(title: str, url: str) -> str:
    """Return an article's title as it may be shown, else one that names the site alone."""
    if _may_be_shown(title, url):
        return title
    return _NEUTRAL["en"].format(name=_site(url) or _UNNAMED)


def shown_problems(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return problems with the names of their feeds as they may be shown."""
    return tuple(replace(one, source=shown_name(one.source, one.address)) for one in problems)


def _may_be_shown(title: str, url: str) -> bool:
    title = title[:_TITLE_CHARS]
    return Outgoing([title], [url] if url else []).fits(title)


def _site(address: str) -> str:
    """Return the registrable domain of an address or a bare host; "" for a file's path."""
    if "//" not in address and not _HOST.fullmatch(address):
        return ""
    return outlet_of(address if "//" in address else f"https://{address}/")
