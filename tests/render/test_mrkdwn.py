"""The escaper: nothing from outside is live, and nothing but the escaper makes Escaped."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.clean import one_line, shorten
from bot.render.emphasis import emphasise
from bot.render.links import safe_url
from bot.render.mrkdwn import (
    EMPTY,
    Escaped,
    bare_link,
    bold,
    code,
    escape,
    italic,
    join,
    link,
    mention_user,
    trusted,
    utf16_len,
)
from tests.fakes.rows import each_row
from tests.render.hostile import TEXTS, URLS

ANY_TEXT = st.text(alphabet=st.characters(), max_size=80) | st.text(
    alphabet="<>!@#&|*_~` \n:abcU0.…;lt\u200b\u202e", max_size=80
)


def plain_of(text: Escaped) -> str:
    return str(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


@each_row("text", TEXTS)
def test_hostile_text_leaves_no_control_character(text):
    """No outside text keeps a bracket, a bare ampersand or a line break."""
    shown = str(escape(text))
    assert not re.search(r"[<>\n\r]|&(?!(?:amp|lt|gt);)", shown)
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_any_text_is_escaped_once(text):
    """Undoing the three entities gives back one clean line, whatever came in."""
    shown = escape(text)
    assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)", str(shown))
    assert plain_of(shown).count("&") == one_line(text).count("&")


@given(ANY_TEXT)
def test_cleaning_is_idempotent_and_leaves_nothing_invisible(text):
    """Cleaning twice changes nothing, and no control or direction character survives."""
    clean = one_line(text)
    assert one_line(clean) == clean
    left = {unicodedata.category(char) for char in clean if char not in "\u200c\u200d"}
    assert not left & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("AT&T <b>", "AT&amp;T &lt;b&gt;"),
        ("&amp;", "&amp;amp;"),
        ("*bold* _it_ ~st~", "∗bold∗ ˍitˍ ∼st∼"),
        ("snake_case 2*3 a~b", "snake_case 2*3 a~b"),
        ("__init__", "ˍˍinitˍˍ"),
        ("`rm -rf`", "'rm -rf'"),
        ("> quote", "＞ quote"),
        ("5 > 3", "5 &gt; 3"),
        (":tada: at 10:30:45", "∶tada: at 10:30:45"),
        ("a\u202eb\u200bc", "abc"),
        ("a\nb\t c", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("می‌خواهم", "می‌خواهم"),
        ("👩‍👧", "👩‍👧"),
        ("", ""),
    ],
)
def test_escape_table(text, shown):
    """Formatting is disarmed only where it would format; words and scripts stay as they are."""
    assert str(escape(text)) == shown


def test_plain_strings_never_become_escaped():
    """Only the escaper makes Escaped: no constructor, no adding of plain text, no raw brackets."""
    with pytest.raises(TypeError):
        Escaped()
    with pytest.raises(TypeError):
        escape("a") + "b"
    with pytest.raises(TypeError):
        "b" + escape("a")
    with pytest.raises(ValueError, match="constants"):
        trusted("<!here>")


@given(ANY_TEXT)
def test_bold_and_italic_never_end_early(text):
    """Whatever a text holds, its bold begins and ends with the only stars in it."""
    for mark, made in (("*", bold(text)), ("_", italic(text)), ("`", code(text))):
        shown = str(made)
        if shown:
            assert shown.startswith(mark)
            assert shown.endswith(mark)
            assert shown.count(mark) == 2


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x y|z>", "https://a.example/x%20y%7Cz%3E"),
        ("https://a.example/?q=1&b=2#f", "https://a.example/?q=1&b=2#f"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/'\"`", "https://a.example/%27%22%60"),
        ("https://a.example/%20ok", "https://a.example/%20ok"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("HTTPS://A.Example/P", "https://a.example/P"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("https://my_blog.example/", "https://my_blog.example/"),
        ("https://u:p@a.example/", None),
        ("https://a.example\\@b.example", None),
        ("javascript:alert(1)", None),
        ("https://a..example/", None),
        ("https://", None),
    ],
)
def test_safe_url_table(url, expected):
    """Addresses are encoded so that they cannot end early, or refused."""
    assert safe_url(url) == expected


@pytest.mark.parametrize("url", URLS)
def test_hostile_urls_make_one_well_formed_link_or_none(url):
    """A link holds exactly one address of http(s) and one label; anything else is plain text."""
    for made in (link(url, "label | <here>"), bare_link(url)):
        shown = str(made)
        if "<" in shown:
            assert re.fullmatch(r"<https?://[^\s<>|\"'`\\]+(\|[^<>|]+)?>", shown)
        assert "@evil" not in shown


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("The Ledger", "The Ledger"),
        ("theledger.example", "theledger.example"),
        ("www.theledger.example", "www.theledger.example"),
        ("news.theledger.example", "theledger.example"),
        ("bank.example", "theledger.example"),
        ("Log in at bank.example now", "theledger.example"),
        ("https://theledger.example", "theledger.example"),
        ("ｂａｎｋ．example", "theledger.example"),
        ("bank。example", "theledger.example"),
        ("U.S. news", "U.S. news"),
        ("A | B", "A ¦ B"),
        ("\u200b", "theledger.example"),
        ("", "theledger.example"),
    ],
)
def test_a_label_never_names_another_site(label, shown):
    """A label that looks like an address must be the target's own; else the host is shown."""
    assert str(link("https://theledger.example/x", label)).endswith(f"|{shown}>")


