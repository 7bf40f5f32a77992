"""The key of an address, the owner of an address, and the identity of an entry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.news.entry import ParsedEntry
from bot.news.urlkey import entry_id, is_article_key, outlet_of, url_key

# name: (one address, another, whether they are one article)
PAIRS: dict[str, tuple[str, str, bool]] = {
    "scheme": ("http://a.example/x", "https://a.example/x", True),
    "www": ("https://www.a.example/x", "https://a.example/x", True),
    "mobile host": ("https://m.a.example/x", "https://a.example/x", True),
    "mobile inside": (
        "https://en.m.wikipedia.org/wiki/AI",
        "https://en.wikipedia.org/wiki/AI",
        True,
    ),
    "amp host": ("https://amp.a.example/x", "https://www.a.example/x", True),
    "amp path": ("https://a.example/x/amp", "https://a.example/x", True),
    "amp path slash": ("https://a.example/x/amp/", "https://a.example/x", True),
    "amp file": ("https://a.example/x.amp.html", "https://a.example/x.html", True),
    "amp parameter": ("https://a.example/x?amp=1", "https://a.example/x", True),
    "amp layout": ("https://a.example/x?outputType=amp", "https://a.example/x", True),
    "amp cache": (
        "https://a-example.cdn.ampproject.org/c/s/a.example/x",
        "https://a.example/x",
        True,
    ),
    "google amp": ("https://www.google.com/amp/s/www.a.example/x", "https://a.example/x", True),
    "port": ("https://a.example:443/x", "https://a.example/x", True),
    "other port": ("https://a.example:8443/x", "https://a.example/x", False),
    "host case": ("https://A.Example/x", "https://a.example/x", True),
    "path case": ("https://a.example/X", "https://a.example/x", False),
    "trailing slash": ("https://a.example/x/", "https://a.example/x", True),
    "double slash": ("https://a.example//x//y", "https://a.example/x/y", True),
    "index page": ("https://a.example/x/index.html", "https://a.example/x", True),
    "fragment": ("https://a.example/x#comments", "https://a.example/x", True),
    "route in fragment": ("https://a.example/#!/x", "https://a.example/#!/y", False),
    "utm": ("https://a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x", True),
    "fbclid": ("https://a.example/x?fbclid=1", "https://a.example/x", True),
    "gclid": ("https://a.example/x?id=7&gclid=1", "https://a.example/x?id=7", True),
    "matomo": ("https://a.example/x?mtm_campaign=n", "https://a.example/x", True),
    "mail chimp": ("https://a.example/x?mc_cid=1&mc_eid=2", "https://a.example/x", True),
    "hubspot": ("https://a.example/x?_hsenc=1&_hsmi=2", "https://a.example/x", True),
    "referrer site": ("https://a.example/x?ref=news.example", "https://a.example/x", True),
    "referrer channel": ("https://a.example/x?source=rss", "https://a.example/x", True),
    "ref that chooses": ("https://a.example/x?ref=4711", "https://a.example/x?ref=4712", False),
    "query order": ("https://a.example/x?b=2&a=1", "https://a.example/x?a=1&b=2", True),
    "id chooses": ("https://a.example/x?id=1", "https://a.example/x?id=2", False),
    "p chooses": ("https://a.example/?p=1", "https://a.example/?p=2", False),
    "cid chooses": ("https://a.example/x?cid=1", "https://a.example/x?cid=2", False),
    "page chooses": ("https://a.example/x?page=2", "https://a.example/x", False),
    "bare value": ("https://a.example/?123", "https://a.example/?124", False),
    "session": ("https://a.example/x;jsessionid=9?id=1", "https://a.example/x?id=1", True),
    "youtube": ("https://www.youtube.com/watch?v=abc&t=9s", "https://youtu.be/abc", True),
    "youtube other": ("https://youtu.be/abc", "https://youtu.be/abd", False),
    "hacker news": (
        "https://news.ycombinator.com/item?id=1",
        "https://news.ycombinator.com/item?id=2",
        False,
    ),
    "post on x": ("https://twitter.com/a/status/1?s=20", "https://x.com/a/status/1", True),
    "arxiv forms": (
        "https://arxiv.org/pdf/2603.01234v2.pdf",
        "https://arxiv.org/abs/2603.01234",
        True,
    ),
    "percent": ("https://a.example/caf%C3%A9", "https://a.example/café", True),
    "idna": ("https://müller.example/x", "https://xn--mller-kva.example/x", True),
    "other host": ("https://a.example/x", "https://b.example/x", False),
    "sub-domain": ("https://blog.a.example/x", "https://a.example/x", False),
    "userinfo": ("https://user:pw@a.example/x", "https://a.example/x", True),
}


@pytest.mark.parametrize("name", PAIRS)
def test_same_article(name: str):
    """What does not change the article does not change its key, and what may change it does."""
    one, other, same = PAIRS[name]

    assert (url_key(one) == url_key(other)) is same


@pytest.mark.parametrize(
    "url",
    ["", "x", "javascript:alert(1)", "ftp://a.example/", "mailto:a@b.example", "https://",
     "https://a.example:99999/", "http://[::1", "//a.example/x", "data:text/html,x"],
)  # fmt: skip
def test_no_key(url: str):
    """What is no web address has no key."""
    assert url_key(url) == ""


@given(st.text(max_size=200))
def test_key_of_anything_is_stable(text: str):
    """No address breaks the rules, and a key is its own key."""
    for url in (text, f"https://a.example/{text}", f"https://a.example/x?{text}"):
        key = url_key(url)
        assert url_key(key) == key


@pytest.mark.parametrize(
    ("url", "is_one"),
    [("https://a.example/", False), ("https://a.example/index.html", False),
     ("https://a.example/x", True), ("https://a.example/?p=1", True)],
)  # fmt: skip
def test_front_page_is_no_article(url: str, is_one: bool):
    """A site's front page names no article, so it never joins two entries."""
    assert is_article_key(url_key(url)) is is_one


@pytest.mark.parametrize(
    ("url", "outlet"),
    [
        ("https://www.theverge.com/a", "theverge.com"),
        ("https://news.bbc.co.uk/a", "bbc.co.uk"),
        ("https://importai.substack.com/feed", "importai.substack.com"),
        ("https://lilianweng.github.io/index.xml", "lilianweng.github.io"),
        ("https://medium.com/@someone/x", "medium.com"),
        ("https://www.medium.com/x", "medium.com"),
        ("https://tech.asahi.co.jp/", "asahi.co.jp"),
        ("https://co.uk/", "co.uk"),
        ("https://localhost/", "localhost"),
        ("http://127.0.0.1:8080/ledger/x", "127.0.0.1"),
        ("https://MÜLLER.example/", "xn--mller-kva.example"),
        ("not an address", ""),
    ],
)
def test_outlet(url: str, outlet: str):
    """The owner is the registrable domain, or the sub-domain on a platform."""
    assert outlet_of(url) == outlet


def test_entry_id():
    """An item is known by its feed and its guid; else its link, else its title."""
    item = ParsedEntry(title="t", url="https://a.example/x", guid="g")

    first = entry_id("f", item)
    assert first.startswith("e_")
    assert len(first) == 18
    assert first == entry_id("f", ParsedEntry(title="changed", url="https://a.example/y", guid="g"))
    assert first != entry_id("other", item)
    assert entry_id("f", ParsedEntry(title="t")) != entry_id("f", ParsedEntry(title="u"))
    assert first != entry_id("f", item, "T1")
    assert entry_id("f", item, "T1") != entry_id("f", item, "T2")
