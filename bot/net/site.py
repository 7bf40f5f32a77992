"""Which hosts belong together: a pure rule of thumb for the registrable domain."""

from __future__ import annotations

from ipaddress import ip_address

# Second-level labels under which people register names in many countries (co.uk, com.au, …).
# The full public-suffix list is 200 kB and changes weekly; a wrong answer here only costs a
# canonical address or a refused downgrade, never safety.
_SHARED_SECOND_LEVELS = frozenset(
    {"ac", "co", "com", "edu", "gob", "gov", "ne", "net", "or", "org"}
)
_COUNTRY_CODE_CHARS = 2
_PLAIN_LABELS = 2


def registrable_domain(host: str) -> str:
    """Return the part of *host* that somebody registered: "example.co.uk" for "www.example.co.uk"."""
    host = host.lower().rstrip(".")
    if _is_address(host):
        return host
    labels = host.split(".")
    shared = (
        len(labels) > _PLAIN_LABELS
        and len(labels[-1]) == _COUNTRY_CODE_CHARS
        and labels[-2] in _SHARED_SECOND_LEVELS
    )
    return ".".join(labels[-(_PLAIN_LABELS + shared) :])


def same_site(one: str, other: str) -> bool:
    """Tell whether two hosts share a registrable domain."""
    return bool(one) and registrable_domain(one) == registrable_domain(other)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
