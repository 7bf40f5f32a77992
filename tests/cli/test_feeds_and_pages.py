"""`plainwire feeds`, `page` and `explain`: what people look at before they trust the bot with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes.feed_server import FeedServer, article, rss
from tests.fakes.program import Finished, command
from tests.fakes.wire_news import BANK, PILOT, PILOT_TOO

pytestmark = pytest.mark.anyio

CHECK_KEYS = ["source", "title", "kind", "entries", "undated", "problems"]
PAGE_KEYS = ["source", "title", "text", "author", "published_at", "canonical_url", "problems"]
INNER = "http://169.254.169.254/latest/meta-data/"
OPML = """<?xml version="1.0"?><opml version="2.0"><body>
<outline text="One" type="rss" xmlUrl="https://one.example/feed.xml"/>
<outline text="Folder"><outline text="Two" type="rss" xmlUrl="https://two.example/rss"/></outline>
</body></opml>"""


async def test_check_keeps_the_order_and_never_fails_on_content(tmp_path: Path):
    """`feeds check` answers in the order given, with the promised keys, whatever the files hold."""
    undated = rss("ledger", [PILOT, PILOT_TOO]).replace("pubDate", "nodate")
    (tmp_path / "good.xml").write_text(rss("ledger", [PILOT, BANK]), "utf-8")
    (tmp_path / "undated.xml").write_text(undated, "utf-8")
    (tmp_path / "garbage.xml").write_bytes(b"\x00\xff garbage")
    async with FeedServer() as publishers:
        url = publishers.feed("signal", [BANK])
        sources = ["garbage.xml", "good.xml", INNER, "undated.xml", "missing.xml", url]
        finished = await command(
            "feeds", "check", *sources, "--format", "json", cwd=tmp_path,
            PLAINWIRE_ALLOW_PRIVATE=publishers.allow,
        )  # fmt: skip

    checked = finished.json
    assert finished.code == 0
    assert finished.quiet, finished.err
    assert [one["source"] for one in checked] == sources
    assert all(list(one) == CHECK_KEYS for one in checked)
    assert [one["entries"] for one in checked] == [0, 2, 0, 2, 0, 1]
    assert [one["undated"] for one in checked] == [0, 0, 0, 2, 0, 0]
    assert [bool(one["problems"]) for one in checked][:3] == [True, False, True]
    assert checked[1]["title"] == "Ledger"


async def test_check_fails_when_nothing_is_a_feed(tmp_path: Path):
    """When no source is a feed the exit code says so; the text names the problem."""
    finished = await command("feeds", "check", "missing.xml", cwd=tmp_path)

    assert finished.code == 1
    assert "missing.xml" in finished.out
    assert "Problem:" in finished.out
    assert finished.quiet, finished.err


async def test_list_is_kept_by_import_export_add_and_remove(tmp_path: Path):
    """What is imported, added and removed is what is listed and exported; twice changes nothing."""

    async def feeds(*arguments: object, **settings: str) -> Finished:
        finished = await command("feeds", *arguments, cwd=tmp_path, **settings)
        assert finished.quiet, finished.err
        return finished

    (tmp_path / "mine.opml").write_text(OPML, "utf-8")
    before = {one["url"] for one in (await feeds("list", "--format", "json")).json}
    assert len(before) > 20, "the starter list"

    assert "2 feeds added, 0" in (await feeds("import", "mine.opml")).out
    assert "0 feeds added, 2" in (await feeds("import", "mine.opml")).out
    async with FeedServer() as publishers:
        url = publishers.feed("ledger", [PILOT])
        allowed = {"PLAINWIRE_ALLOW_PRIVATE": publishers.allow}
        refused = await feeds("add", url)
        assert (refused.code, "not added" in refused.err) == (1, True)
        assert "Added: Ledger - 1 entries" in (await feeds("add", url, **allowed)).out
        assert "Updated" in (await feeds("add", url, "--weight", "0.9", **allowed)).out
        no_feed = publishers.put("/page", article("Hello", "No feed."), "text/html")
        assert (await feeds("add", no_feed, **allowed)).code == 1
    assert (await feeds("remove", "https://one.example/feed.xml")).code == 0
    again = await feeds("remove", "https://one.example/feed.xml")
    assert (again.code, "not on the list" in again.err) == (1, True)

    listed = (await feeds("list", "--format", "json")).json
    assert {one["url"] for one in listed} == before | {url, "https://two.example/rss"}
    exported = await feeds("export")
    await feeds("export", "out.opml")
    assert all(one["url"] in exported.out for one in listed if "&" not in one["url"])
    assert "0 feeds added, " in (await feeds("import", "out.opml")).out


async def test_import_of_what_is_no_opml(tmp_path: Path):
    """A file that is no OPML, or is not there, ends with code 1 and a sentence."""
    (tmp_path / "no.opml").write_text("nothing", "utf-8")
    for file in ("no.opml", "missing.opml"):
        finished = await command("feeds", "import", file, cwd=tmp_path)
        assert finished.code == 1
        assert finished.err.startswith("plainwire: ")
        assert finished.quiet, finished.err


async def test_page_shows_what_would_be_read(tmp_path: Path):
    """`page` gives text and title of files and addresses, in order, and says why one has none."""
    (tmp_path / "saved.html").write_text(article(PILOT.title, PILOT.page), "utf-8")
    async with FeedServer() as publishers:
        url = publishers.put(
            "/bank", article(BANK.title, f"{BANK.text}\n\n{PILOT.page}"), "text/html"
        )
        sources = ["saved.html", url, INNER, f"{publishers.base}/gone", "missing.html"]
        finished = await command(
            "page", *sources, "--format", "json", cwd=tmp_path,
            PLAINWIRE_ALLOW_PRIVATE=publishers.allow,
        )  # fmt: skip

    pages = finished.json
    assert finished.code == 0
    assert finished.quiet, finished.err
    assert [list(one) for one in pages] == [PAGE_KEYS] * 5
    assert [one["source"] for one in pages][1:4] == sources[1:4]
    assert "open weights" in pages[0]["text"]
    assert "Fernhill" in pages[1]["text"]
    assert all(not one["text"] and one["problems"] for one in pages[2:])


async def test_explain_a_term(tmp_path: Path):
    """A glossary term needs no model and no network: meaning and comparison, in text and JSON."""
    text = await command("explain", "stateless", "APIs", cwd=tmp_path)
    as_json = await command("explain", "stateless", "--format", "json", cwd=tmp_path)

    assert (text.code, as_json.code) == (0, 0)
    assert "request" in text.out
    [term] = as_json.json["terms"]
    assert term["meaning"]
    assert term["comparison"]
    assert list(tmp_path.iterdir()) == []
    assert text.out.count("Like ") == 1
    assert "Words in it" not in text.out


async def test_explain_a_text_and_a_file(tmp_path: Path):
    """A pasted text and a saved article are explained extractively with their terms."""
    (tmp_path / "saved.html").write_text(article(PILOT.title, PILOT.page), "utf-8")
    for what in (PILOT.page, "saved.html"):
        finished = await command("explain", what, "--offline", "--format", "json", cwd=tmp_path)

        assert finished.code == 0
        assert finished.json["written_by"] == "extractive"
        assert "fine-tuning" in {term["term"] for term in finished.json["terms"]}
        assert finished.quiet, finished.err


async def test_explain_an_address(tmp_path: Path):
    """An article at an allowed address is explained; an inner one is refused with a sentence."""
    async with FeedServer() as publishers:
        url = publishers.put("/pilot", article(PILOT.title, PILOT.page), "text/html")
        settings = {"PLAINWIRE_ALLOW_PRIVATE": publishers.allow}
        good = await command("explain", url, "--format", "json", cwd=tmp_path, **settings)
        unallowed = await command("explain", url, cwd=tmp_path)
        inner = await command("explain", INNER, cwd=tmp_path, **settings)

    assert good.code == 0
    assert "Harbor Labs" in json.dumps(good.json["paragraphs"] + [good.json["in_short"]])
    assert good.json["sources"][0]["url"] == url
    for refused in (unallowed, inner):
        assert refused.code == 1
        assert refused.err.startswith("plainwire: Nothing could be read")
        assert "Paste the text itself" in refused.err
        assert refused.quiet, refused.err


@pytest.mark.parametrize(
    "arguments",
    [["explain", " "], ["explain", "https://one.example/", "--offline"], ["explain"], ["page"]],
)
async def test_wrong_use(tmp_path: Path, arguments: list[str]):
    """Nothing to explain, or an address without network, is wrong use: code 2 and a sentence."""
    finished = await command(*arguments, cwd=tmp_path)

    assert finished.code == 2
    assert finished.err
    assert finished.quiet, finished.err
