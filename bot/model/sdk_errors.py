"""From the exceptions of the openai package to our typed errors; only called after it was imported."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Iterator

from bot.model.deployment import Deployment
from bot.model.faults import from_status
from bot.model.port import ModelTimeout, Overloaded


def typed_error(error: Exception, deployment: Deployment) -> Exception:
    """
    Return the ModelError for an exception of the SDK.

    What is not the SDK's (our own ModelErrors from guard and sign-in, and bugs) comes back unchanged.
    """
    openai = importlib.import_module("openai")
    if isinstance(error, openai.APIStatusError):
        return from_status(
            error.status_code,
            error.body,
            error.response.headers,
            deployment=deployment.deployment,
            keyless=deployment.api_key is None,
        )
    if isinstance(error, openai.APITimeoutError):
        return ModelTimeout("The connection to Azure timed out.", next_step=_LATER)
    if isinstance(error, openai.APIConnectionError):
        return _unreachable(error, deployment)
    if isinstance(error, openai.OpenAIError):
        return Overloaded("Azure broke off its answer.", next_step=_LATER)
    if isinstance(error, ValueError):  # half an event: the SDK's own JSON reader gave up
        return Overloaded("Azure's answer is not readable.", next_step=_LATER)
    return error


_LATER = "It is tried again later; nothing to do."


def _unreachable(error: Exception, deployment: Deployment) -> Overloaded:
    text = " ".join(str(cause) for cause in _causes(error)).lower()
    if any(isinstance(cause, socket.gaierror) for cause in _causes(error)) or (
        "name or service" in text or "getaddrinfo" in text or "nodename" in text
    ):
        return Overloaded(
            f"The host name {deployment.host} cannot be found.",
            next_step="Check the spelling of AZURE_OPENAI_ENDPOINT and this machine's DNS.",
        )
    if "certificate" in text:
        return Overloaded(
            f"The certificate of {deployment.host} is not trusted here.",
            next_step="Install the system's CA certificates, or set SSL_CERT_FILE.",
        )
    return Overloaded(
        f"The connection to {deployment.host} failed or broke off.",
        next_step="It is tried again later; check the network when it stays so.",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__
