"""Files that a person names on the command line, read with the same caps as what comes from outside."""

from __future__ import annotations

from pathlib import Path

from bot.errors import NotReadable, TooLarge


def is_url(source: str) -> bool:
    """Tell a URL, of whatever scheme, from a path; the safe client judges the scheme."""
    return "://" in source[:20]


def read_local(path: Path, max_bytes: int) -> bytes:
    """
    Return a file's bytes.

    Raises:
        NotReadable: Missing, a folder, or not ours to read.
        TooLarge: More than *max_bytes*.
    """
    try:
        with path.open("rb") as stream:
            body = stream.read(max_bytes + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a valid path"
        raise NotReadable(
            f"The file {str(path)!r} cannot be read ({reason}).",
            source=str(path),
            next_step="Check the path.",
        ) from error
    if len(body) > max_bytes:
        raise TooLarge(
            f"The file {str(path)!r} is larger than {max_bytes / 1_000_000:g} MB.", source=str(path)
        )
    return body
