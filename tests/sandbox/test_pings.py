"""What a text would do to people: pings and misleading links, wherever they hide."""

from __future__ import annotations

import pytest

from bot.sandbox.pings import live_mentions, masked_links, texts_of

NEWS = "C01AINEWS01"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!channel> look", [("channel", "channel")]),
        ("<!here|here>", [("here", "here")]),
        ("<!everyone>", [("everyone", "everyone")]),
        ("<@U01ADA00001> hi", [("user", "U01ADA00001")]),
        ("<@U01ADA00001|ada>", [("user", "U01ADA00001")]),
        ("<!subteam^S0123|@team>", [("subteam", "S0123")]),
        ("&lt;!channel&gt; is harmless", []),
        ("@channel typed as words", []),
        ("<!date^1392734382^{date}|then>", []),
        ("<https://example.org|<b>", []),
    ],
)
def test_live_mentions(text, found):
    """Only Slack's own control sequences ping; escaped ones and plain words do not."""
    assert live_mentions(text) == found


def test_bare_words_ping_when_names_are_parsed():
    """With link_names or parse=full a bare @here counts."""
    assert live_mentions("@here now", parse_names=True) == [("here", "here")]


@pytest.mark.parametrize(
    ("kind", "text", "masked"),
    [
        ("mrkdwn", "<https://evil.example|https://bank.example/login>", True),
        ("mrkdwn", "<https://evil.example|www.bank.com>", True),
        ("mrkdwn", "<https://news.bank.com/a|bank.com>", False),
        ("mrkdwn", "<https://evil.example|The story>", False),
        ("mrkdwn", "<https://nodejs.org/en|Node.js 24 is out>", False),
        ("mrkdwn", "<https://nodejs.org/en|Node.js>", False),
        ("markdown", "[https://bank.com](https://evil.example)", True),
        ("markdown", "[the story](https://example.org)", False),
    ],
)
def test_masked_links(kind, text, masked):
    """A label that names another host than the link's is a masked link."""
    assert bool(masked_links(text, kind)) is masked


def test_every_place_that_slack_reads_is_searched():
    """mrkdwn, markdown and mentioning rich-text elements are found; plain text is not."""
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "a"}},
        {"type": "markdown", "text": "b"},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "broadcast", "range": "here"}],
                }
            ],
        },
    ]

    found = [(where, text) for where, text, _ in texts_of(blocks, "/blocks")]
    assert found == [
        ("/blocks/1/text/text", "a"),
        ("/blocks/2/text", "b"),
        ("/blocks/3/elements/0/elements/0", "<!here>"),
    ]


@pytest.mark.anyio
async def test_the_sandbox_records_what_a_post_would_ping(client, sandbox):
    """Pings and masked links of posted messages are recorded with their place."""
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "hey <!channel>"}}
    answer = await client.chat_postMessage(channel=NEWS, text="<@U01ADA00001>", blocks=[section])
    await client.chat_postMessage(channel=NEWS, markdown_text="[https://a.com](https://b.org)")

    assert [(ping.kind, ping.where) for ping in sandbox.pings] == [
        ("user", "/text"),
        ("channel", "/blocks/0/text/text"),
    ]
    assert sandbox.pings[0].ts == answer["ts"]
    assert sandbox.masked_links[0].url == "https://b.org"
