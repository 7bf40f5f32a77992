"""
Attacks played through the real path: hostile feeds, a model that obeys them, and everything shown.

A publisher's feed goes through the real parser; the extractive explainer, the adapter against a
server with Azure's wire format, answering with its stream, and the renderers are the product's own.
The last line of the run says how many attacks were tried and stopped, and how many harmless texts
passed.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.chat.request import RequestKind
from bot.clock import FixedClock
from bot.digest.choose import Selection
from bot.digest.compose import Occasion, compose
from bot.digest.digest import ChosenStory, Digest, Told
from bot.digest.preference import EVERY_DAY, Preference
from bot.digest.recap import recap
from bot.explain.explanation import Explanation, Form, Level
from bot.explain.extractive import NothingToShow
from bot.explain.glossary import Glossary
from bot.explain.outgoing.named import shown_left_out
from bot.explain.review import cut_headline
from bot.explain.write import Explainer
from bot.model.azure import AzureModel
from bot.model.deployment import Deployment
from bot.net.feed_parse import parse_feed
from bot.news.collect import make_entry
from bot.news.entry import Page
from bot.news.feed import Feed
from bot.news.rank import Score
from bot.news.story import CollectReport, Problem, Story
from bot.news.topic import Topic
from bot.render.answer_views import AnswerViews
from bot.render.as_json import digest_json
from bot.render.digest_message import render_digest
from bot.render.explanation_message import explanation_messages
from bot.render.text import digest_text, explanation_text
from tests.fakes.azure import Change, FakeAzure, Say
from tests.fakes.chat import House, make_request
from tests.fakes.explaining import NOW, RememberedExplanations, RememberedUsage
from tests.fakes.feed_server import Item, rss
from tests.fakes.outgoing_cases import Attack, Count, Harmless, attacks, harmless, letters
from tests.fakes.talk import Unpaced, open_talk, posted_digest

pytestmark = pytest.mark.anyio

# Every sentence of our prompts is tried in tests/explain; a third of them goes all the way.
LISTED = [one for one in attacks() if one.kind != "prompt"]
ATTACKS = [*LISTED, *[one for one in attacks() if one.kind == "prompt"][::3]]
HARMLESS = harmless()
# The same in disguise: letters that nobody sees stand in every third word.
HIDDEN = [
    replace(
        one,
        text=" ".join(
            f"{word[:2]}\u200b{word[2:]}" if place % 3 == 0 else word
            for place, word in enumerate(one.text.split(" "))
        ),
    )
    for one in LISTED[::3]
]
ATTACKS += HIDDEN
GLOSSARY = Glossary.load()
FACTS = (
    "Harbor Labs of Rotterdam released its language model Pilot 2 on Thursday.",
    "The model needs 16 GB of memory, about as much as a good laptop has.",
    "Nobody outside of the laboratory has repeated the benchmark yet, its makers say.",
)
SITE = "theledger.example"
PREFERENCE = Preference(on=True, zone="UTC", days=EVERY_DAY)


@pytest.fixture
def count(record_property: Callable[[str, object], None]) -> Iterator[Count]:
    """Count, and hand the sum to the end of the run."""
    counted = Count()
    yield counted
    record_property("attacks", counted.line)


@pytest.fixture
async def azure() -> AsyncIterator[FakeAzure]:
    async with FakeAzure() as fake:
        yield fake


@pytest.fixture
async def model(azure: FakeAzure) -> AsyncIterator[AzureModel]:
    deployment = Deployment(endpoint=azure.endpoint, deployment="d", api_key=SecretStr("k"))
    made = AzureModel(deployment, RememberedUsage(), FixedClock(NOW))
    yield made
    await made.aclose()


def published(*items: Item, name: str = "The Ledger", now: datetime = NOW) -> list[Story]:
    """Return one story for each item of a feed, as the real parser reads it."""
    document = rss("ledger", items, f"https://{SITE}", now=now)
    parsed = parse_feed(document.encode(), f"https://{SITE}/feed.xml", "", now)
    feed = Feed(url=f"https://{SITE}/feed.xml", name=name, outlet=SITE)
    entries = [make_entry(feed, one, now, "en") for one in parsed.entries]
    return [
        Story(id=entry.id, entries=(entry,), topics=(Topic.GENERAL,), language="en")
        for entry in entries
    ]


async def explained(explainer: Explainer, story: Story, form: Form) -> Explanation | None:
    try:
        return await explainer.explain(
            story, {}, form=form, level=Level.NEWCOMER, language="en", now=NOW
        )
    except NothingToShow:
        return None


async def digest_of(stories: Sequence[Story], explainer: Explainer) -> Digest:
    """Compose the stories as a channel gets them, with last week's recap and a silent feed."""
    made = {story.id: await explained(explainer, story, Form.DIGEST) for story in stories}
    chosen = tuple(ChosenStory(story=story, score=Score(total=1.0)) for story in stories)
    name = stories[0].lead.outlet_name
    report = CollectReport(feeds_read=1, problems=(Problem(source=name, error="no answer"),))
    digest = compose(
        Selection(chosen=chosen, left_out=()),
        {key: one for key, one in made.items() if one is not None},
        PREFERENCE,
        Occasion(on=NOW.date(), due_at=NOW, now=NOW, report=report),
    )
    told = [
        Told(story_id=story.id, revision=1, on=NOW.date(), headline=story.headline)
        for story in stories
    ]
    week = recap(told, {story.id: story for story in stories}, PREFERENCE)
    left_out = tuple(map(shown_left_out, digest.not_included))
    return replace(digest, recap=week, not_included=left_out)