@pytest.mark.parametrize("user_id", ["", "U1|x", "<@U1>", "C024BE7LR", "u024be7lh", "U024> <!here"])
def test_only_user_ids_are_mentioned(user_id):
    """Nothing but a well-formed user id becomes a live mention."""
    assert mention_user(user_id) == EMPTY


def test_a_user_is_mentioned():
    """The one live mention there is names one person."""
    assert str(mention_user("U024BE7LH")) == "<@U024BE7LH>"


@given(ANY_TEXT, ANY_TEXT, st.integers(min_value=1, max_value=60))
def test_cutting_fits_and_is_idempotent(first, second, limit):
    """A cut text fits, is cut only once, and never holds half an entity, link or bold word."""
    whole = escape(first) + link("https://a.example/x", second) + bold(second) + escape(first)
    cut = whole.cut(limit)
    assert len(cut) <= limit
    assert cut.cut(limit) == cut
    assert not re.search(r"&(?!(?:amp|lt|gt);)", str(cut))
    assert str(cut).count("<") == str(cut).count(">") <= 1
    assert str(cut) == str(whole) or str(cut).endswith("…")


@given(ANY_TEXT, st.integers(min_value=1, max_value=60))
def test_shortening_plain_text_is_idempotent(text, limit):
    """Shortened text fits and stays as it is when shortened again."""
    short = shorten(text, limit)
    assert len(short) <= limit
    assert shorten(short, limit) == short


def test_cut_prefers_word_boundaries():
    """A reader sees whole words before the ellipsis."""
    assert str(escape("the quick brown fox").cut(14)) == "the quick…"
    assert str(escape("a" * 20).cut(10)) == "a" * 9 + "…"


def test_terms_are_bold_once_and_whole():
    """A term is bold at first use only, with its plural, never inside another word."""
    used: set[str] = set()
    text = emphasise("An API is a hatch; APIs and the rapid API", ["API", "api"], used)
    assert str(text) == "An *API* is a hatch; APIs and the rapid API"
    assert str(emphasise("Another API", ["API"], used)) == "Another API"
    assert str(emphasise("Stateless APIs", ["API", "Stateless APIs"], set())) == "*Stateless APIs*"


@given(st.lists(ANY_TEXT, max_size=5), ANY_TEXT)
def test_any_terms_leave_the_words_unchanged(terms, text):
    """Marking terms adds stars and changes no word of the text."""
    marked = plain_of(emphasise(text, terms, set()))
    assert utf16_len(marked) >= len(one_line(text))
    assert "<!" not in str(emphasise(text, terms, set()))


def test_join_skips_what_is_empty():
    """Separators stand only between pieces that say something."""
    pieces = [EMPTY, escape("a"), EMPTY, escape("b")]
    assert str(join(trusted(" · "), pieces)) == "a · b"
