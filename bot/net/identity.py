"""Who we say we are when we ask for something."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

PRODUCT = "Plainwire"  # the token that robots.txt files name
CONTACT_URL = "https://github.com/plainwire/plainwire"


def user_agent(contact: str) -> str:
    """Return product, version, and where a publisher can complain."""
    try:
        number = version("plainwire")
    except PackageNotFoundError:
        number = "0"
    return f"{PRODUCT}/{number} (+{contact}; daily AI news digest)"