def shown_of_digest(digest: Digest) -> str:
    """Return everything that Slack, a terminal and a program get of a digest."""
    message = render_digest(digest)
    told = json.dumps(digest_json(digest, message), ensure_ascii=False)
    # Addresses are the sources' own, made of the item's number.
    return f"{message.text}\n{told}\n{digest_text(digest, 10_000)}"


def shown_of_explanation(made: Explanation | None) -> str:
    if made is None:
        return ""
    parts = [str(message) for message in explanation_messages(made)]
    return "\n".join([*parts, str(AnswerViews().explanation(made, "r1")), explanation_text(made)])


def in_groups(of: Sequence[Attack], size: int) -> Iterator[Sequence[Attack]]:
    yield from (of[start : start + size] for start in range(0, len(of), size))


async def test_hostile_publishers(count: Count):
    """Title, text and name of a feed bring no attack into a digest, a full article, JSON or a terminal."""
    explainer = Explainer(None, RememberedExplanations(), GLOSSARY)
    for attack in ATTACKS:
        text = " ".join([FACTS[0], attack.text, *FACTS[1:]])
        in_title, in_text, alone = published(
            Item(title=attack.text, text=" ".join(FACTS), slug="a"),
            Item(title="Harbor Labs releases Pilot 2", text=text, slug="b"),
            Item(title=attack.text, text=f"{attack.text} {attack.text}", slug="c"),
            name=attack.text,
        )
        digest = await digest_of([in_title, in_text, alone], explainer)
        count.attack(attack, shown_of_digest(digest), "digest")
        full = await explained(explainer, in_text, Form.FULL)
        count.attack(attack, shown_of_explanation(full), "full article")
        shown = {item.chosen.story.id for item in digest.items}
        reasons = [one.reason for one in digest.not_included]
        assert {in_title.id, in_text.id} <= shown, "harmless sentences keep their story"
        assert alone.id in shown or any("may be posted" in reason for reason in reasons), attack
    assert count.shown == []


async def test_a_model_that_obeys(count: Count, azure: FakeAzure, model: AzureModel):
    """Whatever field of an explanation the model puts an attack into, nobody sees it."""
    explainer = Explainer(model, RememberedExplanations(), GLOSSARY)
    for number, group in enumerate(in_groups(ATTACKS, 14)):
        texts = [*(attack.text for attack in group), *[FACTS[0]] * (14 - len(group))]
        azure.always(Change(lambda made, texts=texts: made | obeyed(made, texts)))
        body = " ".join([*FACTS, *texts])
        [story] = published(
            Item(title="Harbor Labs releases Pilot 2", text=body, slug=f"g{number}")
        )
        form = (Form.DIGEST, Form.FULL)[number % 2]
        made = await explained(explainer, story, form)
        assert made is not None
        shown = shown_of_explanation(made)
        for attack in group:
            count.attack(attack, shown, f"model, {form}")
        assert letters(FACTS[0]) in letters(shown), "the rest stays"
        assert made.dropped_sentences >= len(group) // 3, "what went is counted"
    assert count.shown == []


