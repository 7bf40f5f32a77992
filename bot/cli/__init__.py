"""
The commands. Heavy imports stand inside each command, so that `--help` is instant.

Exit codes: 0 done, 1 the job failed, 2 wrong use (arguments or settings).
"""

from __future__ import annotations


def main() -> None:
    """Run `plainwire`; errors become one sentence with the next step, never a traceback."""
    try:
        from bot.cli.root import run

        run()
    except KeyboardInterrupt:  # also during the imports
        raise SystemExit(130) from None
