"""Whole digests as Slack gets them: form, order, honesty, limits, hostile texts."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block as SlackBlock

from bot.digest.digest import Digest, RecapLine, Told
from bot.digest.preference import Preference, Weekday
from bot.explain.explanation import ExplainedTerm, Form, Source
from bot.news.story import LeftOut, Problem
from bot.news.topic import Topic
from bot.render.as_json import digest_json, explanation_json
from bot.render.blocks import MESSAGE_WEIGHT
from bot.render.check import check, weight
from bot.render.digest_message import fair_share, render_digest
from bot.render.explanation_message import explanation_messages
from bot.render.message import Message
from bot.render.notice import notice
from bot.render.text import digest_lines, digest_text, explanation_text
from bot.sandbox.blocks import blocks_size, check_blocks
from bot.sandbox.blocks.size import MAX_MESSAGE_SIZE
from tests.fakes.digests import MADE_AT, MONDAY, make_digest, make_explanation, make_item
from tests.fakes.rows import each_row
from tests.render.hostile import TEXTS, URLS

TOLD = Told(story_id="s2", revision=1, on=date(2026, 2, 24), headline="Harbor's small model is out")
MICROSOFT = {
    "headline": "Microsoft and OpenAI: the partnership stays as it is",
    "means_for_reader": "",
    "in_short": "On 27 February both companies denied that Microsoft is moving to rivals.",
    "paragraphs": (
        (
            "Microsoft keeps its exclusive licence to OpenAI's work, a contract under which nobody "
            "else gets the same rights. Azure remains the one place that serves OpenAI's stateless "
            "APIs. An API is a serving hatch between programs."
        ),
    ),
    "terms": (
        ExplainedTerm(term="exclusive licence", meaning="nobody else gets the same rights"),
        ExplainedTerm(term="stateless APIs", meaning="each request stands alone"),
        ExplainedTerm(term="API", meaning="a serving hatch between programs"),
    ),
    "topics": (Topic.GENERAL, Topic.SOFTWARE_DEVELOPMENT),
    "sources": (
        Source(name="Financial Times", url="https://ft.example/a", paywalled=True),
        *(Source(name=f"Outlet {n}", url=f"https://outlet{n}.example/a") for n in range(6)),
    ),
    "basis": "summary",
}


def typical() -> Digest:
    return make_digest(
        make_item("s1", **MICROSOFT),
        make_item("s2", update_of=TOLD, what_is_new="It needs 4 GB of memory instead of 16."),
        make_item(
            "s3",
            surprise=True,
            headline="A choir of voices, all from one singer",
            in_short="A studio in Oslo let one singer sing all forty parts of a mass.",
            topics=(Topic.VOICE_SPEECH,),
            terms=(),
            why_it_matters=None,
            dropped_sentences=1,
        ),
        topic_counts=((Topic.SOFTWARE_DEVELOPMENT, 2), (Topic.GENERAL, 1)),
        problems=(Problem(source="Slow Feed", error="no answer within 8 s"),),
    )


def extractive() -> Digest:
    return make_digest(
        make_item("s1", written_by="extractive", means_for_reader="", why_it_matters=None),
        make_item("s2", written_by="extractive", why_it_matters=None, basis="summary"),
    )


def maximum(
    text: str = "word & <b> " * 400, url: str = "https://a.example/" + "p" * 900, stories: int = 8
) -> Digest:
    terms = tuple(ExplainedTerm(term=f"t{n} {text}", meaning=text, comparison=text) for n in "123")
    items = [
        make_item(
            f"story-{n}",
            update_of=replace(TOLD, headline=text),
            surprise=n == stories - 1,
            headline=text,
            means_for_reader=text,
            in_short=text,
            paragraphs=(text, text, text, text),
            terms=terms,
            why_it_matters=text,
            what_is_new=text,
            topics=(Topic.AUDIO_VIDEO, Topic.WRITING, Topic.PRODUCTIVITY),
            sources=tuple(Source(name=text, url=f"{url}{i}", paywalled=True) for i in range(9)),
            basis="summary",
            written_by="extractive" if n % 2 else "azure",
            dropped_sentences=3,
        )
        for n in range(stories)
    ]
    return make_digest(
        *items,
        topic_counts=tuple((topic, 8) for topic in Topic),
        problems=tuple(Problem(source=text, error=text) for _ in range(30)),
        notices=(text,) * 6,
        not_included=(LeftOut(headline=text, reason=text),),
        late_since=MADE_AT - timedelta(hours=2),
        first_post=True,
        set_up_by=text,
        recap=tuple(
            RecapLine(
                story_id=f"r{n}",
                headline=text,
                first_on=MONDAY,
                last_on=MONDAY,
                updates=n,
                url=f"{url}{n}",
                source=text,
            )
            for n in range(30)
        ),
    )


RECAP = (
    RecapLine(
        story_id="s7",
        headline="Ministers agree on labels",
        first_on=date(2026, 2, 24),
        last_on=date(2026, 2, 26),
        updates=2,
        url="https://theledger.example/labels",
        source="The Ledger",
    ),
    RecapLine(
        story_id="s8",
        headline="A story that is stored no more",
        first_on=date(2026, 2, 25),
        last_on=date(2026, 2, 25),
    ),
)
CASES = {
    "recap": make_digest(make_item("s1"), recap=RECAP),
    "typical": typical(),
    "extractive": extractive(),
    "mixed": make_digest(make_item("s1"), make_item("s2", written_by="extractive")),
    "update-without-sentence": make_digest(make_item("s2", update_of=TOLD)),
    "empty": make_digest(empty_reason="all 12 entries of today were adverts or told before."),
    "late-and-first": make_digest(
        make_item(),
        late_since=MADE_AT - timedelta(hours=2),
        first_post=True,
        set_up_by="U024BE7LH",
        notices=("Yesterday's digest is missing: Slack could not be reached.",),
        preference=Preference(
            zone="Europe/Berlin", days=frozenset({Weekday.MON, Weekday.THU}), on=True
        ),
    ),
    "maximum": maximum(),
}


def all_texts(message: Message) -> list[str]:
    found = [message.text]

    def walk(value):
        if isinstance(value, dict):
            found.extend(v for k, v in value.items() if k == "text" and isinstance(v, str))
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list | tuple):
            for inner in value:
                walk(inner)

    walk(message.blocks)
    return found


def assert_sound(message: Message) -> None:
    assert check(message) == []
    assert check_blocks(list(message.blocks), "message").problems == []
    assert blocks_size(list(message.blocks)) <= MAX_MESSAGE_SIZE
    for block in message.blocks:
        parsed = SlackBlock.parse(block)
        assert parsed is not None
        assert parsed.to_dict()["type"] == block["type"]
    json.dumps(message.blocks, ensure_ascii=False).encode("utf-8")
    for text in all_texts(message):
        assert_nothing_live(text)


def assert_nothing_live(text: str) -> None:
    """Every `<` opens a link of http(s) or the one allowed mention of a person."""
    for inside in re.findall(r"<([^>]*)", text):
        assert re.fullmatch(r"https?://[^\s<>|]+(\|[^<>|]+)?|@[UW][A-Z0-9]+", inside), inside
        target, _, label = inside.partition("|")
        host = target.split("/")[2] if label else ""
        for name in re.findall(r"[a-z0-9-]+\.[a-z]{2,}(?=$|[\s/])", label):
            assert host.endswith(name)


@pytest.mark.parametrize("name", CASES)
def test_digest_looks_as_agreed(name, snapshot):
    """The whole message, block by block, is what was reviewed; a change shows in the snapshot."""
    assert render_digest(CASES[name]) == snapshot


@pytest.mark.parametrize("name", [name for name in CASES if name != "maximum"])
def test_terminal_digest_looks_as_agreed(name, snapshot):
    """The terminal shows the same parts in the same order."""
    assert digest_text(CASES[name], 80) == snapshot


@pytest.mark.parametrize("interactive", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_every_digest_keeps_all_limits(name, interactive):
    """Ours and slack_sdk's validators find nothing, with and without buttons."""
    assert_sound(render_digest(CASES[name], interactive=interactive))


