"""`python -m bot.sandbox`: a sandbox without the rest of Plainwire."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from pathlib import Path

from bot.sandbox.serve import DEFAULT_PORT, serve


def main() -> None:
    parser = argparse.ArgumentParser(description="A local Slack workspace.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT)
    parser.add_argument("--manifest", type=Path, help="the app's manifest (YAML or JSON)")
    parser.add_argument("--request-url", default="", help="HTTP mode: where events go")
    parser.add_argument("--workspaces", type=int, default=1, help="how many there are")
    parser.add_argument("--not-installed", action="store_true", help="the app comes by OAuth")
    parser.add_argument("--no-rate-limits", action="store_true")
    chosen = parser.parse_args()
    limits = "off" if chosen.no_rate_limits else "slack"
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(
            serve(
                chosen.host,
                chosen.port,
                manifest=chosen.manifest,
                rate_limits=limits,
                request_url=chosen.request_url,
                workspaces=chosen.workspaces,
                installed=not chosen.not_installed,
            )
        )


if __name__ == "__main__":
    main()
