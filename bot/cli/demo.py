"""`plainwire demo`: see it work, with no account and no key."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from bot.cli.output import run_async


def demo(
    sample: Annotated[
        bool, typer.Option("--sample", help="Do not try the real feeds; use the sample edition.")
    ] = False,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Preferred port of the page.")
    ] = 8787,
    once: Annotated[
        bool, typer.Option("--once", help="End after the digest instead of staying up.")
    ] = False,
) -> None:
    """Start a local Slack workspace, and post yesterday's and today's digest into it."""
    run_async(_demo(port, sample=sample, once=once), serves=not once)


async def _demo(port: int, *, sample: bool, once: bool) -> None:
    from bot.app.demo import open_demo
    from bot.cli.demo_screen import DemoScreen
    from bot.settings import load_settings

    settings = load_settings()
    screen = DemoScreen(has_model=settings.has_model)
    async with open_demo(settings, screen.say, port=port, sample=sample) as url:
        screen.look_at(url, once=once)
        if not once:
            await asyncio.Event().wait()
