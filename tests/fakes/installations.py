"""An installation store in memory."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr

from bot.workspace import Installation


def make_installation(workspace_id: str = "T01SANDBOX1", **changes: object) -> Installation:
    values: dict[str, object] = {
        "workspace_id": workspace_id,
        "name": "Plainwire Sandbox",
        "bot_id": "B01PLAINBOT",
        "bot_user_id": "U01PLAINBOT",
        "bot_token": SecretStr("xoxb-test"),
    }
    return Installation(**{**values, **changes})  # type: ignore[arg-type]


class FakeInstallations:
    """Keeps installations in a dict; what `bot.workspace.InstallationStore` promises."""

    def __init__(self, *installations: Installation) -> None:
        self.rows = {row.workspace_id: row for row in installations}

    async def get(self, workspace_id: str) -> Installation | None:
        return self.rows.get(workspace_id)

    async def all(self) -> list[Installation]:
        return list(self.rows.values())

    async def save(self, installation: Installation) -> None:
        self.rows[installation.workspace_id] = installation

    async def forget_token(self, workspace_id: str) -> bool:
        if workspace_id in self.rows:
            found = self.rows[workspace_id]
            self.rows[workspace_id] = replace(found, bot_token=SecretStr(""))
        return workspace_id in self.rows

    async def remove(self, workspace_id: str) -> bool:
        return self.rows.pop(workspace_id, None) is not None
