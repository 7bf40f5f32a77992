"""The table of ids is whole: every place where a payload carries one has its line, and its check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from bot.render import ids
from handlers import ACTIONS, ANY, COMMANDS, EVENTS, SHORTCUTS, VIEWS
from handlers.known_ids import DETAILS, ENVELOPE, KNOWN_IDS, PERSONAL

ROOT = Path(__file__).parents[2]


def called(route: object) -> str:
    return route.pattern if isinstance(route, re.Pattern) else str(route)


def test_every_route_has_its_line():
    """No command, shortcut, action, view or event is listened to that the table does not know."""
    lines = {called(line.route) for line in KNOWN_IDS}
    tables = (COMMANDS, SHORTCUTS, ACTIONS, VIEWS, EVENTS)
    routes = {called(route) for table in tables for route in table if route is not ANY}
    assert routes - lines == set()
    assert lines - routes == {ids.HOME_VIEW, ids.TERM_VIEW, ENVELOPE, DETAILS}


def test_every_name_of_ours_has_its_line():
    """Whatever `bot/render/ids.py` gives a name to stands in the table."""
    lines = {called(line.route) for line in KNOWN_IDS} | {line.part for line in KNOWN_IDS}
    names = {
        name: called(value)
        for name, value in vars(ids).items()
        if name.isupper() and not name.startswith("_") and isinstance(value, str | re.Pattern)
    }
    # Commands are patterns in the table, for an app made with a prefix.
    commands = {"COMMAND_EXPLAIN", "COMMAND_DIGEST"}
    assert {name for name, value in names.items() if value not in lines} == commands


def test_every_field_of_metadata_and_requests_has_its_line():
    """What a view's metadata and a recorded request carry is in the table, field by field."""
    parts = {(line.route, line.part.removeprefix("private_metadata.")) for line in KNOWN_IDS}
    written = {"channel_id": "channel", "is_dm": "dm"}
    for one in fields(ids.SettingsTarget):
        assert (ids.SETTINGS_VIEW, written.get(one.name, one.name)) in parts
    assert set(details_in_code()) == {part for route, part in parts if route == DETAILS}


def test_what_is_personal_is_checked():
    """A line without a check holds nothing that belongs to anybody."""
    assert [line for line in KNOWN_IDS if line.holds in PERSONAL and not line.checks] == []


def test_conversations_are_found_for_somebody():
    """No listener asks for a conversation but through `Spots`, which knows who may hear of it."""
    asking = [
        path for path in ROOT.glob("handlers/*.py") if "places.spot" in path.read_text("utf-8")
    ]
    assert asking == []


def details_in_code() -> Iterator[str]:
    """Yield the keys of `Request.details` that our code writes or reads."""
    for path in (*ROOT.glob("handlers/*.py"), *ROOT.glob("bot/chat/*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            yield from _keys(node)


def _keys(node: ast.AST) -> Iterator[str]:
    match node:
        case (
            ast.keyword(arg="details", value=ast.Dict() | ast.IfExp(body=ast.Dict()) as value)
            | ast.Assign(targets=[ast.Name(id="details")], value=ast.Dict() as value)
        ):
            made = value.body if isinstance(value, ast.IfExp) else value
            assert isinstance(made, ast.Dict)
            yield from (str(ast.literal_eval(key)) for key in made.keys if key is not None)
        case (
            ast.Subscript(
                value=ast.Name(id="details") | ast.Attribute(attr="details"),
                slice=ast.Constant(value=str(key)),
            )
            | ast.Call(
                func=ast.Attribute(attr="get", value=ast.Attribute(attr="details")),
                args=[ast.Constant(value=str(key)), *_],
            )
        ):
            yield key
