"""Markup made plain, character sets, headers, and the other pure helpers of reading."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ParseFailed
from bot.net.charset import decode
from bot.net.http_headers import (
    charset_of,
    max_age_seconds,
    media_type,
    retry_after_seconds,
    validator,
)
from bot.net.markup_limit import longest_start_tag_bytes, refuse_long_start_tag
from bot.net.plain_text import first_words, paragraphs, plain
from bot.net.xml_repair import repaired


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("plain", "plain"),
        ("  a \n\t b  ", "a b"),
        ("AT&amp;T &lt;3 caf&eacute; &#8217;", "AT&T <3 café ’"),
        ("AT&amp;amp;T", "AT&T"),
        ("&lt;p&gt;escaped&lt;/p&gt;&lt;p&gt;markup&lt;/p&gt;", "escaped markup"),
        ("&amp;lt;b&amp;gt;twice&amp;lt;/b&amp;gt;", "twice"),
        ("<p>one</p><p>two<br>three", "one two three"),
        ("<b>bold</b>face <a href='x>y'>link</a>", "boldface link"),
        ("<li>a<li>b", "a b"),
        ("a<script>alert('<b>')</script>b<style>p{}</style>c", "a b c"),
        ("a<script>never closed", "a"),
        ("a<SCRIPT src=x></SCRIPT>b", "a b"),
        ("<!-- c <b> -->x<!-- open", "x"),
        ("<![CDATA[x]]>", "x"),
        ("vector<int> beats list<T>", "vector<int> beats list<T>"),
        ("<custom:tag a='1'>x</custom:tag>", "x"),
        ("5 < 6 and 7 > 2", "5 < 6 and 7 > 2"),
        ("<img src='data:x' onerror=alert(1)>seen", "seen"),
        ("half a tag <a href=", "half a tag <a href="),
        ("pay\u202eload\u202c \u2066x\u2069 z\u200bero\ufeff s\u00adoft", "payload x zero soft"),
        ("\x00a\x07b\x1b[31m\x9f", "ab[31m"),
        ("hid\U000e0041\U000e0042den \U000e0101x", "hidden x"),
        ("family 👨\u200d👩\u200d👧 and می\u200cخواهم ❤\ufe0f", "family 👨\u200d👩\u200d👧 and می\u200cخواهم ❤\ufe0f"),
        ("\ud800x", "x"),
        ("line\u2028separator", "line separator"),
    ],
)  # fmt: skip
def test_plain(markup: str, expected: str) -> None:
    """Titles and summaries lose markup, entities and invisible characters, and nothing else."""
    assert plain(markup, 300) == expected


def test_plain_is_capped() -> None:
    """What is too long is cut to the very length and ends in an ellipsis."""
    assert plain("word " * 100, 20) == "word word word word…"
    assert len(plain("x" * 1000, 300)) == 300


@given(st.text(max_size=300))
def test_plain_takes_anything(text: str) -> None:
    """Arbitrary text never raises, fits the cap, and stays on one line without control characters."""
    result = plain(text, 50)
    assert len(result) <= 50
    assert not any(ord(char) < 32 or char in "\u2028\u2029\u202e" for char in result)


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        '<a "',
        "<a x='",
        "<!--",
        "<![CDATA[",
        "&",
        "&amp;",
        "</script",
        "<script>",
        "<a/",
    ],
)
def test_half_markup_is_read_to_its_end(piece: str) -> None:
    """400,000 half tags are read in one go: quadratic time would last until pytest's own limit."""
    assert len(plain(piece * 400_000, 50_000)) <= 50_000


def test_first_words() -> None:
    """A missing title becomes the first words, cut between words."""
    assert first_words("short") == "short"
    assert first_words("one two three", 9) == "one two…"
    assert first_words("x" * 100, 9) == "…" or len(first_words("x" * 100, 9)) <= 10


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        ("é".encode(), "", "é"),
        ("é".encode("latin-1"), "iso-8859-1", "é"),
        ("é".encode(), "iso-8859-1", "é"),
        ("“é”".encode("cp1252"), "iso-8859-1", "“é”"),
        ("щ".encode("koi8-r"), "KOI8-R", "щ"),
        ("日本".encode("shift_jis"), "Shift_JIS", "日本"),
        ("日本".encode("shift_jis"), "no-such-set", None),
        (b'<?xml version="1.0" encoding="koi8-r"?>' + "щ".encode("koi8-r"), "", '<?xml version="1.0" encoding="koi8-r"?>щ'),
        (b"<meta charset=euc-jp>" + "日本".encode("euc-jp"), "", "<meta charset=euc-jp>日本"),
        (b'<?xml version="1.0" encoding="rot13"?>x', "", '<?xml version="1.0" encoding="rot13"?>x'),
        ("é".encode("utf-8-sig"), "iso-8859-1", "é"),
        ("é<".encode("utf-16"), "utf-8", "é<"),
        ("<é".encode("utf-16-le"), "", "<é"),
        ("<é".encode("utf-16-be"), "", "<é"),
        ("é".encode("utf-32"), "", "é"),
        ("日本".encode("euc-jp"), "utf-8", None),
        (b"", "", ""),
    ],
)  # fmt: skip
def test_decode(body: bytes, header: str, expected: str | None) -> None:
    """Byte order mark, header, the document's own word, UTF-8, then a guess: in this order."""
    text = decode(body, header)
    assert text == expected if expected is not None else text


