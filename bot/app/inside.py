"""
For procrastinate's own command line, to look inside the queue (docs/operations.md):

    procrastinate --app bot.app.inside.jobs shell

It knows no task, so it can look, cancel and retry, and not run anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from procrastinate import App


def __getattr__(name: str) -> App:
    """Make `jobs` when it is asked for, so that importing this module needs no database."""
    if name != "jobs":
        raise AttributeError(name)
    from bot.app.cluster import engine_url
    from bot.settings import load_settings
    from bot.work.engine import open_engine

    return open_engine(engine_url(load_settings()), connections=2, for_people=True)
