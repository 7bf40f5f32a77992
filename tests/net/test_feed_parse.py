"""Every dialect of feed, golden documents of ours with what they must become; and hostile ones."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ParseFailed
from bot.net.feed_parse import MAX_FEED_BYTES, ParsedFeed, parse_feed
from bot.news.entry import ParsedEntry

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AT = datetime(2026, 11, 21, 8, 30, tzinfo=UTC)
URL = "https://ledger.example/feeds/ai.xml"


def parse(document: str | bytes, charset: str = "", url: str = URL) -> ParsedFeed:
    body = document.encode() if isinstance(document, str) else document
    return parse_feed(body, url, charset, NOW)


def rss(
    items: str, head: str = "<title>The Ledger</title><link>https://ledger.example/</link>"
) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{items}</channel></rss>'


RSS_20 = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Ledger &amp;amp; Co</title><link>https://ledger.example/</link><language>en-gb</language>
<item><title>&lt;b&gt;Tiny&lt;/b&gt; model &amp;amp; big claims</title><link>/2026/tiny?a=1&amp;b=2</link>
<guid isPermaLink="false">tiny-1</guid><description>&lt;p&gt;It runs on a phone.&lt;/p&gt;&lt;p&gt;So they say.&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>It runs on a <em>phone</em> with 4 GB.</p><script>x()</script>]]></content:encoded>
<dc:creator>Ann Writer</dc:creator><category>AI</category><category>AI</category><category>Phones</category>
<pubDate>Sat, 21 Nov 2026 10:30:00 +0200</pubDate></item>
</channel></rss>"""

RSS_091 = """<?xml version="1.0"?><rss version="0.91"><channel><title>Old News</title><link>http://old.example/</link>
<language>de</language><item><title>Altes Format</title><link>http://old.example/a</link><description>Geht noch.</description></item></channel></rss>"""

RSS_092 = """<rss version="0.92"><channel><title>Older</title><link>http://old.example/</link>
<item><description>An item with text only, as 0.92 allows, and with enough words for a title of its own.</description></item></channel></rss>"""

RSS_090 = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
<channel><title>Oldest</title><link>http://old.example/</link></channel><item><title>First</title><link>http://old.example/1</link></item></rdf:RDF>"""

RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://papers.example/"><title>Papers</title><link>https://papers.example/</link><dc:language>fr</dc:language></channel>
<item rdf:about="https://papers.example/1"><title>On models</title><link>https://papers.example/1</link><description>Abstract.</description>
<dc:date>2026-11-21T08:30:00Z</dc:date><dc:creator>B. Author</dc:creator></item></rdf:RDF>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<title type="html">Lab &amp;amp; Notes</title><link rel="self" href="https://lab.example/feed"/><link href="https://lab.example/"/><id>urn:lab</id>
<entry><title>Plain &amp; simple</title><link rel="self" href="https://lab.example/api/1"/><link rel="alternate" type="text/html" href="../posts/1"/>
<id>urn:lab:1</id><published>2026-11-21T09:30:00+01:00</published><updated>2026-11-22T09:30:00Z</updated>
<summary type="html">&lt;p&gt;Short.&lt;/p&gt;</summary><content type="html">&lt;p&gt;Long text.&lt;/p&gt;</content>
<author><name>C. Researcher</name></author><category term="ml" label="Machine Learning"/></entry></feed>"""

ATOM_XHTML = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://lab.example/blog/"><title>Lab</title><id>urn:lab</id>
<entry xml:base="2026/"><title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">An <em>xhtml</em> title</div></title>
<link href="post.html"/><id>urn:lab:2</id><updated>2026-11-21T08:30:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>One.</p><p>Two.</p></div></content></entry></feed>"""

