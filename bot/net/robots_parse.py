"""One question to a robots.txt. Runs in a worker process: the file is a stranger's, half a megabyte long."""

from __future__ import annotations


def allowed_by(robots_txt: str, agent: str, url: str) -> bool:
    """
    Tell whether *agent* may read *url* (RFC 9309).

    Args:
        robots_txt: The file's text; rules that make no sense are ignored.
        agent: Our product token, without version.
        url: The address in question.
    """
    from protego import Protego

    return bool(Protego.parse(robots_txt).can_fetch(url, agent))
