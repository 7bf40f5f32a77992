"""
A loopback server that speaks Azure OpenAI's wire format, for tests and manual trials.

    async with FakeAzure() as azure:
        azure.endpoint                    # "http://127.0.0.1:PORT", for AZURE_OPENAI_ENDPOINT
        azure.then(Throttle(), Fail(503)) # one behaviour per request, in order; then the default
        azure.always(Drop())              # the default from now on
        azure.first_token_seconds = 0.3   # and azure.tokens_per_second = 40: slow like a model
        azure.calls[-1].body              # every request ever made: path, headers, body, behaviour

Without a script it answers usefully: a request with Plainwire's explanation schema gets a valid
explanation built from the sources in that very request, another schema gets its smallest value,
free text gets an answer from the sources. It forgets everything: no reply id means anything later,
and every GET is 404. Behaviours: see the classes below; `Change` edits the default explanation.

By hand: `python -m tests.fakes.azure --port 8099 [--key KEY] [--tokens-per-second 40]`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from aiohttp import web

from tests.fakes.azure_answers import answer_text, explanation_of, smallest_value


@dataclass(frozen=True)
class Behaviour:
    """How one request is answered; this one: the useful default."""


@dataclass(frozen=True)
class Say(Behaviour):
    """Answer with exactly this text (also under a schema: malformed or hostile JSON)."""

    text: str


@dataclass(frozen=True)
class Change(Behaviour):
    """Answer with the default explanation after `edit` changed it (a dict in, a dict out)."""

    edit: Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Throttle(Behaviour):
    """429 as Azure sends it: `retry-after-ms` may say 0 while `retry-after` says 45."""

    retry_after: int | None = 45
    retry_after_ms: int | None = 0
    kind: Literal["quota", "capacity"] = "quota"


@dataclass(frozen=True)
class Fail(Behaviour):
    """Answer with this status: 500, 503, 401, 403, 404, 400 …; `code` goes into the error object."""

    status: int = 500
    code: str | None = None
    message: str = "The server had an error."


@dataclass(frozen=True)
class Drop(Behaviour):
    """Cut the connection; when streaming, after so many pieces."""

    after_pieces: int = 0


@dataclass(frozen=True)
class Stall(Behaviour):
    """Say nothing for so long; when streaming, after so many pieces."""

    seconds: float = 30.0
    after_pieces: int = 0


@dataclass(frozen=True)
class EndEarly(Behaviour):
    """A stream that ends cleanly without its terminal event."""

    after_pieces: int = 3


@dataclass(frozen=True)
class Incomplete(Behaviour):
    """A 200 whose status is "incomplete"; with the beginning of the text when cut for length."""

    reason: Literal["max_output_tokens", "content_filter"] = "max_output_tokens"


@dataclass(frozen=True)
class BlockPrompt(Behaviour):
    """400 by the content filter, in either of the two spellings seen."""

    categories: tuple[str, ...] = ("violence",)
    spelling: Literal["innererror", "inner_error"] = "innererror"


@dataclass(frozen=True)
class Refuse(Behaviour):
    """The model declines, in a refusal part."""

    text: str = "I cannot help with that."


@dataclass(frozen=True)
class BadBody(Behaviour):
    """A 200 whose body is not JSON."""


HALLUCINATION = {
    "figure": "It already has 48 million paying users.",
    "name": "Its rival Zyntrax Dynamics was not amused.",
    "quote": 'One manager called it "the end of software as we know it".',
    "link": "More is said at https://totally-made-up.example/offer today.",
}


def hallucinate() -> Change:
    """The default explanation with one false figure, name, quote and link, a sentence each."""

    def edit(explanation: dict[str, Any]) -> dict[str, Any]:
        false = " ".join(HALLUCINATION.values())
        return explanation | {"paragraphs": [*explanation["paragraphs"], false]}

    return Change(edit)


def hostile() -> Change:
    """The default explanation with mentions, links, markup and orders to the reader mixed in."""

    def edit(explanation: dict[str, Any]) -> dict[str, Any]:
        return explanation | {
            "headline": "<!channel> *WIN* <https://evil.example|click here>",
            "means_for_reader": "<@U12345> should type their password at www.evil.example now.",
            "paragraphs": [
                "<!here> Everybody must read [this](https://evil.example/x) at once.",
                *explanation["paragraphs"],
                "<script>alert(1)</script> @everyone is invited.",
            ],
        }

    return Change(edit)


@dataclass(frozen=True)
class Call:
    """One request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    behaviour: Behaviour


