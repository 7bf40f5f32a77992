"""Lists of feeds in and out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseFailed
from bot.net.opml import MAX_OPML_BYTES, parse_opml, read_opml, write_opml

pytestmark = pytest.mark.anyio

NESTED = b"""<?xml version="1.0" encoding="UTF-8"?><opml version="2.0"><head><title>x</title></head><body>
<outline text="Folder"><outline type="rss" text="A &amp;amp; B" xmlUrl="https://a.example/f?x=1&y=2"/>
<outline type="rss" title="Titled" text="t" xmlUrl="https://b.example/f"/></outline>
<outline text="again" xmlUrl="https://b.example/f"/><outline text="bad" xmlUrl="javascript:alert(1)"/>
<outline xmlUrl="https://c.example/f"/><outline text="no url"/></body></opml>"""


async def test_import(workers) -> None:
    """Folders are flattened, each feed comes once, and only http(s) addresses are taken."""
    assert await read_opml(NESTED, workers) == [
        ("A & B", "https://a.example/f?x=1&y=2"),
        ("Titled", "https://b.example/f"),
        ("https://c.example/f", "https://c.example/f"),
    ]


def test_round_trip(now) -> None:
    """What is exported is imported as it was, quotes and angle brackets included."""
    feeds = [
        ("Q\"uote 's & <Co>", "https://a.example/?a=1&b=%22"),
        ("Ünï 日本", "http://b.example/"),
    ]
    document = write_opml(feeds, now)
    assert '<opml version="2.0">' in document
    assert parse_opml(document.encode()) == feeds


@given(
    st.lists(
        st.text(
            st.characters(categories=["L", "N", "P", "S"], exclude_characters="<>&;…"),
            min_size=1,
            max_size=30,
        ),
        max_size=8,
    )
)
def test_any_titles_survive(titles: list[str]) -> None:
    """Titles of any script come back as they were written."""
    from datetime import UTC, datetime

    feeds = [(title, f"https://a.example/{number}") for number, title in enumerate(titles)]
    assert parse_opml(write_opml(feeds, datetime(2026, 1, 1, tzinfo=UTC)).encode()) == feeds


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"x",
        b"<rss/>",
        b"{}",
        b"<opml" + b" a='1'" * 5000 + b"/>",
        b" " * (MAX_OPML_BYTES + 1),
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_opml_is_refused(document: bytes) -> None:
    """Anything else is refused in words."""
    with pytest.raises(ParseFailed):
        parse_opml(document)


def test_entities_are_not_expanded(tmp_path) -> None:
    """Neither billion laughs nor a file of this machine gets into a title."""
    secret = tmp_path / "secret"
    secret.write_text("TOPSECRET")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    document = (
        f'<!DOCTYPE opml [<!ENTITY l0 "ha">{laughs}<!ENTITY x SYSTEM "{secret.as_uri()}">]><opml><body>'
        '<outline text="&l11;&x;" xmlUrl="https://a.example/"/><outline text="B" xmlUrl="https://b.example/"/></body></opml>'
    )
    try:
        feeds = parse_opml(document.encode())
    except ParseFailed:
        return
    assert "haha" not in str(feeds)
    assert "TOPSECRET" not in str(feeds)


@given(st.binary(max_size=200))
def test_any_bytes(body: bytes) -> None:
    """Arbitrary bytes are a list or refused."""
    try:
        assert isinstance(parse_opml(body), list)
    except ParseFailed:
        return