def obeyed(made: dict[str, Any], texts: Sequence[str]) -> dict[str, Any]:
    """Return the fields of an explanation with attacks in each."""
    terms = [{"term": text, "meaning": text, "comparison": text} for text in texts[6:8]]
    return {
        "headline": texts[0],
        "means_for_reader": texts[1],
        "in_short": f"{FACTS[0]}\n{texts[2]}",
        "paragraphs": [f"{FACTS[1]}\n{texts[3]}\n{FACTS[2]}", texts[4], *texts[8:]],
        "why_it_matters": texts[5],
        "terms": terms,
    }


async def test_answers_of_a_model_that_obeys(count: Count, azure: FakeAzure, model: AzureModel):
    """Threads, /explain of a text and of a link, rephrased and general answers let nothing through."""
    ways = cycle(["thread", "text", "link", "rephrase", "general", "without a model"])
    for way, group in zip(ways, in_groups(ATTACKS, 10), strict=False):
        said = " ".join([FACTS[1], *(attack.text for attack in group), FACTS[2]])
        azure.always(Say(said))
        house = House(model=None if way == "without a model" else model)
        house.renderer = AnswerViews()  # type: ignore[assignment]  # the real one
        await ask(house, way, said)
        seen = [shown.message for shown in (*house.desk.messages.values(), *house.desk.private)]
        pieces = [shown.pieces for shown in house.desk.messages.values()]
        assert seen
        for attack in group:
            count.attack(attack, f"{seen} {pieces}", way)
        if way in {"text", "link"}:
            assert letters(FACTS[2]) in letters(str(seen)), "the rest of the answer stays"
    assert count.shown == []


async def ask(house: House, way: str, said: str) -> None:
    url = f"https://{SITE}/pilot"
    house.pages.pages[url] = Page(
        source=url, title="Pilot 2 is out", text=f"{' '.join(FACTS)} {said}"
    )
    private: dict[str, Any] = {
        "kind": RequestKind.EXPLAIN,
        "thread_ts": None,
        "message_ts": None,
        "private": True,
        "response_url": SecretStr("https://hooks.example/1"),
    }
    if way in {"text", "without a model"}:
        await house.ask(make_request(f"{' '.join(FACTS)} {said}", **private))
    elif way == "link":
        await house.ask(make_request(url, **private))
    elif way == "general":
        await house.ask(make_request("What does a language model need memory for?", **private))
    else:
        await house.ask(make_request("What does Pilot need?"))
    if way == "rephrase":
        again = {"request": "Ev1", "wish": "simpler"}
        await house.ask(
            make_request(
                "", kind=RequestKind.REPHRASE, source_key="B1", twin_key="B1", details=again
            )
        )


async def test_harmless_news_passes(count: Count, azure: FakeAzure, model: AzureModel):
    """News about phishing, wallets and prompts, and names that look like domains, stand as written."""
    explainer = Explainer(None, RememberedExplanations(), GLOSSARY)
    stories = published(
        *(Item(title=one.text, text=one.text, slug=str(n)) for n, one in enumerate(HARMLESS))
    )
    assert len(stories) == len(HARMLESS)
    for one, story in zip(HARMLESS, stories, strict=True):
        digest = await digest_of([story], explainer)
        assert [item.chosen.story.id for item in digest.items] == [story.id]
        message = render_digest(digest)
        headline = digest.items[0].explanation.headline
        shown = headline == cut_headline(one.text) and headline in digest_text(digest, 10_000)
        linked = bool(one.name) and becomes_a_link(one.name, message.blocks)
        count.harmless_text(one.text, passed=shown and not linked, where="digest")
    for start in range(0, len(HARMLESS), 10):
        await answered(HARMLESS[start : start + 10], azure, model, count)
    assert len(count.lost) <= 0.03 * count.harmless, count.lost