ATOM_03 = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Ancient</title>
<entry><title>Draft</title><link rel="alternate" href="http://old.example/d"/><id>d</id><issued>2026-11-21T08:30:00Z</issued></entry></feed>"""

JSON_FEED = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Json Daily",
        "language": "en-US",
        "home_page_url": "https://json.example/",
        "items": [
            {"id": 7, "url": "a/b", "title": "Seven &amp; more", "content_html": "<p>Html.</p>", "summary": "Sum.",
             "date_published": "2026-11-21T09:30:00+01:00", "authors": [{"name": "D"}], "tags": ["ai", 5, None]},
            {"id": "x", "external_url": "https://else.example/", "content_text": "Only text, no title."},
            "odd", None, {"url": ["list"], "title": {"a": 1}},
        ],
    }
)  # fmt: skip

GOLDEN = {
    "rss 2.0": (
        RSS_20,
        ParsedFeed(
            title="The Ledger & Co", kind="rss", language="en", undated=0, problems=(),
            entries=(
                ParsedEntry(
                    title="Tiny model & big claims", url="https://ledger.example/2026/tiny?a=1&b=2", guid="tiny-1",
                    summary="It runs on a phone.\n\nSo they say.", content="It runs on a phone with 4 GB.",
                    author="Ann Writer", published_at=AT, categories=("AI", "Phones"),
                ),
            ),
        ),
    ),
    "rss 0.91": (
        RSS_091,
        ParsedFeed(
            title="Old News", kind="rss", language="de", undated=1, problems=(),
            entries=(ParsedEntry(title="Altes Format", url="http://old.example/a", guid="http://old.example/a", summary="Geht noch."),),
        ),
    ),
    "rss 0.92": (
        RSS_092,
        ParsedFeed(
            title="Older", kind="rss", language="", undated=1, problems=(),
            entries=(
                ParsedEntry(
                    title="An item with text only, as 0.92 allows, and with enough words for a title of…",
                    summary="An item with text only, as 0.92 allows, and with enough words for a title of its own.",
                ),
            ),
        ),
    ),
    "rss 0.90": (
        RSS_090,
        ParsedFeed(title="Oldest", kind="rdf", language="", undated=1, problems=(), entries=(ParsedEntry(title="First", url="http://old.example/1"),)),
    ),
    "rdf": (
        RDF,
        ParsedFeed(
            title="Papers", kind="rdf", language="fr", undated=0, problems=(),
            entries=(
                ParsedEntry(
                    title="On models", url="https://papers.example/1", guid="https://papers.example/1",
                    summary="Abstract.", author="B. Author", published_at=AT,
                ),
            ),
        ),
    ),
    "atom": (
        ATOM,
        ParsedFeed(
            title="Lab & Notes", kind="atom", language="en", undated=0, problems=(),
            entries=(
                ParsedEntry(
                    title="Plain & simple", url="https://ledger.example/posts/1", guid="urn:lab:1", summary="Short.",
                    content="Long text.", author="C. Researcher", published_at=AT, categories=("Machine Learning",),
                ),
            ),
        ),
    ),
    "atom xhtml with bases": (
        ATOM_XHTML,
        ParsedFeed(
            title="Lab", kind="atom", language="", undated=0, problems=(),
            entries=(
                ParsedEntry(
                    title="An xhtml title", url="https://lab.example/blog/2026/post.html", guid="urn:lab:2",
                    summary="One.\n\nTwo.", content="", published_at=AT,
                ),
            ),
        ),
    ),
    "atom 0.3": (
        ATOM_03,
        ParsedFeed(
            title="Ancient", kind="atom", language="", undated=0, problems=(),
            entries=(ParsedEntry(title="Draft", url="http://old.example/d", guid="d", published_at=AT),),
        ),
    ),
    "json feed": (
        JSON_FEED,
        ParsedFeed(
            title="Json Daily", kind="json", language="en", undated=1,
            problems=("1 entry is without title, text and link.",),
            entries=(
                ParsedEntry(
                    title="Seven & more", url="https://ledger.example/feeds/a/b", guid="7", summary="Sum.", content="Html.",
                    author="D", published_at=AT, categories=("ai", "5"),
                ),
                ParsedEntry(title="Only text, no title.", url="https://else.example/", guid="x", content="Only text, no title."),
            ),
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_golden(name: str) -> None:
    """A document in this dialect becomes exactly these values."""
    document, expected = GOLDEN[name]
    assert parse(document) == expected


def test_dates_that_cannot_be() -> None:
    """Unreadable, ancient and future dates count as none; the future ones are mentioned."""
    dates = [
        "rubbish",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Tue, 01 Dec 2026 00:00:00 GMT",
        "Mon, 23 Nov 2026 00:00:00 GMT",
        "",
    ]
    items = "".join(
        f"<item><title>t{n}</title><pubDate>{date}</pubDate></item>" for n, date in enumerate(dates)
    )
    feed = parse(rss(items))
    assert [entry.published_at is None for entry in feed.entries] == [True, True, True, False, True]
    assert feed.undated == 4
    assert feed.problems == ("1 entry is dated in the future and counted as undated.",)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("file:///etc/passwd", ""),
        ("//other.example/x", "https://other.example/x"),
        ("?page=2", "https://ledger.example/?page=2"),
        (" \n https://a.example/b \n", "https://a.example/b"),
        ("https://a.example/x?a=1&b=2&c", "https://a.example/x?a=1&b=2&c"),
        ("http://[::1", ""),
        ("https://a.example/\u202ex", ""),
        ("https://a.example/" + "x" * 5000, ""),
        ("mailto:a@b.example", ""),
        ("https://a.example/?a=1&amp;amp;b=2", "https://a.example/?a=1&b=2"),
    ],
)
def test_links(link: str, expected: str) -> None:
    """Links become absolute http(s) addresses or nothing, and keep their bare ampersands."""
    feed = parse(rss(f"<item><title>t</title><link>{link}</link></item>"))
    assert [entry.url for entry in feed.entries] == [expected]


def test_relative_links_in_a_file_stand_on_the_site() -> None:
    """Without the feed's own address, its <link> is the base."""
    feed = parse(rss("<item><title>t</title><link>a</link></item>"), url="")
    assert feed.entries[0].url == "https://ledger.example/a"


