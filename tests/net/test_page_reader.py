"""Reading articles: robots.txt, extraction, walls, and what is no page."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ParseFailed
from bot.net.client import SafeClient
from bot.net.page_parse import PAYWALLED, parse_page
from bot.net.page_reader import HttpPageReader
from bot.net.robots import MAX_ROBOTS_BYTES, Robots

pytestmark = pytest.mark.anyio

PARAGRAPHS = tuple(
    """\
A small laboratory has released a language model that runs on a phone without a network. The model \
answers questions in two seconds, the company says, and needs four gigabytes.
Researchers who were not involved found that it makes more mistakes than larger ones. They tested it \
with five hundred questions from school books and got one in three wrong.
The laboratory wants to publish the weights next month under a licence that allows trade. Until then \
only invited testers can use it, and they may not pass it on to other people.""".splitlines()
)


def article(head: str = "", paragraphs: tuple[str, ...] = PARAGRAPHS, after: str = "") -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Phone model | The Ledger</title>'
        f'<meta property="og:title" content="A model for the phone">{head}</head><body>'
        '<nav><a href="/">Home</a> <a href="/ai">All about AI</a></nav>'
        f"<article><h1>A model for the phone</h1>{body}{after}</article>"
        '<aside>Read also: <a href="/x">Ten gadgets</a></aside><footer>Imprint and cookies</footer></body></html>'
    )


HEAD = (
    '<link rel="canonical" href="/2026/phone"><meta name="author" content="Ann Writer">'
    '<meta property="article:published_time" content="2026-11-21T10:30:00+02:00">'
)


def parse(html: str | bytes, url: str = "https://www.ledger.example/a?utm=1", charset: str = ""):
    return parse_page(html.encode() if isinstance(html, str) else html, "src", url, charset)


def test_article_is_extracted() -> None:
    """The paragraphs come out whole and alone, with title, author, instant and own address."""
    page = parse(article(HEAD))
    assert page.text == "\n\n".join(PARAGRAPHS)
    assert "Imprint" not in page.text
    assert "All about AI" not in page.text
    assert (page.title, page.author) == ("A model for the phone", "Ann Writer")
    assert page.published_at == datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
    assert page.canonical_url == "https://www.ledger.example/2026/phone"
    assert (page.source, page.paywalled, page.problems) == ("src", False, ())


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://ledger.example/b", "https://ledger.example/b"),
        ("https://evil.example/b", ""),
        ("javascript:alert(1)", ""),
        ("http://[::1", ""),
        ("", "https://www.ledger.example/a?utm=1"),
    ],
)
def test_canonical_only_on_the_same_site(href: str, expected: str) -> None:
    """A page cannot claim another site's address as its own."""
    assert parse(article(f'<link rel="canonical" href="{href}">')).canonical_url == expected


@pytest.mark.parametrize(
    "html",
    [
        article(
            '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
        ),
        article(
            '<script type="application/ld+json">{"isAccessibleForFree": "False", broken</script>'
        ),
        article('<meta property="article:content_tier" content="locked">'),
        article(paragraphs=PARAGRAPHS[:1], after="<p>Subscribe to continue reading.</p>"),
    ],
)
def test_paywalls_are_seen(html: str) -> None:
    """A declared wall, or a teaser with an invitation to subscribe, marks the page."""
    page = parse(html)
    assert page.paywalled
    assert page.problems == (PAYWALLED,)


def test_free_pages_are_not_paywalled() -> None:
    """A page that says it is free, or only mentions subscriptions beside a full text, is not marked."""
    free = '<script type="application/ld+json">{"isAccessibleForFree":true}</script><meta name="article:content_tier" content="free">'
    long_text = tuple(f"{text} {number}" for number in range(3) for text in PARAGRAPHS)
    assert not parse(article(free)).paywalled
    assert not parse(
        article(paragraphs=long_text, after="<p>Subscribe to continue reading our letters.</p>")
    ).paywalled


def test_legacy_charset_and_inline_picture() -> None:
    """The header's character set is used, and a huge inline picture does not get the page refused."""
    picture = f'<img src="data:image/png;base64,{"A" * 200_000}">'
    html = article(
        after=picture,
        paragraphs=(*PARAGRAPHS, "Größenänderung für Übergänge, sagt das Labor dazu."),
    ).replace('<meta charset="utf-8">', "")
    page = parse(html.encode("iso-8859-1"), charset="iso-8859-1")
    assert "Größenänderung" in page.text
    assert "AAAA" not in page.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"<",
        b"\x00\xff" * 50,
        b"<html>",
        b"<p>" * 1000,
        b"<![CDATA[",
        b"<?xml version='1.0'?><a/>",
    ],
)
def test_odd_pages_give_a_page_or_a_refusal(body: bytes) -> None:
    """What holds no article is a page with a problem, or refused in words; never another error."""
    try:
        page = parse(body)
    except ParseFailed as error:
        assert error.what  # noqa: PT017  (both outcomes are right here)
        return
    assert page.problems or page.text


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: article(text).encode()))
def test_any_bytes_are_a_page_or_refused(body: bytes) -> None:
    """Arbitrary bytes, alone or inside a page, give a page or ParseFailed."""
    with suppress(ParseFailed):
        assert parse(body).source == "src"


