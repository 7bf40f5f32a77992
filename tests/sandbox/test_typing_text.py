"""What Slack makes of typed words."""

from __future__ import annotations

import pytest

from bot.sandbox.typing_text import to_blocks, to_wire

PEOPLE = {"plainwire": "U1", "ada": "U2"}
CHANNELS = {"ai-news": "C1"}


@pytest.mark.parametrize(
    ("typed", "wire"),
    [
        ("1 < 2 & 3 > 2", "1 &lt; 2 &amp; 3 &gt; 2"),
        ("@plainwire hi", "<@U1> hi"),
        ("@nobody hi", "@nobody hi"),
        ("see #ai-news.", "see <#C1|ai-news>."),
        ("https://example.org/a?b=1&c=2.", "<https://example.org/a?b=1&amp;c=2>."),
        ("mute theverge.com please", "mute <http://theverge.com|theverge.com> please"),
        ("@here all", "<!here> all"),
        ("<@U2> exact", "<@U2> exact"),
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("mail me@example.com", "mail me@example.com"),
    ],
)
def test_wire_text(typed, wire):
    """Mentions, channels and addresses become tokens, everything else is escaped."""
    assert to_wire(typed, PEOPLE, CHANNELS) == wire


def test_blocks_hold_the_same_words_unescaped():
    """The rich_text block carries the elements behind the text."""
    elements = to_blocks("hi @ada & co", PEOPLE, CHANNELS, "b")[0]["elements"][0]["elements"]

    assert elements == [
        {"type": "text", "text": "hi "},
        {"type": "user", "user_id": "U2"},
        {"type": "text", "text": " & co"},
    ]
