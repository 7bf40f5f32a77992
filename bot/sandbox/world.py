"""The world a sandbox starts with: plain data, so that a test can write its own."""

from __future__ import annotations

from typing import Any

WorkspaceSeed = dict[str, Any]
"""
One workspace: `{id, name, domain, bot_user, bot_id, users: [...], channels: [...]}`.

A user is `{id, name, real_name, tz, is_admin, is_restricted, is_bot}`; a channel is
`{id, name, is_private, is_general, is_archived, posting: "all"|"admins", members: [user ids],
purpose}`. What is left out has a harmless default.
"""

BOT_USER = "U01PLAINBOT"
BOT_ID = "B01PLAINBOT"

DEFAULT_WORLD: WorkspaceSeed = {
    "id": "T01SANDBOX1",
    "name": "Plainwire Sandbox",
    "domain": "plainwire-sandbox",
    "bot_user": BOT_USER,
    "bot_id": BOT_ID,
    "users": [
        {
            "id": "U01ADA00001",
            "name": "ada",
            "real_name": "Ada Okafor",
            "tz": "Europe/London",
            "is_admin": True,
        },
        {"id": "U01BEN00001", "name": "ben", "real_name": "Ben Fischer", "tz": "Europe/Berlin"},
        {"id": "U01MEI00001", "name": "mei", "real_name": "Mei Chen", "tz": "Asia/Singapore"},
        {
            "id": "U01DANA0001",
            "name": "dana",
            "real_name": "Dana Reyes",
            "tz": "America/Los_Angeles",
        },
        {
            "id": "U01GIL00001",
            "name": "gil",
            "real_name": "Gil Moreau",
            "tz": "Europe/Paris",
            "is_restricted": True,
        },
    ],
    "channels": [
        {
            "id": "C01GENERAL1",
            "name": "general",
            "is_general": True,
            "purpose": "Everybody, about everything",
            "members": ["U01ADA00001", "U01BEN00001", "U01MEI00001", "U01DANA0001"],
        },
        {
            "id": "C01AINEWS01",
            "name": "ai-news",
            "purpose": "What happened in AI, explained",
            "members": ["U01ADA00001", "U01BEN00001", "U01MEI00001", "U01GIL00001", BOT_USER],
        },
        {
            "id": "C01RANDOM01",
            "name": "random",
            "purpose": "Anything else",
            "members": ["U01ADA00001", "U01BEN00001", "U01DANA0001"],
        },
        {
            "id": "C01EDITORS1",
            "name": "editors",
            "is_private": True,
            "purpose": "A private room",
            "members": ["U01ADA00001", "U01MEI00001"],
        },
    ],
}


def make_world(
    number: int = 1, *, channels: int = 3, name: str = "", bot_in_all: bool = True
) -> WorkspaceSeed:
    """
    Return a further workspace whose ids end in *number*, for tests with many of them.

    Args:
        number: 1 to 99999; part of every id, so worlds never collide.
        channels: How many public channels; the first is #general.
        name: Shown name.
        bot_in_all: Whether the bot is already a member of each channel.
    """
    tail = f"{number:05d}"
    people = [f"U{letter}{tail}01" for letter in "XY"]
    bot = f"UB{tail}01"
    members = [*people, bot] if bot_in_all else people
    return {
        "id": f"T{tail}001",
        "name": name or f"Workspace {number}",
        "domain": f"workspace-{number}",
        "bot_user": bot,
        "bot_id": f"BB{tail}01",
        "users": [
            {"id": people[0], "name": f"xan{number}", "tz": "Europe/Berlin", "is_admin": True},
            {"id": people[1], "name": f"yael{number}", "tz": "America/New_York"},
        ],
        "channels": [
            {
                "id": f"C{tail}{index:05d}",
                "name": "general" if index == 0 else f"channel-{index}",
                "is_general": index == 0,
                "members": list(members),
            }
            for index in range(channels)
        ],
    }
