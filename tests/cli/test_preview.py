"""`plainwire preview`: the whole job without posting, on good feeds, broken ones and none."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.fakes.azure import Drop
from tests.fakes.feed_server import FeedServer, article, rss
from tests.fakes.place import Place
from tests.fakes.program import command
from tests.fakes.wire_news import ADVERT, BANK, PILOT, PILOT_TOO

pytestmark = pytest.mark.anyio

LEAK = "what only a local file says"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
KEYS = [
    "generated_at", "digest_on", "level", "language", "stories", "not_included", "problems",
    "text", "blocks",
]  # fmt: skip
STORY_KEYS = {
    "id", "headline", "url", "published_at", "score", "topics", "sources", "entries", "update_of",
    "what_is_new", "explanation",
}  # fmt: skip
EXPLANATION_KEYS = {
    "headline", "in_short", "paragraphs", "terms", "why_it_matters", "basis", "written_by",
}  # fmt: skip


@pytest.fixture
def feeds(tmp_path: Path) -> list[Path]:
    """Two feed files of 2 March 2026: two stories, one of them told twice."""
    files = {"ledger.xml": ("ledger", [PILOT, ADVERT]), "signal.xml": ("signal", [PILOT_TOO, BANK])}
    for file, (name, items) in files.items():
        (tmp_path / file).write_text(rss(name, items, now=NOW), "utf-8")
    return [tmp_path / file for file in files]


async def test_json_has_exactly_the_keys_of_the_contract(tmp_path: Path, feeds: list[Path]):
    """Two files as of a given time: JSON with the promised keys, the stories merged and dated."""
    finished = await command(
        "preview", "--feeds", *feeds, "--now", "2026-03-02T09:00:00Z", "--format", "json",
        "--level", "practitioner", "--offline", cwd=tmp_path,
    )  # fmt: skip
    digest = finished.json

    assert finished.code == 0
    assert finished.err == ""
    assert list(digest) == KEYS
    assert (digest["generated_at"], digest["digest_on"]) == ("2026-03-02T09:00:00Z", "2026-03-02")
    assert (digest["level"], digest["language"]) == ("practitioner", "en")
    assert len(digest["stories"]) == 2
    for story in digest["stories"]:
        assert set(story) == STORY_KEYS
        assert set(story["explanation"]) == EXPLANATION_KEYS
        assert all(
            set(term) == {"term", "meaning", "comparison"} for term in story["explanation"]["terms"]
        )
        assert all(set(source) == {"name", "url"} for source in story["sources"])
        assert story["published_at"] < "2026-03-02T09:00:00Z"
    assert sorted(story["entries"] for story in digest["stories"]) == [1, 2]
    assert digest["problems"] == []
    [left_out] = digest["not_included"]
    assert left_out == {"headline": ADVERT.title, "reason": "a job advert"}


async def test_blocks_are_what_slack_would_get(tmp_path: Path, feeds: list[Path]):
    """`--format blocks` prints the message alone, ready for Slack's block builder."""
    finished = await command(
        "preview",
        *feeds,
        "--now",
        "2026-03-02T09:00",
        "--format",
        "blocks",
        "--offline",
        cwd=tmp_path,
    )

    assert finished.code == 0
    assert set(finished.json) == {"text", "blocks"}
    assert finished.json["blocks"][0]["type"] == "header"


async def test_text_is_for_people(tmp_path: Path, feeds: list[Path]):
    """The text form names sources and terms, says who wrote it, and what was left out."""
    finished = await command(
        "preview", *feeds, "--now", "2026-03-02T09:00", "--stories", 1, "--offline", cwd=tmp_path
    )

    assert finished.code == 0
    assert "Pilot 2" in finished.out
    assert "without a language model" in finished.out
    assert "a job advert" in finished.err
    assert finished.quiet, finished.err


def broken_files(folder: Path) -> None:
    """A pile of what people call feeds; the last one is a real feed."""
    good = rss("ledger", [PILOT], now=NOW)
    draw = random.Random(7)
    files: dict[str, bytes] = {
        "garbage.xml": draw.randbytes(5000),
        "zeros.xml": bytes(3000),
        "empty.xml": b"",
        "page.html": article("Hello", "Not a feed at all.").encode(),
        "other.json": b'{"a": [1, 2, {"b": null}]}',
        "feed.json": b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 7}, 5, null]}',
        "truncated.xml": good.encode()[: len(good) * 2 // 3],
        "utf16.xml": good.replace("utf-8", "utf-16").encode("utf-16"),
        "lies.xml": good.replace("utf-8", "ascii").replace("Pilot 2", "Pilöt 2").encode("latin-1"),
        "bomb.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel>'
        b"<item><title>&b;</title></item></channel></rss>",
        "inner.xml": b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]><rss><channel>'
        b"<item><title>&f;</title><link>file:///etc/hostname</link></item></channel></rss>",
        "nested.xml": b"<a>" * 20_000,
        "picture.xml": b"\x89PNG\r\n\x1a\n" + draw.randbytes(300),
        "undated.xml": good.replace("pubDate", "nodate").encode(),
    }
    for name, body in files.items():
        (folder / name).write_bytes(body)