def test_interactive_digest_has_buttons_that_name_the_story():
    """Every story's row carries its id and revision; without listeners there is no dead button."""
    digest = typical()
    drawn = render_digest(digest, interactive=True)
    rows = [block for block in drawn.blocks if block["type"] == "actions"]
    assert [row["elements"][0]["value"] for row in rows] == ["s1:1", "s2:1", "s3:1"]
    assert next(row["elements"][1]["options"][1]["value"] for row in rows) == "mute|s1:1"
    assert "`/digest`" in json.dumps(drawn.blocks)
    still = render_digest(digest, interactive=False)
    assert not any(block["type"] == "actions" for block in still.blocks)


@pytest.mark.parametrize("interactive", [False, True])
def test_no_story_is_dropped_at_maximum_size(interactive):
    """Eight stories of absurd length all stand there, in order, in blocks and fallback, cut visibly."""
    message = render_digest(maximum(), interactive=interactive)
    sections = [b["text"]["text"] for b in message.blocks if b["type"] == "section"]
    for number in range(1, 9):
        assert any(text.startswith(f"*{number}. ") for text in sections)
        assert re.search(rf"^{number}\. ", message.text, re.MULTILINE)
    assert sum(map(weight, message.blocks)) <= MESSAGE_WEIGHT
    assert len(message.text) < 4_000
    assert any("…" in text for text in sections)


