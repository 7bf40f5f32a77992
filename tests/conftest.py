"""Fixtures that every test shares; see tests/README.md for how the folders mirror the code."""

from __future__ import annotations

import os

import pytest

# A developer's own settings must never leak into a test, nor a proxy into loopback traffic.
_FOREIGN = ("SLACK_", "AZURE_OPENAI_", "OPENAI_", "PLAINWIRE_", "DATABASE_URL")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test starts without settings of the machine it runs on."""
    for name in list(os.environ):
        if name.upper().startswith(_FOREIGN) or name.upper() in _PROXIES:
            monkeypatch.delenv(name)


# Only what starts real processes and waits for them; a rule that fails once is broken.
_REAL_PROCESSES = {"end_to_end", "cluster", "cli", "web"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with real processes one more try on a busy machine; it is printed as R."""
    for item in items:
        if item.path.parent.name in _REAL_PROCESSES:
            item.add_marker(pytest.mark.flaky(reruns=1))
