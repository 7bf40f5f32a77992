"""Where a model is deployed and how we sign in; values only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.errors import UsageError

Effort = Literal["none", "minimal", "low", "medium", "high"]

# The audience that Azure's documentation names since 2026; older resources may need
# https://cognitiveservices.azure.com/.default, so it is a setting.
DEFAULT_SCOPE = "https://ai.azure.com/.default"
API_PATH = "/openai/v1/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """
    One deployed model.

    Attributes:
        endpoint: `https://NAME.openai.azure.com` or `https://NAME.services.ai.azure.com`, with or
            without `/openai/v1/`; http only on loopback.
        deployment: The deployment's name (not the model's).
        api_key: None means Entra ID (role "Cognitive Services OpenAI User").
        scope: Audience of the Entra ID token.
        effort: Reasoning effort, only for models that take it; None sends nothing.
    """

    endpoint: str
    deployment: str
    api_key: SecretStr | None = None
    scope: str = DEFAULT_SCOPE
    effort: Effort | None = None

    @property
    def base_url(self) -> str:
        """
        Return the address of the v1 API, ending in `/openai/v1/`.

        Raises:
            UsageError: The endpoint is not an https address (or http on loopback).
        """
        return base_url(self.endpoint)

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""


def base_url(endpoint: str) -> str:
    """Return *endpoint* in its full form; raises UsageError when it cannot be one."""
    parts = urlsplit(endpoint.strip())
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and loopback)):
        raise UsageError(
            "AZURE_OPENAI_ENDPOINT is not an https address.",
            next_step="Copy it from the Azure portal: https://NAME.openai.azure.com",
        )
    # People paste the address of one operation, or the portal's with a query; the root is enough.
    path = re.sub(r"/openai(/.*)?$", "", parts.path.rstrip("/"))
    return f"{parts.scheme}://{parts.netloc}{path}{API_PATH}"