@pytest.fixture
def reader_for(client_for, workers):
    async def make(base: str, **settings: object) -> HttpPageReader:
        client = await client_for(base)
        return HttpPageReader(client, workers, robots=Robots(client, workers, **settings))

    return make


def counted(answer, log: list[str]):
    async def handler(request: web.Request) -> web.StreamResponse:
        log.append(request.path)
        return await answer(request)

    return handler


async def test_page_is_read_where_robots_may(serve, reply, reader_for) -> None:
    """robots.txt is asked once, obeyed for us by name, and allowed pages are read."""
    log: list[str] = []
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: plainwire\nDisallow: /private/\nAllow: /private/open\n"
    html = reply(article(HEAD), Content_Type="text/html")
    base = await serve(
        {
            "/robots.txt": counted(reply(rules), log),
            "/a": html,
            "/private/b": counted(html, log),
            "/private/open": html,
            "/to-private": reply(status=302, Location="/private/b"),
        }
    )
    reader = await reader_for(base)
    assert (await reader.read(base + "/a")).title == "A model for the phone"
    assert (await reader.read(base + "/private/open")).text
    for path in ("/private/b", "/to-private"):
        page = await reader.read(base + path)
        assert page.text == ""
        assert "does not allow robots" in page.problems[0]
    assert log == ["/robots.txt"]


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        ({"status": 404}, True),
        ({"status": 403}, True),
        ({"status": 500}, False),
        ({"status": 429}, False),
        ({"body": ""}, True),
        ({"body": "<html>not robots</html>"}, True),
        ({"body": b"\xff\xfe\x00garbage" * 100}, True),
        ({"body": "User-agent: *\nDisallow: /"}, False),
        ({"body": "User-agent: *\nDisallow: /" + "*a" * 5000 + "$\n"}, True),
        ({"body": "User-agent: *\nDisallow: /\n" + "#" * MAX_ROBOTS_BYTES}, False),
        ({"status": 302, "Location": "/robots.txt"}, False),
        ({"status": 302, "Location": "http://127.0.0.1:1/robots.txt"}, False),
    ],
)
async def test_robots_answers(robots, allowed, serve, reply, reader_for) -> None:
    """4xx allows, 5xx and unreachable do not, and files of any shape and size are judged."""
    base = await serve(
        {"/robots.txt": reply(**robots), "/a": reply(article(), Content_Type="text/html")}
    )
    page = await (await reader_for(base)).read(base + "/a")
    assert bool(page.text) is allowed
    assert bool(page.problems) is not allowed


async def test_robots_are_asked_again_after_an_hour(serve, reply, reader_for) -> None:
    """Rules are kept for an hour, a failure for five minutes."""
    log: list[str] = []
    time = {"now": 0.0}
    base = await serve(
        {
            "/robots.txt": counted(reply(status=404), log),
            "/a": reply(article(), Content_Type="text/html"),
        }
    )
    reader = await reader_for(base, seconds=lambda: time["now"])
    for at in (0.0, 3599.0, 3601.0):
        time["now"] = at
        assert (await reader.read(base + "/a")).text
    assert len(log) == 2


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"%PDF-1.7 ...", "text/html", "PDF"),
        (b"anything", "application/pdf", "PDF"),
        (b"....", "video/mp4", "video"),
        (b"PK\x03\x04....", "application/octet-stream", "zip"),
        (b"\x89PNG....", "", "picture"),
        (b"", "text/html", "empty"),
        (b'{"a":1}', "application/json", "JSON"),
    ],
)
async def test_other_documents_are_named(body, kind, words, serve, reply, reader_for) -> None:
    """A PDF, video, picture or archive is a page with a sentence that says so."""
    base = await serve({"/a": reply(body, Content_Type=kind)})
    page = await (await reader_for(base)).read(base + "/a")
    assert page.text == ""
    assert words in page.problems[0]


async def test_errors_become_problems(serve, reply, reader_for) -> None:
    """HTTP errors, refused addresses and too large pages never raise."""
    base = await serve(
        {
            "/no": reply(status=403),
            "/big": reply(b"x" * 2_000_001),
            "/in": reply(status=302, Location="http://10.0.0.1/"),
            "/text": reply("One.\n\nTwo.", Content_Type="text/plain"),
        }
    )
    reader = await reader_for(base)
    for path, words in (
        ("/no", "HTTP 403"),
        ("/big", "more than 2 MB"),
        ("/in", "private address"),
    ):
        page = await reader.read(base + path)
        assert page.source == base + path
        assert words in page.problems[0]
    assert (await reader.read(base + "/text")).text == "One.\n\nTwo."
    assert (await reader.read("gopher://x")).problems


async def test_files(tmp_path, workers) -> None:
    """A saved page is read from its path, without asking anybody."""
    saved = tmp_path / "page.html"
    saved.write_text(article(HEAD))
    async with SafeClient() as client:
        reader = HttpPageReader(client, workers)
        page = await reader.read_source(str(saved))
        assert page.title == "A model for the phone"
        assert page.source == str(saved)
        assert (await reader.read_file(tmp_path / "none.html")).problems
