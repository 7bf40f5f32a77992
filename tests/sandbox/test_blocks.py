"""Block Kit's limits, one row each, and agreement with slack_sdk's own validators."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

from bot.sandbox.blocks import blocks_size, check_blocks, fill_defaults


def plain(length: int) -> dict:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> dict:
    return {"type": "mrkdwn", "text": "x" * length}


def button(**more) -> dict:
    return {"type": "button", "text": plain(5), "action_id": "a", **more}


def option(text: int = 5, value: int = 5) -> dict:
    return {"text": plain(text), "value": "v" * value}


def section(**more) -> dict:
    return {"type": "section", "text": mrkdwn(5), **more}


def actions(*elements) -> dict:
    return {"type": "actions", "elements": list(elements)}


def numbered(count: int) -> list[dict]:
    return [button(action_id=f"a{index}") for index in range(count)]


def select(count: int) -> dict:
    return {"type": "static_select", "action_id": "s", "options": [option()] * count}


def overflow(count: int) -> dict:
    return {"type": "overflow", "action_id": "o", "options": [option()] * count}


def context(count: int) -> dict:
    return {"type": "context", "elements": [mrkdwn(5)] * count}


def table(rows: int, cells: int = 2) -> dict:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * cells] * rows}


def container(count: int, **more) -> dict:
    children = [{"type": "divider"}] * count
    return {"type": "container", "title": plain(5), "child_blocks": children, **more}


def card(**more) -> dict:
    return {"type": "card", "title": mrkdwn(5), **more}


def feedback(**more) -> dict:
    good, bad = {"text": plain(4), "value": "good"}, {"text": plain(3), "value": "bad"}
    return {
        "type": "feedback_buttons",
        "action_id": "f",
        "positive_button": good,
        "negative_button": bad,
        **more,
    }


def context_actions(*elements) -> dict:
    return {"type": "context_actions", "elements": list(elements)}


IMAGE = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A chart"}

FITS = {
    "50 blocks": [{"type": "divider"}] * 50,
    "header 150": [{"type": "header", "text": plain(150)}],
    "section 3,000": [section(text=mrkdwn(3000))],
    "ten fields": [{"type": "section", "fields": [mrkdwn(2000)] * 2 + [mrkdwn(5)] * 8}],
    "expand": [section(expand=True)],
    "context of ten": [context(10)],
    "25 actions": [actions(*numbered(25))],
    "button 75 and 2,000": [actions(button(text=plain(75), value="v" * 2000))],
    "select of 100": [actions(select(100))],
    "overflow of five": [section(accessory=overflow(5))],
    "option 75 and 150": [actions({**select(1), "options": [option(75, 150)]})],
    "markdown 12,000": [{"type": "markdown", "text": "x" * 12_000}],
    "table of 100 rows": [table(100, 20)],
    "container of ten": [container(10, is_collapsible=True, default_collapsed=True)],
    "card": [card(body=mrkdwn(200), actions=[button()])],
    "carousel of ten": [{"type": "carousel", "elements": [card()] * 10}],
    "image": [IMAGE],
    "image by file": [{"type": "image", "slack_file": {"id": "F1"}, "alt_text": ""}],
    "feedback": [context_actions(feedback())],
    "chart": [{"type": "data_visualization", "title": "Topics", "chart": {"type": "bar"}}],
    "task card": [{"type": "task_card", "task_id": "1", "title": "Read", "status": "pending"}],
    "same action id in two blocks": [actions(button()), actions(button())],
}

TOO_MUCH = {
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items", "/blocks"),
    "header 151": ([{"type": "header", "text": plain(151)}], "151 characters", "/text/text"),
    "header mrkdwn": ([{"type": "header", "text": mrkdwn(5)}], "unsupported type", "/text/type"),
    "empty text": ([section(text=mrkdwn(0))], "more than 0 characters", "/text/text"),
    "section 3,001": ([section(text=mrkdwn(3001))], "3001 characters", "/text/text"),
    "section of nothing": ([{"type": "section"}], "missing required field", "/blocks/0"),
    "field 2,001": ([{"type": "section", "fields": [mrkdwn(2001)]}], "2001", "/fields/0/text"),
    "11 fields": ([{"type": "section", "fields": [mrkdwn(5)] * 11}], "10 items", "/fields"),
    "context of 11": ([context(11)], "no more than 10 items", "/elements"),
    "context of none": ([context(0)], "at least 1", "/elements"),
    "26 actions": ([actions(*numbered(26))], "no more than 25 items", "/elements"),
    "button 76": ([actions(button(text=plain(76)))], "76 characters", "/text/text"),
    "value 2,001": ([actions(button(value="v" * 2001))], "2001 characters", "/value"),
    "javascript link": ([actions(button(url="javascript:x"))], "invalid url", "/url"),
    "style": ([actions(button(style="loud"))], "enum", "/style"),
    "select of 101": ([actions(select(101))], "100 items", "/options"),
    "overflow of six": ([section(accessory=overflow(6))], "5 items", "/accessory/options"),
    "option 76": ([actions({**select(1), "options": [option(76)]})], "76", "/text/text"),
    "option value 151": ([actions({**select(1), "options": [option(5, 151)]})], "151", "/value"),
    "action id 256": ([actions(button(action_id="a" * 256))], "256", "/action_id"),
    "block id 256": ([section(block_id="b" * 256)], "256", "/block_id"),
    "block id twice": ([section(block_id="b")] * 2, "duplicate block_id", "/blocks/1/block_id"),
    "action id twice": ([actions(button(), button())], "duplicate action_id", "/elements/1"),
    "markdown 12,001": ([{"type": "markdown", "text": "x" * 12_001}], "12001", "/text"),
    "markdown summed": (
        [{"type": "markdown", "text": "x" * 6_001}] * 2,
        "markdown blocks must be less than 12001",
        "/blocks/1",
    ),
    "101 rows": ([table(101)], "no more than 100 items", "/rows"),
    "21 cells": ([table(1, 21)], "no more than 20 items", "/rows/0"),
    "two tables": ([table(1), table(1)], "only_one_table_allowed", "/blocks/1"),
    "three charts": ([FITS["chart"][0]] * 3, "no more than 2", "/blocks/2"),
    "container of 11": ([container(11)], "no more than 10 items", "/child_blocks"),
    "markdown in a container": (
        [{**container(0), "child_blocks": [{"type": "markdown", "text": "x"}]}],
        "unsupported type",
        "/child_blocks/0/type",
    ),
    "card body 201": ([card(body=mrkdwn(201))], "201 characters", "/body/text"),
    "11 cards": ([{"type": "carousel", "elements": [card()] * 11}], "10 items", "/elements"),
    "image without alt": ([{"type": "image", "image_url": "https://x.org"}], "alt_text", "/0"),
    "image without source": ([{"type": "image", "alt_text": "x"}], "exactly one", "/0"),
    "button in context": ([{"type": "context", "elements": [button()]}], "unsupported", "/type"),
    "button in feedback row": ([context_actions(button())], "unsupported type", "/type"),
    "alert in a message": ([{"type": "alert", "text": mrkdwn(5)}], "not allowed in a", "/type"),
    "input in a message": (
        [{"type": "input", "label": plain(5), "element": {"type": "plain_text_input"}}],
        "not allowed in a message",
        "/type",
    ),
    "unknown block": ([{"type": "hero"}], "unsupported type: hero", "/type"),
    "no type": ([{}], "missing required field: type", "/blocks/0"),
    "unknown field": ([section(colour="red")], "invalid additional property", "/blocks/0"),
    "not an object": (["hello"], "must provide an object", "/blocks/0"),
    "not a list": ({"type": "divider"}, "must provide an array", "/blocks"),
}


@pytest.mark.parametrize("name", FITS)
def test_what_fits_is_accepted(name):
    """Content exactly at a limit passes."""
    assert check_blocks(FITS[name], "message").problems == []


@pytest.mark.parametrize("name", TOO_MUCH)
def test_one_more_is_refused_with_its_place(name):
    """Content just over a limit is refused, with the reason and the JSON pointer."""
    blocks, reason, place = TOO_MUCH[name]
    problems = check_blocks(blocks, "message").problems

    assert any(reason in problem and place in problem for problem in problems), problems


def test_views_take_what_messages_do_not():
    """Inputs and alerts belong in modals, markdown does not; 100 blocks fit there."""
    field = {"type": "input", "label": plain(5), "element": {"type": "plain_text_input"}}
    alert = {"type": "alert", "text": mrkdwn(5), "level": "warning"}

    assert check_blocks([field, alert, *[{"type": "divider"}] * 98], "modal").problems == []
    assert check_blocks([alert], "home").problems
    assert check_blocks([{"type": "markdown", "text": "x"}], "modal").problems


@pytest.mark.parametrize("name", sorted(set(FITS) - {"chart", "image by file", "expand"}))
def test_slack_sdk_accepts_what_we_accept(name):
    """slack_sdk's models validate every accepted block that they know."""
    for block in FITS[name]:
        parsed = Block.parse(block)
        if parsed is not None:
            parsed.to_dict()


@pytest.mark.parametrize(
    "name", ["header 151", "section 3,001", "context of 11", "26 actions", "11 cards"]
)
def test_slack_sdk_refuses_it_too(name):
    """Where slack_sdk checks a limit, it agrees with ours."""
    with pytest.raises(SlackObjectFormationError):
        Block.parse(TOO_MUCH[name][0][0]).to_dict()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "rows", "fields", "accessory", "x"]),
            inner
            | st.sampled_from(["section", "table", "actions", "mrkdwn", "button", "markdown"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_no_value_breaks_the_check(value):
    """Whatever JSON comes, the check reports and never raises."""
    check_blocks(value, "message")
    check_blocks([value], "modal")


def test_size_counts_text_and_containers():
    """The size grows with text and with the number of objects."""
    assert blocks_size([section(text=mrkdwn(1000))]) > 1000
    assert blocks_size([section()] * 2) == 2 * blocks_size([section()])


def test_defaults_are_filled_in_a_copy():
    """Filling ids and defaults leaves the caller's blocks alone."""
    given_blocks = [section()]
    filled = fill_defaults(given_blocks)

    assert filled[0]["block_id"]
    assert "block_id" not in given_blocks[0]