async def test_a_pile_of_broken_files(tmp_path: Path):
    """A folder of broken feeds gives valid JSON, names what is wrong, and uses what can be used."""
    pile = tmp_path / "pile"
    pile.mkdir()
    broken_files(pile)
    finished = await command(
        "preview", "--feeds", pile, "--now", "2026-03-02T09:00:00Z", "--format", "json", "--offline",
        cwd=tmp_path,
    )  # fmt: skip

    assert finished.code == 0
    assert finished.quiet, finished.err
    assert list(finished.json) == KEYS
    named = " ".join(problem["source"] for problem in finished.json["problems"])
    for broken in (
        "garbage.xml",
        "zeros.xml",
        "empty.xml",
        "page.html",
        "other.json",
        "picture.xml",
    ):
        assert broken in named
    [story] = finished.json["stories"]
    assert story["headline"].startswith("Harbor Labs releases Pil")
    assert story["entries"] >= 3, "the files that only lie about themselves are read"
    assert LEAK not in finished.out


async def test_no_digest_without_a_reason(tmp_path: Path):
    """When nothing can be used, the digest says why it is empty, and the command did its job."""
    (tmp_path / "garbage.xml").write_bytes(b"\x00\x01 nothing")
    for source in (tmp_path / "garbage.xml", tmp_path / "missing.xml"):
        finished = await command("preview", source, "--format", "json", "--offline", cwd=tmp_path)

        assert finished.code == 0
        assert finished.json["stories"] == []
        assert "There is no digest today" in finished.json["text"]
        assert len(finished.json["problems"]) == 1
        assert finished.quiet, finished.err


async def test_model_writes_when_there_is_one(place: Place):
    """With a model the explanations are its own; without an answer from it, extractive and said."""
    urls = [
        place.publishers.feed("ledger", [PILOT, ADVERT]),
        place.publishers.feed("signal", [PILOT_TOO, BANK]),
    ]
    written = await command(
        "preview", *urls, "--format", "json", cwd=place.folder, **place.settings
    )
    place.azure.always(Drop())
    cut_off = await command(
        "preview", *urls, "--format", "json", cwd=place.folder,
        **{**place.settings, "PLAINWIRE_MODEL_TIMEOUT_SECONDS": "2"},
    )  # fmt: skip

    for finished, writer in ((written, "azure"), (cut_off, "extractive")):
        assert finished.code == 0
        assert [story["explanation"]["written_by"] for story in finished.json["stories"]] == [
            writer
        ] * 2
    assert "full text" in {story["explanation"]["basis"] for story in written.json["stories"]}
    assert "without a language model" in json.dumps(cut_off.json["blocks"])
    assert "Traceback" not in cut_off.err
    assert list(place.folder.iterdir()) == []


async def test_model_at_a_dead_address(tmp_path: Path, feeds: list[Path]):
    """When nobody listens where the model should be, preview still exits 0 and says extractive."""
    finished = await command(
        "preview", *feeds, "--now", "2026-03-02T09:00:00Z", cwd=tmp_path,
        AZURE_OPENAI_ENDPOINT="http://127.0.0.1:9", AZURE_OPENAI_DEPLOYMENT="plain",
        AZURE_OPENAI_API_KEY="key", PLAINWIRE_MODEL_TIMEOUT_SECONDS=2, PLAINWIRE_READ_PAGES="false",
    )  # fmt: skip

    assert finished.code == 0
    assert "without a language model" in finished.out
    assert "Traceback" not in finished.err


async def test_entries_of_the_future_are_held_back(tmp_path: Path, feeds: list[Path]):
    """With `--now` in the past, what came later is not in the digest, and that is said."""
    finished = await command(
        "preview", *feeds, "--now", "2026-03-02T04:30:00Z", "--format", "json", "--offline",
        cwd=tmp_path,
    )  # fmt: skip

    assert [story["headline"] for story in finished.json["stories"]] == [BANK.title]
    assert "--now" in {problem["source"] for problem in finished.json["problems"]}


async def test_private_addresses_are_not_read(tmp_path: Path):
    """A feed on this machine is refused unless the operator allowed its host and port."""
    async with FeedServer() as publishers:
        url = publishers.feed("ledger", [PILOT])
        refused = await command("preview", url, "--format", "json", "--offline", cwd=tmp_path)
        assert publishers.seen == []
        allowed = await command(
            "preview", url, "--format", "json", "--offline", cwd=tmp_path,
            PLAINWIRE_ALLOW_PRIVATE=publishers.allow,
        )  # fmt: skip

    assert (refused.code, refused.json["stories"]) == (0, [])
    assert "PLAINWIRE_ALLOW_PRIVATE" in refused.json["problems"][0]["error"]
    assert len(allowed.json["stories"]) == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--now", "yesterday"], "is not a time such as"),
        (["--level", "genius"], "newcomer"),
        (["--language", "klingon"], "language"),
        (["--stories", "99"], "8"),
        (["--topics", "gardening"], "gardening"),
        (["--format", "pdf"], "pdf"),
        (["--nonsense"], "--nonsense"),
    ],
)
async def test_wrong_use(tmp_path: Path, arguments: list[str], sentence: str):
    """A wrong option ends with code 2 and a sentence that names it, before anything is read."""
    finished = await command("preview", "x.xml", *arguments, cwd=tmp_path)

    assert finished.code == 2
    assert sentence in finished.err
    assert finished.out == ""
    assert finished.quiet, finished.err