def test_newest_two_hundred() -> None:
    """A feed with too many entries gives its newest 200, and says so."""
    items = "".join(
        f"<item><title>t{n}</title><pubDate>2026-10-{1 + n // 24:02}T{n % 24:02}:00:00Z</pubDate></item>"
        for n in range(250)
    )
    feed = parse(rss(items))
    assert len(feed.entries) == 200
    assert feed.entries[0].title == "t249"
    assert feed.problems == ("The feed has 250 entries; the newest 200 were read.",)


def test_small_feed_keeps_its_order() -> None:
    """The feed's own order is kept, whatever the dates."""
    items = "<item><title>old</title><pubDate>2026-10-01T00:00:00Z</pubDate></item><item><title>new</title><pubDate>2026-11-01T00:00:00Z</pubDate></item>"
    assert [entry.title for entry in parse(rss(items)).entries] == ["old", "new"]


def test_lengths_are_capped() -> None:
    """Titles, summaries and contents of any length are cut."""
    entry = parse(
        rss(f"<item><title>{'t' * 999}</title><description>{'d ' * 99_999}</description></item>")
    ).entries[0]
    assert len(entry.title) == 300
    assert len(entry.summary) <= 5000


BROKEN = {
    "cut off": rss("<item><title>A</title></item><item><title>B")[:-30],
    "bare ampersand": rss("<item><title>A & B &nbsp; C</title></item>"),
    "control characters": rss("<item><title>A\x0bB\x00</title></item>"),
    "text before": "PHP Warning: nothing\n" + rss("<item><title>A</title></item>"),
    "blank lines before": "\n\n  " + rss("<item><title>A</title></item>"),
    "unclosed": rss("<item><title>A<link>https://a.example/</item>"),
    "undeclared prefix": rss("<item><title>A</title><dc:creator>X</dc:creator></item>"),
    "double declaration": '<?xml version="1.0"?>' + rss("<item><title>A</title></item>"),
    "wrong encoding declared": rss("<item><title>A é</title></item>").replace(
        '"1.0"?', '"1.0" encoding="utf-16"?'
    ),
    "upper case": rss("<item><title>A</title></item>")
    .replace("rss", "RSS")
    .replace("item", "ITEM"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_feeds_still_give_entries(name: str) -> None:
    """Common faults of real feeds cost no entry."""
    feed = parse(BROKEN[name])
    assert feed.entries
    assert feed.entries[0].title.startswith("A")
    assert feed.kind == "rss"


def test_ampersand_in_title_survives() -> None:
    """A bare "&" stays in the title, and HTML's own entities are understood."""
    assert parse(BROKEN["bare ampersand"]).entries[0].title == "A & B C"


@pytest.mark.parametrize(
    ("encoding", "charset", "declared"),
    [
        ("utf-8", "iso-8859-1", "utf-8"),
        ("utf-8-sig", "", ""),
        ("utf-16", "", "utf-16"),
        ("utf-16-le", "", ""),
        ("iso-8859-1", "", "iso-8859-1"),
        ("iso-8859-1", "iso-8859-1", "utf-8"),
        ("windows-1252", "windows-1252", ""),
        ("utf-8", "nonsense", "nonsense"),
    ],
)
def test_character_sets(encoding: str, charset: str, declared: str) -> None:
    """Titles come out right for each way of naming, misnaming and not naming a character set."""
    text = rss("<item><title>Übergrößen für Modelle</title></item>")
    if declared:
        text = text.replace('"1.0"?', f'"1.0" encoding="{declared}"?')
    assert parse(text.encode(encoding), charset).entries[0].title == "Übergrößen für Modelle"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", "empty"),
        (" \n\ufeff ", "empty"),
        ("hello", "neither XML nor JSON"),
        ('{"a": 1}', "not a JSON Feed"),
        ("[1, 2]", "not a JSON Feed"),
        ('{"items": [', "broken"),
        ("[" * 100_000, "broken"),
        ("<!DOCTYPE html><html><body>Hi</body></html>", "web page, not a feed"),
        ('<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>', "its feed may be at https://ledger.example/feed.xml"),
        ("<HTML><link href=atom type='application/atom+xml' rel='alternate'>", "its feed may be at https://ledger.example/feeds/atom"),
        ('<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>', "sitemap"),
        ('<opml version="2.0"><body/></opml>', "OPML"),
        ("<foo><bar/></foo>", "XML or HTML, but not a feed"),
        (b"%PDF-1.7 \x00\x01", "not a feed"),
        (b"\x1f\x8b\x08\x00", "not a feed"),
    ],
)  # fmt: skip
def test_no_feed_says_what_it_is(document: str | bytes, words: str) -> None:
    """What is no feed is refused with a sentence that says what it seems to be."""
    with pytest.raises(ParseFailed) as caught:
        parse(document)
    assert words in str(caught.value)