@pytest.mark.parametrize(("interactive", "sentences"), [(True, 7), (False, 9)])
def test_eight_normal_stories_are_not_cut(interactive, sentences):
    """Eight stories of 144 words with buttons (172 without) lose no word; design: 90 to 150."""
    paragraph = (
        "Plain words about one event, twenty of them in all, explain what has happened. "
        * sentences
    )
    items = [
        make_item(f"s{n}", paragraphs=(paragraph,), headline="Eleven words " * 6) for n in range(8)
    ]
    message = render_digest(make_digest(*items), interactive=interactive)
    assert_sound(message)
    assert "…" not in json.dumps(message.blocks, ensure_ascii=False)


@each_row("text", TEXTS)
def test_hostile_texts_do_nothing_anywhere(text):
    """Each hostile text in every field at once: limits kept, nothing live, in Slack and terminal."""
    digest = maximum(text, stories=2)
    assert_sound(render_digest(digest, interactive=True))
    shown = digest_text(digest)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert_sound(explanation_messages(digest.items[0].explanation)[0])
    assert_sound(notice("We say:", text))


@pytest.mark.parametrize("url", URLS)
def test_hostile_addresses_do_nothing_anywhere(url):
    """A source's address becomes one honest link or none."""
    message = render_digest(
        make_digest(make_item(sources=(Source(name="https://bank.example", url=url),)))
    )
    assert_sound(message)


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=300), st.text(max_size=100), st.integers(min_value=0, max_value=8))
def test_any_text_gives_a_sound_message(text, name, count):
    """Whatever Unicode holds, the message is one that Slack takes."""
    items = [
        make_item(
            f"s{n}",
            headline=text,
            in_short=text,
            paragraphs=(text, name),
            means_for_reader=name,
            terms=(ExplainedTerm(term=name, meaning=text),),
            sources=(Source(name=name, url="https://a.example/" + text),),
        )
        for n in range(count)
    ]
    assert_sound(render_digest(make_digest(*items, empty_reason=name, notices=(text,))))


def test_rendering_is_repeatable():
    """The same digest gives the same message, so that a retry posts the same words."""
    assert render_digest(typical()) == render_digest(typical())


@given(
    st.lists(st.integers(min_value=0, max_value=6_000), min_size=1, max_size=8),
    st.integers(min_value=100, max_value=9_000),
)
def test_fair_share_fills_the_room_and_never_overfills_it(wanted, room):
    """Short stories keep everything; long ones share what is left."""
    share = fair_share(wanted, room)
    total = sum(min(size, share) for size in wanted)
    assert total <= room
    assert total == sum(wanted) or total > room - len(wanted)


def test_bold_marks_only_headlines_and_terms():
    """Inside a story nothing is bold but its headline and the terms that the text explains."""
    message = render_digest(make_digest(make_item("s1", **MICROSOFT)))
    story = message.blocks[3]["text"]["text"]
    marked = re.findall(r"\*([^*]+)\*", story)
    assert marked == [
        "1. Microsoft and OpenAI: the partnership stays as it is",
        "exclusive licence",
        "stateless APIs",
        "API",
    ]