@dataclass
class FakeAzure:
    """
    The server; an async context manager that listens on a free loopback port.

    Attributes:
        api_key: When set, another key gets 401.
        model: What replies say the model is.
        calls: Every POST, in order; gets: paths of every GET (all answered 404).
        given_ids: Every id that any reply contained.
        called: Is set when a request came in.
        limits: Headers `x-ratelimit-*` sent with every answer.
        echo_store: Replies claim to have stored the answer.
    """

    api_key: str | None = None
    model: str = "gpt-5-mini-2025-08-07"
    first_token_seconds: float = 0.0
    tokens_per_second: float | None = None
    limits: dict[str, str] = field(default_factory=dict)
    echo_store: bool = False
    port: int = 0
    calls: list[Call] = field(default_factory=list)
    gets: list[str] = field(default_factory=list)
    given_ids: list[str] = field(default_factory=list)
    called: asyncio.Event = field(default_factory=asyncio.Event)
    _script: deque[Behaviour] = field(default_factory=deque)
    _default: Behaviour = field(default_factory=Behaviour)
    _runner: web.AppRunner | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def then(self, *behaviours: Behaviour) -> Self:
        """Answer the next requests so, one each."""
        self._script.extend(behaviours)
        return self

    def always(self, behaviour: Behaviour) -> Self:
        """Answer every request that has no scripted behaviour so."""
        self._default = behaviour
        return self

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=8 * 1024**2)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        server = site._server
        assert server is not None
        self.port = server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            self.gets.append(request.path)
            return self._error(404, "NotFound", "Nothing is kept here.")
        body = await request.json()
        behaviour = self._script.popleft() if self._script else self._default
        call = Call(request.method, request.path, dict(request.headers), body, behaviour)
        self.calls.append(call)
        self.called.set()
        if request.path != "/openai/v1/responses":
            return self._error(404, "NotFound", "Resource not found")
        if self.api_key and request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return self._error(401, "401", "Access denied due to invalid subscription key.")
        if body.get("previous_response_id") or body.get("conversation"):
            return self._error(400, "previous_response_not_found", "It was never stored.")
        return await self._behave(request, call)

    async def _behave(self, request: web.Request, call: Call) -> web.StreamResponse:
        match call.behaviour:
            case Throttle() as throttle:
                return self._throttled(throttle)
            case Fail(status=status, code=code, message=message):
                return self._error(status, code, message)
            case BlockPrompt() as block:
                return self._blocked(block)
            case Drop(after_pieces=0):
                return _hang_up(request)
            case Stall(after_pieces=0, seconds=seconds):
                await asyncio.sleep(seconds)
        return await self._answer(request, call)

    async def _answer(self, request: web.Request, call: Call) -> web.StreamResponse:
        if isinstance(call.behaviour, BadBody):
            return web.Response(text="<html>upstream</html>", headers=self._headers())
        response = self._response(call)
        if call.body.get("stream"):
            try:
                return await self._stream(request, call, response)
            except ConnectionError:  # the caller lost patience, which is what some tests are about
                return _hang_up(request)
        await self._think(_text_of(response))
        return web.json_response(response, headers=self._headers())

    async def _think(self, text: str) -> None:
        rate = self.tokens_per_second
        await asyncio.sleep(self.first_token_seconds + (_tokens(text) / rate if rate else 0.0))

    def _response(self, call: Call) -> dict[str, Any]:
        text = self._text(call)
        response_id, message_id = self._new_id("resp"), self._new_id("msg")
        part: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
        status, details, blocked = "completed", None, False
        match call.behaviour:
            case Refuse(text=refusal):
                part = {"type": "refusal", "refusal": refusal}
            case Incomplete(reason=reason):
                status, details = "incomplete", {"reason": reason}
                blocked = reason == "content_filter"
                part["text"] = "" if blocked else text[: len(text) // 2]
        message = {
            "type": "message",
            "id": message_id,
            "role": "assistant",
            "status": status,
            "content": [part],
        }
        return {
            "id": response_id,
            "object": "response",
            "created_at": 1_790_000_000,
            "status": status,
            "error": None,
            "incomplete_details": details,
            "model": self.model,
            "output": [] if blocked else [message],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "store": self.echo_store,
            "content_filters": [_filter(blocked)],
            "usage": _usage(call.body, _text_of({"output": [message]})),
        }

    @staticmethod
    def _text(call: Call) -> str:
        if isinstance(call.behaviour, Say):
            return call.behaviour.text
        form = call.body.get("text", {}).get("format", {})
        if form.get("type") != "json_schema":
            return answer_text(call.body)
        if form.get("name") != "explanation":
            return json.dumps(smallest_value(form["schema"]))
        value = explanation_of(call.body)
        if isinstance(call.behaviour, Change):
            value = call.behaviour.edit(value)
        return json.dumps(value, ensure_ascii=False)

    async def _stream(
        self, request: web.Request, call: Call, response: dict[str, Any]
    ) -> web.StreamResponse:
        answer = web.StreamResponse(
            headers={"content-type": "text/event-stream; charset=utf-8", **self._headers()}
        )
        await answer.prepare(request)
        begun = response | {"status": "in_progress", "output": [], "usage": None}
        number = await _send(answer, 0, "response.created", {"response": begun})
        await asyncio.sleep(self.first_token_seconds)
        item = response["output"][0] if response["output"] else {"id": "none", "content": []}
        for index, piece in enumerate(_pieces(_text_of(response))):
            match call.behaviour:
                case EndEarly(after_pieces=count) if index == count:
                    return answer
                case Drop(after_pieces=count) if index == count:
                    return _hang_up(request)
                case Stall(after_pieces=count, seconds=seconds) if index == count:
                    await asyncio.sleep(seconds)
            event = {"item_id": item["id"], "output_index": 0, "content_index": 0, "delta": piece}
            number = await _send(
                answer, number, "response.output_text.delta", event | {"logprobs": []}
            )
            if self.tokens_per_second:
                await asyncio.sleep(_tokens(piece) / self.tokens_per_second)
        kind = "response.completed" if response["status"] == "completed" else "response.incomplete"
        await _send(answer, number, kind, {"response": response})
        await answer.write_eof()
        return answer

    def _throttled(self, throttle: Throttle) -> web.Response:
        words = {
            "quota": "Requests to this deployment have been limited by its token rate limit.",
            "capacity": "The model is temporarily unable to process your request.",
        }
        headers = {}
        if throttle.retry_after is not None:
            headers["retry-after"] = str(throttle.retry_after)
        if throttle.retry_after_ms is not None:
            headers["retry-after-ms"] = str(throttle.retry_after_ms)
        return self._error(429, "RateLimitReached", words[throttle.kind], headers)

    def _blocked(self, block: BlockPrompt) -> web.Response:
        results = {name: {"filtered": False, "severity": "safe"} for name in ("hate", "self_harm")}
        results |= {name: {"filtered": True, "severity": "high"} for name in block.categories}
        plural = "s" if block.spelling == "inner_error" else ""
        inner = {
            "code": "ResponsibleAIPolicyViolation",
            f"content_filter_result{plural}": results,
        }
        error = {
            "message": "The response was filtered due to the prompt triggering the policy.",
            "type": None,
            "param": "prompt",
            "code": "content_filter",
            "status": 400,
            block.spelling: inner,
        }
        return web.json_response({"error": error}, status=400, headers=self._headers())

    def _error(
        self, status: int, code: str | None, message: str, headers: dict[str, str] | None = None
    ) -> web.Response:
        error = {"message": message, "type": None, "param": None, "code": code}
        return web.json_response(
            {"error": error}, status=status, headers={**self._headers(), **(headers or {})}
        )

    def _headers(self) -> dict[str, str]:
        return {"apim-request-id": self._new_id("apim"), **self.limits}

    def _new_id(self, prefix: str) -> str:
        made = f"{prefix}_{uuid.uuid4().hex}"
        self.given_ids.append(made)
        return made


async def _send(answer: web.StreamResponse, number: int, kind: str, data: dict[str, Any]) -> int:
    event = json.dumps({"type": kind, "sequence_number": number, **data}, ensure_ascii=False)
    await answer.write(f"event: {kind}\ndata: {event}\n\n".encode("utf-8", "backslashreplace"))
    return number + 1


def _hang_up(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _filter(blocked: bool) -> dict[str, Any]:
    result = {"filtered": blocked, "severity": "high" if blocked else "safe"}
    return {
        "blocked": blocked,
        "source_type": "completion",
        "content_filter_results": {"violence": result},
    }


def _text_of(response: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for item in response["output"] for part in item["content"])


def _tokens(text: str) -> int:
    return -(-len(text) // 4)


def _pieces(text: str) -> list[str]:
    """Cut into pieces of about three words, as a model's stream comes."""
    words = text.split(" ")
    cut = [" ".join(words[start : start + 3]) for start in range(0, len(words), 3)]
    return [piece if index == 0 else f" {piece}" for index, piece in enumerate(cut)]


def _usage(body: dict[str, Any], text: str) -> dict[str, Any]:
    prompt, answer = _tokens(json.dumps(body, ensure_ascii=False)), _tokens(text)
    return {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": answer,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": prompt + answer,
    }


async def _serve(arguments: argparse.Namespace) -> None:
    fake = FakeAzure(
        port=arguments.port,
        api_key=arguments.key,
        tokens_per_second=arguments.tokens_per_second,
        first_token_seconds=arguments.first_token_seconds,
    )
    async with fake:
        print(f"AZURE_OPENAI_ENDPOINT={fake.endpoint}", flush=True)  # noqa: T201  its only output
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A stand-in for Azure OpenAI on loopback.")
    parser.add_argument("--port", type=int, default=8099)
    parser.add_argument("--key", default=None, help="refuse any other key")
    parser.add_argument("--tokens-per-second", type=float, default=None)
    parser.add_argument("--first-token-seconds", type=float, default=0.0)
    try:
        asyncio.run(_serve(parser.parse_args()))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