async def answered(
    some: Sequence[Harmless], azure: FakeAzure, model: AzureModel, count: Count
) -> None:
    """Have the model say what a page says, and look for it in the answer."""
    house, views = House(model=model), AnswerViews()
    house.renderer = views  # type: ignore[assignment]  # the real one
    sentences = [one.text if one.text[-1] in ".。" else f"{one.text}." for one in some]
    azure.always(Say(" ".join(sentences)))
    url = f"https://{SITE}/pilot"
    house.pages.pages[url] = Page(
        source=url, title="News", text=" ".join(sentences) + " ".join(FACTS)
    )
    await house.ask(make_request(f"explain {url} in detail"))
    [shown] = house.desk.messages.values()
    for one in some:
        passed = letters(one.text) in letters(str(shown.message))
        linked = bool(one.name) and becomes_a_link(
            one.name, shown.message.blocks if shown.message else ()
        )
        count.harmless_text(one.text, passed=passed and not linked, where="answer")


def becomes_a_link(name: str, blocks: Sequence[dict[str, Any]]) -> bool:
    """Return whether Slack would link a name: in a link of ours, or in mrkdwn that is not verbatim."""
    for text in texts_of(blocks):
        plain, links = text["text"], []
        while "<" in plain and ">" in plain.split("<", 1)[1]:
            before, _, rest = plain.partition("<")
            inside, _, after = rest.partition(">")
            plain = before + after
            links.append(inside)
        if any(name in inside for inside in links):
            return True
        if name in plain and text["type"] == "mrkdwn" and text.get("verbatim") is not True:
            return True
    return False


def texts_of(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value
        for part in value.values():
            yield from texts_of(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from texts_of(part)


MIXED = [next(one for one in ATTACKS if one.kind == kind) for kind in ("order", "host", "wallet")]
MIXED += [one for one in ATTACKS if one.kind == "prompt"][:2] + [
    one for one in ATTACKS if one.kind == "phone"
][:1]


async def test_a_workspace_sees_none_of_it(tmp_path: Path, count: Count):
    """Feed, digest, Explain more, thread, /explain and Simpler in a workspace: no call carries an attack."""
    said = " ".join([FACTS[1], *(attack.text for attack in MIXED), FACTS[2]])
    async with open_talk(tmp_path, digest=False, pacer=Unpaced()) as talk:
        publishers = talk.place.publishers
        items = [
            Item(
                title=MIXED[0].text, text=" ".join(FACTS), page=f"{' '.join(FACTS)} {said}", hours=2
            ),
            Item(title="Fernhill Bank's AI assistant settles customer chats", text=said, hours=3),
        ]
        url = publishers.feed("ledger", items, now=datetime.now(UTC))
        feed = Feed(url=url, name=MIXED[0].text, outlet=SITE, only_ai=True)
        await talk.database.feeds.add(feed)
        talk.azure.always(
            Change(lambda made: made | obeyed(made, [one.text for one in (*MIXED, *MIXED)]))
        )
        talk.digest = await posted_digest(talk)
        ada = talk.as_user("ada")
        await ada.click(talk.digest, "explain_more")
        await talk.answer_in(talk.digest.ts)
        talk.azure.always(Say(said))
        asked = ada.post("ai-news", "#1 how much memory does Pilot need?", thread_ts=talk.digest.ts)
        await talk.answer_in(talk.digest.ts, count=2)
        assert asked.ts
        await ada.command("/explain", f"{publishers.base}/ledger/0", channel="ai-news")
        note = await talk.whispered("ada", "Sources")
        await ada.click(note, "answer_more_detail")
        await talk.until(lambda: len(talk.azure.calls) > 4)
        await talk.quiet()
        calls = [str(call) for call in talk.sandbox.calls.entries]
        shown = f"{calls} {talk.sandbox.thread('ai-news', talk.digest.ts)} {ada.ephemerals()}"
        for attack in MIXED:
            count.attack(attack, shown, "workspace")
        assert letters(FACTS[1]) in letters(shown)
    assert count.shown == []