def test_json_has_exactly_the_agreed_keys():
    """`preview --format json` is a contract: keys, order, null where there is nothing."""
    digest = typical()
    shown = digest_json(digest, render_digest(digest))
    assert list(shown) == [
        "generated_at", "digest_on", "level", "language", "stories", "not_included", "problems",
        "text", "blocks",
    ]  # fmt: skip
    assert list(shown["stories"][0]) == [
        "id", "headline", "url", "published_at", "score", "topics", "sources", "entries",
        "update_of", "what_is_new", "explanation",
    ]  # fmt: skip
    assert list(shown["stories"][0]["explanation"]) == [
        "headline", "in_short", "paragraphs", "terms", "why_it_matters", "basis", "written_by",
    ]  # fmt: skip
    assert list(shown["stories"][0]["explanation"]["terms"][0]) == ["term", "meaning", "comparison"]
    assert shown["generated_at"] == "2026-03-02T08:00:00Z"
    assert shown["digest_on"] == MONDAY.isoformat()
    assert shown["stories"][1]["update_of"] == "s2"
    assert shown["stories"][2]["explanation"]["why_it_matters"] is None
    assert json.loads(json.dumps(shown)) == shown


def test_explanation_json_names_sources_and_level():
    """`explain --format json` is self-contained."""
    shown = explanation_json(make_explanation())
    assert shown["sources"][0] == {"name": "Harbor Labs", "url": "https://harbor.example/pilot-2-1"}
    assert shown["level"] == "newcomer"


def test_full_explanation_is_one_message_and_a_huge_one_is_split(snapshot):
    """A thread gets one message; only absurd lengths are split, between paragraphs, in order."""
    full = make_explanation(form=Form.FULL)
    assert explanation_messages(full) == snapshot
    paragraphs = tuple(f"Paragraph {n}. " + "Some plain words. " * 120 for n in range(7))
    pages = explanation_messages(make_explanation(paragraphs=paragraphs))
    assert len(pages) > 1
    for page in pages:
        assert_sound(page)
    joined = "".join(block["text"]["text"] for p in pages for block in p.blocks if "text" in block)
    assert [int(n) for n in re.findall(r"Paragraph (\d)\.", joined)] == list(range(7))


def test_explanation_text_says_what_it_rests_on():
    """A terminal reader is told about the summary and the missing model too."""
    shown = explanation_text(make_explanation(basis="summary", written_by="extractive"), 300)
    assert "(this rests on the summary; put together without a language model)" in shown
    assert "Words in it:\n• quantisation – the numbers inside a model are rounded" in shown


def test_terminal_lines_mark_labels_and_terms():
    """A command line can colour headlines, labels and terms without parsing text."""
    lines = digest_lines(make_digest(make_item()))
    in_short = next(line for line in lines if line.text.startswith("In short:"))
    assert in_short.text[: in_short.label_chars] == "In short:"
    marked = [line.text[a:b] for line in lines for a, b in line.bold]
    assert marked == ["quantisation"]


def test_digest_times_are_the_channels_own():
    """A late digest names its times in the channel's zone, summer time included."""
    digest = make_digest(
        make_item(),
        made_at=datetime(2026, 7, 1, 9, 40, tzinfo=UTC),
        late_since=datetime(2026, 7, 1, 7, 0, tzinfo=UTC),
    )
    assert "due at 09:00 and was made at 11:40 (Europe/Berlin)" in digest_text(digest, 500)


def test_check_names_every_breach():
    """Our own validator sees what slack_sdk's models miss."""
    plain = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3_001}}
    found = check(Message(text="", blocks=(plain, {"type": "video"}) * 30))
    assert "the fallback text is empty" in found
    assert "60 blocks, more than 50" in found
    assert "block 0: text has 3001 characters, more than 3000" in found
    assert "block 0: a mrkdwn text without verbatim" in found
    assert "block 1: 'video' is no block of ours" in found
    assert any("all blocks weigh" in sentence for sentence in found)
