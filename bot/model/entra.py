"""Keyless sign-in with Microsoft Entra ID; azure-identity is optional and imported on first use."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from typing import Any

from bot.model.port import AuthFailed


class EntraSignIn:
    """Gives a bearer token per request; azure-identity caches and renews it."""

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._credential: Any = None
        self._provider: Callable[[], Awaitable[str]] | None = None

    async def token(self) -> str:
        """
        Return a valid token.

        Raises:
            AuthFailed: azure-identity is not installed, or gave no token.
        """
        if self._provider is None:
            identity = await self._identity()
            self._credential = identity.DefaultAzureCredential()
            self._provider = identity.get_bearer_token_provider(self._credential, self._scope)
        try:
            return await self._provider()
        except self._sign_in_errors() as error:
            raise AuthFailed(
                "Entra ID gave no token.",
                next_step="Sign in (`az login`, a managed identity, or AZURE_CLIENT_ID and its "
                'friends), and give that identity the role "Cognitive Services OpenAI User".',
            ) from error

    async def aclose(self) -> None:
        if self._credential is not None:
            await self._credential.close()

    @staticmethod
    async def _identity() -> Any:
        try:
            return await asyncio.to_thread(importlib.import_module, "azure.identity.aio")
        except ImportError as error:
            raise AuthFailed(
                "No AZURE_OPENAI_API_KEY is set, and keyless sign-in is not installed.",
                next_step="Set the key, or install the extra: pip install 'plainwire[entra]'.",
            ) from error

    @staticmethod
    def _sign_in_errors() -> tuple[type[Exception], ...]:
        try:
            return (importlib.import_module("azure.core.exceptions").AzureError,)
        except ImportError:
            return ()
