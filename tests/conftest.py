"""Fixtures that every test shares; see tests/README.md for how the folders mirror the code."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.fakes.postgres import NoPostgres, running_postgres

# Default 200 ms an example: on a busy machine that is a coin toss, and no behaviour of ours.
settings.register_profile("plainwire", deadline=None)
settings.load_profile("plainwire")

# Read before the fixture that clears foreign settings from the environment of each test.
REQUIRE_POSTGRES = os.environ.get("PLAINWIRE_REQUIRE_POSTGRES") == "1"

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


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running server with an empty database; skips (or fails, when it is required) without one."""
    try:
        with running_postgres(tmp_path_factory.mktemp("postgres")) as dsn:
            yield dsn
    except NoPostgres as reason:
        if REQUIRE_POSTGRES:
            pytest.fail(str(reason))
        pytest.skip(str(reason))


# Only what starts real processes and waits for them; a rule that fails once is broken.
_REAL_PROCESSES = {"end_to_end", "cluster", "cli", "web"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with real processes one more try on a busy machine; it is printed as R."""
    for item in items:
        if item.path.parent.name in _REAL_PROCESSES:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the attack scripts counted; their tests hand it over when they end."""
    counts = {
        report.nodeid: value
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "attacks"
    }
    if counts:
        tried, stopped, harmless, passed = map(sum, zip(*counts.values(), strict=True))
        terminalreporter.write_line(
            f"Attacks: tried {tried}, stopped {stopped}; harmless passed {passed} of {harmless}"
        )