def test_feed_without_entries_is_a_feed() -> None:
    """An empty feed is read, and the problem is named."""
    feed = parse(rss(""))
    assert (feed.title, feed.entries, feed.problems) == (
        "The Ledger",
        (),
        ("The feed has no entries.",),
    )


def test_entities_are_neither_expanded_nor_fetched(tmp_path) -> None:
    """Billion laughs stay small and external entities stay unread."""
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    doctype = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{laughs}<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
    items = "<item><title>A &l11; B</title></item><item><title>C &x; D</title></item>"
    feed = parse(rss(items).replace('<?xml version="1.0"?>', doctype))
    assert len(feed.entries) == 2
    assert "SECRET" not in repr(feed)
    assert "haha" not in repr(feed)


def test_too_large_is_refused() -> None:
    """More than 4 MB is not parsed at all."""
    with pytest.raises(ParseFailed, match="4 MB"):
        parse(b" " * (MAX_FEED_BYTES + 1))


def test_path_or_url_as_document_is_not_opened() -> None:
    """A document that is a path or a URL is text, not a place to read from."""
    for document in ("/etc/passwd", "http://127.0.0.1:9/feed", "file:///etc/passwd"):
        with pytest.raises(ParseFailed):
            parse(document)


@settings(deadline=None, max_examples=150)
@given(
    st.binary(max_size=400)
    | st.text(max_size=200).map(str.encode)
    | st.lists(st.sampled_from(["<rss>", "<channel>", "<item>", "<title>", "</title>", "</item>", "<feed>", "<entry>", "&", "&#x0;", "<![CDATA[", "]]>", "<!--", "x", "\x00", "\ufffd", "<link href='", "'/>", '{"items":[', "{}", "]}", "é", "<pubDate>", "99999999999"]), max_size=30).map(lambda parts: "".join(parts).encode()),
    st.sampled_from(["", "utf-8", "utf-16", "koi8-r", "hex", "nonsense"]),
)  # fmt: skip
def test_any_bytes_are_a_feed_or_refused(body: bytes, charset: str) -> None:
    """Arbitrary bytes give a feed within the caps or ParseFailed, never anything else."""
    try:
        feed = parse_feed(body, URL, charset, NOW)
    except ParseFailed:
        return
    assert len(feed.entries) <= 200
    assert all(entry.title and len(entry.title) <= 300 for entry in feed.entries)


@settings(deadline=None, max_examples=60)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["items", "id", "url", "title", "content_html", "authors", "author", "name", "tags", "date_published"]), inner, max_size=6), max_leaves=20))  # fmt: skip
def test_any_json_is_a_feed_or_refused(value: object) -> None:
    """JSON of any shape, also as items, gives a feed or ParseFailed."""
    for document in (value, {"items": [value]}, {"items": value}):
        with suppress(ParseFailed):
            parse(json.dumps(document))


def test_a_bare_version_gets_its_projects_name() -> None:
    """GitHub's feeds of releases title an item "v5.1.0", which says nothing by itself."""
    feed = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>Release notes from transformers</title>'
        '<entry><id>1</id><link href="https://github.com/h/t/releases/tag/v5.1.0"/><title>v5.1.0</title></entry>'
        '<entry><id>2</id><link href="https://github.com/h/t/releases/tag/x"/><title>Patch day</title></entry></feed>'
    )

    assert [entry.title for entry in parse(feed).entries] == ["transformers v5.1.0", "Patch day"]
