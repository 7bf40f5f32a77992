"""What a setting may look like: addresses, tokens and keys, each checked with a sentence for people."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr


def http_url(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address that starts with https:// (or http://)")
    return value


def slack_url(value: str) -> str:
    return http_url(value).rstrip("/") + "/"


def is_loopback(host: str) -> bool:
    """Return True for localhost and literal loopback addresses; names are not resolved."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def public_address(value: str) -> str:
    http_url(value)
    parts = urlsplit(value)
    if parts.path not in {"", "/"} or parts.query or parts.fragment or parts.username:
        raise ValueError("must be only https:// and a host name, such as https://bot.example.org")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must start with https:// (plain http only on this machine's loopback)")
    return f"{parts.scheme}://{parts.netloc}"


def azure_url(value: str) -> str:
    http_url(value)
    parts = urlsplit(value)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError("must start with https:// (plain http only on this machine's loopback)")
    return value


def database_address(value: str) -> str:
    """Return the URL with the async driver that we use for its database."""
    scheme, separator, rest = value.partition("://")
    base = scheme.partition("+")[0]
    drivers = {
        "sqlite": "sqlite+aiosqlite",
        "postgres": "postgresql+psycopg",
        "postgresql": "postgresql+psycopg",
    }
    if not separator or base not in drivers:
        raise ValueError("must look like sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")
    return f"{drivers[base]}://{rest}"


def networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            ipaddress.ip_network(value, strict=False)
        except ValueError:
            raise ValueError(
                "must be comma-separated addresses or networks, such as 127.0.0.1 or 10.0.0.0/8"
            ) from None
    return values


def starts_with(prefix: str, what: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(prefix):
            raise ValueError(f"must start with {prefix} ({what})")
        return value

    return AfterValidator(check)


def fernet_keys(value: SecretStr) -> SecretStr:
    """Check that every comma-separated part is a Fernet key: 32 bytes in URL-safe base64."""
    import base64
    import binascii

    for part in value.get_secret_value().split(","):
        try:
            raw = base64.urlsafe_b64decode(part.strip().encode())
        except (binascii.Error, ValueError):
            raw = b""
        if len(raw) != 32:  # noqa: PLR2004 - Fernet's key size in bytes
            raise ValueError(
                "must be one or more comma-separated Fernet keys (44 characters each); when the old "
                "key is lost, set a new one and run `plainwire keys forget-unreadable`"
            )
    return value
