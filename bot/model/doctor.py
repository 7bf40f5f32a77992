"""Does this deployment answer? One small structured call, and what to do when it does not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from bot.model.failover import Deployed
from bot.model.faults import outcome_of
from bot.model.port import JsonSchema, ModelError, ModelRequest, RateLimited, Turn
from bot.model.pricing import ModelFacts

_WARN_BEFORE = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentCheck:
    """
    What one check found.

    Attributes:
        ok: The deployment answered (perhaps with "slow down").
        outcome: "ok" or the name of the error's class in snake_case.
        model: What the deployment says it is, or "".
        sentences: For people: what was found, and what to do about it.
    """

    ok: bool
    deployment: str
    outcome: str
    sentences: tuple[str, ...]
    model: str = ""


def probe() -> ModelRequest:
    """Return the smallest structured request that proves address, sign-in and strict schemas."""
    schema = {
        "type": "object",
        "properties": {"ready": {"type": "boolean"}},
        "required": ["ready"],
        "additionalProperties": False,
    }
    return ModelRequest(
        purpose="doctor",
        instructions="Answer with ready set to true.",
        turns=(Turn(role="user", text="Are you ready?"),),
        schema=JsonSchema(name="readiness", schema=schema),
        max_output_tokens=400,  # reasoning models think before they say so
        timeout_seconds=30.0,
    )


async def check_deployment(
    model: Deployed, *, today: date, facts: ModelFacts | None = None
) -> DeploymentCheck:
    """
    Ask a deployment (an `AzureModel`) once and say what was found.

    Never raises for what the provider does. Nothing is stored there.
    """
    table = facts or ModelFacts.load()
    try:
        reply = await model.complete(probe())
    except ModelError as error:
        return DeploymentCheck(
            ok=isinstance(error, RateLimited),
            deployment=model.name,
            outcome=outcome_of(error),
            sentences=tuple(part for part in (error.what, error.next_step) if part),
        )
    said = reply.model or model.name
    sentences = (
        f'The deployment "{model.name}" answers; it says it is {said}.',
        *_limits(model),
        *retirement_warning(said, today, table),
        *_price(said, table),
    )
    return DeploymentCheck(
        ok=True, deployment=model.name, outcome="ok", sentences=sentences, model=said
    )


def retirement_warning(model: str, today: date, facts: ModelFacts) -> tuple[str, ...]:
    """Return a warning from 90 days before Azure switches the model off."""
    ends = facts.retires_on(model)
    if ends is None or today < ends - _WARN_BEFORE:
        return ()
    verb = "was to be" if ends <= today else "will be"
    return (
        f"Azure's schedule says that {model} {verb} switched off on {ends}: deploy a newer one.",
    )


def _limits(model: Deployed) -> tuple[str, ...]:
    limits = model.limits
    if limits is None or limits.tokens is None:
        return ()
    requests = "" if limits.requests is None else f" and {limits.requests:,} requests"
    return (f"Its limits are {limits.tokens:,} tokens{requests} a minute.",)


def _price(model: str, facts: ModelFacts) -> tuple[str, ...]:
    known = any(model.lower().startswith(name) for name in facts.prices)
    if known:
        return ()
    return (f"No price is known for {model}: costs are not counted and a budget cannot bind.",)
