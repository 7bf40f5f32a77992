"""
The Azure OpenAI adapter: one deployment behind the `Model` port.

openai costs a second and 40 MiB to import, so nothing here touches it before the first call or
`warm_up()`. Retries and failover are not here (`bot.model.failover`): one request is one call.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import structlog

from bot.clock import Clock
from bot.model.body import request_body
from bot.model.deployment import Deployment
from bot.model.entra import EntraSignIn
from bot.model.limits import Limits, read_limits
from bot.model.meter import Meter
from bot.model.port import (
    ModelError,
    ModelReply,
    ModelRequest,
    ModelTimeout,
    Overloaded,
    UsageLog,
)
from bot.model.pricing import ModelFacts
from bot.model.reply import read_text, read_tokens, stored_anyway
from bot.model.sdk_errors import typed_error
from bot.well_formed import well_formed

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = structlog.get_logger(__name__)

_TERMINAL = frozenset({"response.completed", "response.incomplete", "response.failed"})


class AzureModel:
    """
    A deployment on Azure OpenAI's `/openai/v1/` Responses API.

    Args:
        usage: Gets one row per call, whatever its outcome, cancelled ones included.
        facts: Prices; the shipped table when None.
        monotonic: Seconds for latencies.

    Attributes:
        limits: What the last answer's headers said, or None.
    """

    def __init__(
        self,
        deployment: Deployment,
        usage: UsageLog,
        clock: Clock,
        *,
        facts: ModelFacts | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.deployment = deployment
        self.limits: Limits | None = None
        self._base_url = (
            deployment.base_url
        )  # a wrong address is said at start, not at the first call
        self._usage, self._clock, self._monotonic = usage, clock, monotonic
        self._facts = facts or ModelFacts.load()
        self._client: AsyncOpenAI | None = None
        self._can_call = False
        self._entra: EntraSignIn | None = None

    @property
    def name(self) -> str:
        return self.deployment.deployment

    async def warm_up(self) -> None:
        """Import openai in a thread and build the client, so that the first call need not."""
        await self._ready()

    async def aclose(self) -> None:
        """Close connections; the next call would open new ones."""
        client, self._client = self._client, None
        entra, self._entra = self._entra, None
        if client is not None:
            await client.close()
        if entra is not None:
            await entra.aclose()

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Make one call and return its whole answer; raises a ModelError."""
        meter = self._meter(request)
        async with meter:
            client = await self._ready_to_call()
            try:
                async with asyncio.timeout(request.timeout_seconds):
                    return await self._whole(client, request, meter)
            except TimeoutError as error:
                raise _too_slow(request) from error

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        """
        Make one call and yield its text as it comes.

        Only time spent waiting for the provider counts against `timeout_seconds`. A stream that
        ends without its terminal event raises Overloaded.
        """
        meter = self._meter(request)
        async with meter:
            client = await self._ready_to_call()
            left = request.timeout_seconds
            begun = self._monotonic()
            events = await self._within(left, request, self._events(client, request, meter))
            left -= self._monotonic() - begun
            try:
                while True:
                    begun = self._monotonic()
                    event = await self._within(left, request, anext(events, None))
                    left -= self._monotonic() - begun
                    if event is None:
                        raise Overloaded("The model's answer ended early.")
                    kind = getattr(event, "type", "")
                    if kind == "response.output_text.delta":
                        meter.first_token()
                        yield well_formed(str(event.delta))
                    elif kind in _TERMINAL:
                        self._finish(event.response.to_dict(mode="json"), meter)
                        return
                    elif kind == "error":
                        raise Overloaded("The model failed in the middle of its answer.")
            finally:
                await events.aclose()

    async def _whole(self, client: AsyncOpenAI, request: ModelRequest, meter: Meter) -> ModelReply:
        body = request_body(request, self.deployment, stream=False)
        try:
            raw = await client.responses.with_raw_response.create(**body)
        except Exception as error:  # mapped by type; what is not the SDK's is raised unchanged
            self._raise_typed(error, meter)
            raise
        self._read_headers(raw.headers, meter)
        data = _json_object(raw.http_response.content)
        text = self._finish(data, meter)
        return ModelReply(text=text, deployment=self.name, model=meter.model)

    async def _events(
        self, client: AsyncOpenAI, request: ModelRequest, meter: Meter
    ) -> AsyncIterator[Any]:
        body = request_body(request, self.deployment, stream=True)
        try:
            raw = await client.responses.with_raw_response.create(**body)
        except Exception as error:  # mapped by type; what is not the SDK's is raised unchanged
            self._raise_typed(error, meter)
            raise
        self._read_headers(raw.headers, meter)
        return self._read_events(raw.parse(), meter)

    async def _read_events(self, events: Any, meter: Meter) -> AsyncIterator[Any]:
        try:
            async for event in events:
                yield event
        except Exception as error:  # mapped by type; what is not the SDK's is raised unchanged
            self._raise_typed(error, meter)
            raise
        finally:
            await events.close()

    @staticmethod
    async def _within(seconds: float, request: ModelRequest, step: Any) -> Any:
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                return await step
        except TimeoutError as error:
            raise _too_slow(request) from error

    def _finish(self, response: dict[str, Any], meter: Meter) -> str:
        """Count the tokens first, then read: what is refused or cut off was paid for all the same."""
        meter.model = str(response.get("model") or "")
        meter.tokens = read_tokens(response)
        if stored_anyway(response):
            log.warning("model_stored_answer", deployment=self.name, request_id=meter.request_id)
        text = read_text(response, deployment=self.name)
        meter.outcome = "ok"
        return text

    def _read_headers(self, headers: Any, meter: Meter) -> None:
        meter.request_id = headers.get("apim-request-id") or headers.get("x-request-id") or ""
        self.limits = read_limits(headers) or self.limits

    def _raise_typed(self, error: Exception, meter: Meter) -> None:
        response = getattr(error, "response", None)
        if response is not None:
            self._read_headers(response.headers, meter)
        typed = typed_error(error, self.deployment)
        if typed is not error:
            raise typed from error

    def _meter(self, request: ModelRequest) -> Meter:
        return Meter(
            request=request,
            deployment=self.name,
            usage=self._usage,
            clock=self._clock,
            facts=self._facts,
            monotonic=self._monotonic,
        )

    async def _ready_to_call(self) -> AsyncOpenAI:
        client = await self._ready()
        if not self._can_call:
            # A tenth of a second in a thread; left to the first call, the event loop would be held.
            # Not when warming up: it is 4 MB that a bot without a call need not have.
            await asyncio.to_thread(importlib.import_module, "openai.resources.responses.responses")
            self._can_call = True
        return client

    async def _ready(self) -> AsyncOpenAI:
        if self._client is None:
            openai = await asyncio.to_thread(importlib.import_module, "openai")
            transport = await asyncio.to_thread(importlib.import_module, "bot.model.transport")
            httpx2 = await asyncio.to_thread(importlib.import_module, "httpx2")
            if self._client is None:  # another caller may have been quicker while we waited
                self._client = self._connect(openai, transport, httpx2)
        return self._client

    def _connect(self, openai: Any, transport: Any, httpx2: Any) -> AsyncOpenAI:
        # At DEBUG the SDK writes whole prompts to its logger; ours never carry article text.
        importlib.import_module("logging").getLogger("openai").setLevel("WARNING")
        client: AsyncOpenAI = openai.AsyncOpenAI(
            base_url=self._base_url,
            api_key=self._credential(),
            max_retries=0,
            http_client=httpx2.AsyncClient(
                transport=transport.open_transport(self._base_url),
                timeout=httpx2.Timeout(None, connect=10.0),  # asyncio.timeout bounds the whole call
                follow_redirects=False,
            ),
        )
        return client

    def _credential(self) -> Any:
        if self.deployment.api_key is not None:
            return self.deployment.api_key.get_secret_value()
        self._entra = EntraSignIn(self.deployment.scope)
        return self._entra.token


def _json_object(content: bytes) -> dict[str, Any]:
    try:
        data = json.loads(content)
    except ValueError as error:
        raise Overloaded("Azure's answer is not readable.") from error
    if not isinstance(data, dict):
        raise Overloaded("Azure's answer is not readable.")
    return data


def _too_slow(request: ModelRequest) -> ModelError:
    return ModelTimeout(
        f"The model gave no complete answer within {request.timeout_seconds:.0f} s.",
        next_step="It is tried again later; a smaller model answers faster.",
    )
