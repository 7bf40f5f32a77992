"""A local Slack workspace for demos, tests and benches. Imports nothing else of ours."""

from __future__ import annotations

from bot.sandbox.app import ALL_BOT_SCOPES, App, Shortcut, SlashCommand, app_from_manifest
from bot.sandbox.faults import Fault
from bot.sandbox.interaction import Answered
from bot.sandbox.member import CannotDo
from bot.sandbox.person import Person
from bot.sandbox.pings import MaskedLink, Ping
from bot.sandbox.serve import serve
from bot.sandbox.server import Sandbox
from bot.sandbox.state import Channel, Message, User, Workspace
from bot.sandbox.timings import Timings
from bot.sandbox.world import DEFAULT_WORLD, make_world

__all__ = [
    "ALL_BOT_SCOPES",
    "DEFAULT_WORLD",
    "Answered",
    "App",
    "CannotDo",
    "Channel",
    "Fault",
    "MaskedLink",
    "Message",
    "Person",
    "Ping",
    "Sandbox",
    "Shortcut",
    "SlashCommand",
    "Timings",
    "User",
    "Workspace",
    "app_from_manifest",
    "make_world",
    "serve",
]
