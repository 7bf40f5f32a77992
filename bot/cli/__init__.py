"""
The commands. Heavy imports stand inside each command, so that `--help` is instant.

Exit codes: 0 done, 1 the job failed, 2 wrong use (arguments or settings).
"""

from __future__ import annotations

import gc


def main() -> None:
    """Run `plainwire`; errors become one sentence with the next step, never a traceback."""
    # Default (700, 10, 10): importing makes half a million objects that all stay, and looking at
    # them for garbage again and again is a tenth of the start.
    gc.set_threshold(50_000, 20, 20)
    try:
        from bot.cli.root import run

        run()
    except KeyboardInterrupt:  # also during the imports
        raise SystemExit(130) from None
