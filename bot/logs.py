"""
Structured logs: constant event names, facts as fields, ids instead of objects.

No text of articles, people or the model is logged, and no secret: a processor stars whatever looks
like a token, should one slip into a field.
"""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, Literal, TextIO, cast

# structlog imports rich, if it can, for tracebacks that we do not print: 80 ms and 5 MB in every
# process. None in sys.modules means "not installed" to it; rich stays importable afterwards.
_rich = sys.modules.get("rich")
sys.modules["rich"] = None  # type: ignore[assignment]  # documented by importlib, unknown to typeshed
try:
    import structlog
    from structlog.typing import EventDict, WrappedLogger
finally:
    del sys.modules["rich"]
    if _rich is not None:
        sys.modules["rich"] = _rich

# Slack tokens, Slack signing versions, Fernet keys and bearer headers.
_SECRET = re.compile(
    r"(?:xox[a-z]|xapp|xwfp)-[\w-]{6,}|(?i:bearer)\s+[\w.~+/=-]{8,}|\b[\w-]{43}=(?![\w=])"
)


def hide_secrets(value: Any) -> Any:
    """Return the value with everything in its strings that looks like a secret starred."""
    if isinstance(value, str):
        # Half an emoji cannot be written to a stream; what holds one must not be what breaks the log.
        return _SECRET.sub("***", value.encode(errors="backslashreplace").decode())
    if isinstance(value, dict):
        return {key: hide_secrets(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [hide_secrets(item) for item in value]
    return value


def _hide(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {key: hide_secrets(value) for key, value in event.items()}


class _HideSecrets(logging.Filter):
    """Does for the libraries' own log lines what `_hide` does for ours."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = hide_secrets(record.getMessage())
        record.args = ()
        return True


def _is_news(record: logging.LogRecord) -> bool:
    """
    Drop one line of asyncio that means nothing.

    When parser processes end with the program, Python may collect their exit codes before asyncio
    asks for them, and asyncio warns.
    """
    return not record.getMessage().startswith("Unknown child process pid")


class _StandardError:
    """Standard error as it is at each write, so that a redirected one is followed."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


_STDERR = cast("TextIO", _StandardError())


def configure_logs(level: str = "info", fmt: Literal["console", "json"] = "console") -> None:
    """
    Send all logs to standard error.

    Args:
        level: debug, info, warning or error, for our own lines; libraries log warnings and worse.
        fmt: "console" for people, "json" for machines, one object per line.
    """
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if fmt == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _hide,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.WriteLoggerFactory(_STDERR),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(_STDERR)
    handler.addFilter(_HideSecrets())
    handler.addFilter(_is_news)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    # slack_bolt logs whole bodies at INFO and raw socket frames at DEBUG, so libraries never go below.
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def get_logger(name: str) -> Any:
    """Return the logger of a room, such as "digest"; it follows `configure_logs` whenever that comes."""
    return structlog.get_logger(room=name)