@given(
    st.binary(max_size=200),
    st.sampled_from(["", "utf-8", "utf-16", "hex", "zip", "idna", "undefined", "x"]),
)
def test_decode_takes_anything(body: bytes, header: str) -> None:
    """Arbitrary bytes under any charset name become text."""
    assert isinstance(decode(body, header), str)


def test_repair_leaves_what_is_right() -> None:
    """Bare ampersands and HTML entities are mended outside of CDATA, and nothing else is touched."""
    text = "<a href='?x=1&y=2'>R&D &amp; &#38; &#x26; &nbsp;&own; <![CDATA[a&b&nbsp;]]> c&d"
    mended = "<a href='?x=1&amp;y=2'>R&amp;D &amp; &#38; &#x26; \u00a0&own; <![CDATA[a&b&nbsp;]]> c&amp;d"
    assert repaired(text) == mended
    assert repaired(mended) == mended
    assert repaired("a\x00b\x08") == "ab"


def test_long_start_tags_are_found() -> None:
    """The longest start tag counts, but not text, CDATA, comments, or scripts of a page."""
    assert longest_start_tag_bytes(b"<a><bb c='d'>" + b"x" * 99, html=False) == len(b"<bb c='d'")
    assert longest_start_tag_bytes(b"<![CDATA[<" + b"a" * 99 + b"]]><b>", html=False) == 2
    assert longest_start_tag_bytes(b"<!-- <" + b"a" * 99 + b"--><b>", html=False) == 2
    assert longest_start_tag_bytes(b"<script>if(a<b" + b"c" * 99 + b"</script><b>", html=True) < 12
    assert longest_start_tag_bytes(b"<![CDATA[" * 1000, html=False) == 0
    with pytest.raises(ParseFailed, match="16 kB"):
        refuse_long_start_tag(b"<a" + b" b='1'" * 5000, max_bytes=16_000, html=False)


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 120.0), (" 0 ", 0.0), ("Sun, 22 Nov 2026 12:05:00 GMT", 300.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0), ("soon", None), ("-5", None), ("", None), (None, None),
        ("9" * 50, 999999999.0), ("1e5", None), ("٣", None), ("Sun, 99 Nov 2026 12:05:00 GMT", None),
    ],
)  # fmt: skip
def test_retry_after(value: str | None, expected: float | None) -> None:
    """Retry-After is seconds or a date, and nonsense is nothing."""
    assert retry_after_seconds(value, NOW) == expected


def test_other_headers() -> None:
    """Cache-Control, Content-Type and validators are read leniently and never trusted."""
    assert max_age_seconds("public, max-age=600, x") == 600.0
    assert max_age_seconds("s-maxage=5") is None
    assert max_age_seconds("no-cache") is None
    assert charset_of('text/xml; Charset="UTF-8"') == "utf-8"
    assert charset_of("text/xml") == ""
    assert media_type("Text/HTML ; charset=x") == "text/html"
    assert validator('"abc"') == '"abc"'
    assert validator("a\r\nX: y") is None
    assert validator("x" * 501) is None


def test_paragraphs_stay_apart():
    """A caption, a byline and a heading do not run into the sentence after them."""
    markup = (
        "<figure><img src=x><figcaption>Photo by Jo</figcaption></figure><p>By JO SMITH</p>"
        "<h2>The vote</h2><p>The Senate <b>voted</b>.<br>It was late.</p><br><br>More."
    )

    assert (
        paragraphs(markup, 500)
        == "By JO SMITH\n\nThe vote\n\nThe Senate voted. It was late.\n\nMore."
    )
    assert paragraphs("One line.\n \nTwo lines\nof text.", 500) == "One line.\n\nTwo lines of text."
    assert paragraphs("x" * 50, 20) == "x" * 19 + "…"


def test_an_entity_with_thousands_of_digits_is_left_out():
    """One such number in one entry must not lose the whole feed or page."""
    assert plain(f"News &#{'9' * 5_000}; &#39;today&#39;", 300) == "News 'today'"
