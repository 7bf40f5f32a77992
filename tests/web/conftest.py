"""A bot in HTTP mode with three workspaces that may install it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.office import Office, open_office


@pytest.fixture
async def office(anyio_backend: str, tmp_path: Path, free_tcp_port: int) -> AsyncIterator[Office]:
    async with open_office(tmp_path, free_tcp_port) as opened:
        yield opened
