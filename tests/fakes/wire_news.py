"""Invented AI news for feed servers: events told by several outlets, and what is no news."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from tests.fakes.feed_server import Item

_LABELLED = Path(__file__).parents[1] / "news" / "labelled_events.txt"

PILOT = Item(
    slug="pilot",
    title="Harbor Labs releases Pilot 2, a language model with open weights",
    text="Harbor Labs of Rotterdam released Pilot 2 today, a small language model with open weights. "
    "It needs 16 GB of memory.",
    page="Harbor Labs of Rotterdam released Pilot 2 today, a small language model with open weights. "
    "The model needs 16 GB of memory, about as much as a good laptop has.\n\n"
    "The lab earns its money with fine-tuning for courts and hospitals. "
    "Anyone may download the weights, change them and use them commercially.\n\n"
    "Nobody outside the lab has repeated the benchmark yet. "
    "The company says that the model scores near far larger ones on its own test.",
    hours=3,
)
PILOT_TOO = Item(
    slug="pilot-2-is-out",
    title="Pilot 2 is out: open weights from Harbor Labs in Rotterdam",
    text="Harbor Labs has put its new language model Pilot 2 online for anyone to download. "
    "It runs on a laptop with 16 GB of memory.",
    hours=2,
)
BANK = Item(
    slug="bank",
    title="Fernhill Bank's AI assistant settles six of ten customer chats",
    text="Fernhill Bank said that its AI assistant resolved 62 percent of customer chats last month. "
    "The assistant uses retrieval-augmented generation and cites the bank's handbook.",
    hours=5,
)
ADVERT = Item(title="We're hiring: senior inference engineer (m/f/d)", text="Join us.", hours=4)


def events() -> list[list[Item]]:
    """Return the labelled events in order, each with the ways in which outlets told it."""
    told: dict[str, list[Item]] = defaultdict(list)
    for line in _LABELLED.read_text("utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        event, hours, _outlet, title, text = (part.strip() for part in line.split(" | "))
        told[event].append(Item(title=title, text=text, hours=min(float(hours), 40.0)))
    return list(told.values())


def outlets(
    number_of_feeds: int, items_each: int, stories: int
) -> Iterator[tuple[str, list[Item]]]:
    """
    Yield (name, items) for many feeds that tell the same *stories* events, each in its own words.

    What is left of *items_each* is what feeds carry besides news: adverts, roundups, other subjects.
    """
    chosen = sorted(events(), key=len, reverse=True)[:stories]
    fillers = (_filler(number) for number in count())
    for feed in range(number_of_feeds):
        news = [ways[feed % len(ways)] for ways in chosen[:items_each]]
        rest = [next(fillers) for _ in range(items_each - len(news))]
        yield f"outlet{feed:02}", [*news, *rest]


def _filler(number: int) -> Item:
    kinds = (
        ("We're hiring: data engineer no. {} (m/f/d)", "Apply now."),
        ("Harbour festival moves to quay {}", "The fireworks start at ten."),
        ("This week in AI: chips, courts and choir no. {}", "A roundup of the week."),
        ("Sponsored: cloud storage offer {}", "This post is sponsored."),
    )
    title, text = kinds[number % len(kinds)]
    return Item(title=title.format(number), text=text, hours=6 + number % 30)
