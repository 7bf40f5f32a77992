"""`POST /slack/events`: only what Slack signed and only what has its shape reaches a listener."""

from __future__ import annotations

import io
import json
import random
import time
from collections.abc import AsyncIterator
from urllib.parse import quote, urlencode

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from pydantic import SecretStr

from bot.sandbox.http_events import sign
from bot.slack.client import SlackClients
from bot.slack.connection import make_app
from bot.web.body import FORM, JSON, Malformed, check_body
from bot.web.bolt import BoltDispatch
from bot.web.events import MAX_BODY_BYTES, Events
from bot.web.server import WebServer
from bot.web.signing import Signature
from tests.fakes.installations import FakeInstallations, make_installation

pytestmark = pytest.mark.anyio

SECRET = "signing-secret"
EVENT = {
    "type": "event_callback",
    "team_id": "T01SANDBOX1",
    "api_app_id": "A1",
    "event_id": "Ev1",
    "event": {"type": "message", "channel": "C1", "user": "U1", "text": "hello", "ts": "1.2"},
    "authorizations": [{"team_id": "T01SANDBOX1", "user_id": "UB", "is_bot": True}],
}
COMMAND = {
    "command": "/digest",
    "text": "help",
    "team_id": "T01SANDBOX1",
    "channel_id": "C1",
    "user_id": "U1",
    "trigger_id": "1.2",
    "response_url": "http://127.0.0.1:9/x",
}
CLICK = {
    "type": "block_actions",
    "team": {"id": "T01SANDBOX1"},
    "user": {"id": "U1"},
    "actions": [{"action_id": "a", "block_id": "b", "type": "button"}],
}


def headers(body: bytes, *, at: float | None = None, kind: str = JSON, **more: str):
    stamp = int(time.time() if at is None else at)
    return {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": str(stamp),
        "X-Slack-Signature": sign(SECRET, body, stamp),
        **more,
    }


class Place:
    """A server with real Bolt behind it; `heard` is what reached a listener."""

    def __init__(self, client: TestClient, heard: list[object]) -> None:
        self.client, self.heard = client, heard

    async def send(self, body: bytes, given) -> int:
        # aiohttp warns of large bodies as bytes.
        data = io.BytesIO(body) if len(body) > 500_000 else body
        async with self.client.post("/slack/events", data=data, headers=given) as answer:
            await answer.read()
            return answer.status


@pytest.fixture
async def place(anyio_backend) -> AsyncIterator[Place]:
    heard: list[object] = []

    async def listen(body, ack=None):
        heard.append(body)

    async def acknowledge(ack, body):
        heard.append(body)
        await ack()

    async with SlackClients(FakeInstallations(make_installation())) as clients:
        app = make_app(clients)
        app.event("message")(listen)
        app.command("/digest")(acknowledge)
        app.action("a")(acknowledge)
        events = Events(Signature(SecretStr(SECRET), time.time), BoltDispatch(app))
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.router.add_post("/slack/events", events.handle)
        async with TestClient(TestServer(application)) as client:
            yield Place(client, heard)


async def test_signed_requests_arrive(place):
    """An event, a command and a click, each in Slack's own form, reach their listeners."""
    event = json.dumps(EVENT).encode()
    command = urlencode(COMMAND).encode()
    click = urlencode({"payload": json.dumps(CLICK)}).encode()

    assert await place.send(event, headers(event)) == 200
    assert await place.send(command, headers(command, kind=FORM)) == 200
    assert await place.send(click, headers(click, kind=f"{FORM}; charset=utf-8")) == 200
    assert len(place.heard) == 3


async def test_redelivery_goes_through(place):
    """A retried event is acknowledged like the first: what counts once is the ledger's business."""
    body = json.dumps(EVENT).encode()
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}

    assert await place.send(body, headers(body)) == 200
    assert await place.send(body, headers(body, **retry)) == 200
    assert len(place.heard) == 2


async def test_url_verification(place):
    """Slack's challenge is answered when it is signed."""
    body = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "t"}).encode()
    async with place.client.post("/slack/events", data=body, headers=headers(body)) as answer:
        assert (answer.status, "c-1" in await answer.text()) == (200, True)


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=ünsigned"},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "9" * 40},
        {"X-Slack-Request-Timestamp": "-5"},
    ],
)
async def test_unsigned(place, change):
    """Without Slack's signature nothing is read: 401, whatever the headers hold."""
    body = json.dumps(EVENT).encode()
    assert await place.send(body, {**headers(body), **change}) == 401
    assert place.heard == []


@pytest.mark.parametrize(("away", "status"), [(-301, 401), (301, 401), (-290, 200), (290, 200)])
async def test_stale(place, away, status):
    """A signature is good for five minutes, before and after."""
    body = json.dumps(EVENT).encode()
    assert await place.send(body, headers(body, at=time.time() + away)) == status


async def test_a_signature_is_for_one_body(place):
    """The signature of one body does not open the door for another."""
    body = json.dumps(EVENT).encode()
    assert await place.send(body + b" ", headers(body)) == 401


async def test_unsigned_ssl_check_is_refused(place):
    """Bolt would answer 200 to an unsigned `ssl_check`; here nothing is read before the signature."""
    body = b"ssl_check=1&token=x"
    assert await place.send(body, {"Content-Type": FORM}) == 401
    assert await place.send(body, headers(body, kind=FORM)) == 200


async def test_too_large(place):
    """More than 1 MiB is not read to its end."""
    body = b"x" * (MAX_BODY_BYTES + 1)
    assert await place.send(body, headers(body)) == 413


async def test_unknown_workspace_reaches_no_listener(place):
    """A signed event of a workspace that has not installed the app is acknowledged and dropped."""
    body = json.dumps({**EVENT, "team_id": "T0OTHER", "authorizations": []}).encode()
    assert await place.send(body, headers(body)) == 200
    assert place.heard == []


def malformed(count: int) -> list[tuple[bytes, str]]:
    """Return bodies that are broken in every way that we could think of, and some more."""
    chance = random.Random(7)
    event, command = json.dumps(EVENT), urlencode(COMMAND)
    junk: list[object] = [None, 1, "x", [], {}, [1], True, {"id": 5}, 1e308]
    found: list[tuple[bytes, str]] = [
        (b"", JSON),
        (b"", FORM),
        (b"{", JSON),
        (b"[]", JSON),
        (b"null", JSON),
        (b'"text"', JSON),
        (b"\xff\xfe{}", JSON),
        (b"\x00" * 10, JSON),
        (b"payload=", FORM),
        (b"payload=[]", FORM),
        (b"payload={", FORM),
        (b"payload=%ff%fe", FORM),
        (b"a=1;b=2", FORM),
        (b"&&&", FORM),
        (b"=", FORM),
        (b"command=digest", FORM),
        (b"command=/digest", FORM),
        (b"command=/digest&command=/digest&team_id=T&user_id=U&channel_id=C", FORM),
        (event.encode(), FORM),
        (command.encode(), JSON),
        (event.encode(), "text/plain"),
        (event.encode(), "multipart/form-data; boundary=x"),
        (b"[" * 100_000, JSON),
        (b'{"type":' * 50_000, JSON),
        (("payload=" + quote("[" * 50_000)).encode(), FORM),
        (("&".join(f"a{i}=1" for i in range(5000))).encode(), FORM),
    ]
    while len(found) < count:
        kind = chance.randrange(4)
        if kind == 0:  # cut
            found.append((event[: chance.randrange(1, len(event) - 1)].encode(), JSON))
        elif kind == 1:  # a needed field of another type, or gone
            value = json.loads(event)
            name = chance.choice(["type", "team_id", "event"])
            value[name] = chance.choice([each for each in junk if each != "x"])
            found.append((json.dumps(value).encode(), JSON))
        elif kind == 2:  # bytes that are no text
            raw = bytearray(event.encode())
            raw[chance.randrange(len(raw))] = chance.randrange(0x80, 0x100)
            found.append((bytes(raw), JSON))
        else:
            value = {**CLICK, chance.choice(["type", "actions"]): chance.choice([1, "", [1], [[]]])}
            found.append((urlencode({"payload": json.dumps(value)}).encode(), FORM))
    return found


async def test_two_hundred_malformed_bodies(place, caplog):
    """Signed or not, a malformed body is answered 400 or 401, never 500, and is never logged."""
    for signed in (True, False):
        for body, kind in malformed(100):
            given = headers(body, kind=kind) if signed else {"Content-Type": kind}
            status = await place.send(body, given)
            assert status in {400, 401}, (status, signed, kind, body[:200])
    assert place.heard == []
    assert "hello" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_odd_shapes_do_not_break_bolt(place):
    """Fields of other types than Slack sends, below what we look at, end in no error either."""
    chance = random.Random(11)
    junk: list[object] = [None, 1, "x", [], {}, [1], True, {"id": 5}, [{}], ""]
    names = ["event", "authorizations", "user", "team", "view", "message", "channel", "container"]
    for _ in range(300):
        value = json.loads(json.dumps(chance.choice([EVENT, CLICK])))
        where = value.get("event") if chance.random() < 0.5 and "event" in value else value
        for _ in range(2):
            where[chance.choice([*names, "bot_profile", "edited", "user_id"])] = chance.choice(junk)
        is_event = "event_id" in value
        text = json.dumps(value)
        body = text.encode() if is_event else urlencode({"payload": text}).encode()
        status = await place.send(body, headers(body, kind=JSON if is_event else FORM))
        assert status in {200, 400, 404}, (status, text)


@pytest.mark.parametrize("body", [json.dumps(EVENT), json.dumps({"type": "x", "event": None})])
def test_well_formed_events_pass(body):
    """What Slack sends, and kinds of it that we do not know yet, are let through."""
    check_body(body, JSON)


def test_malformed_says_nothing_of_the_body():
    """The reason names the rule that was broken, never what stood in the body."""
    with pytest.raises(Malformed) as caught:
        check_body('{"type": 5, "secret": "words"}', JSON)
    assert "words" not in str(caught.value)


async def test_a_taken_port_is_a_sentence(free_tcp_port):
    """Two servers on one port: the second says which setting to change."""
    from bot.errors import JobFailed

    async with WebServer("127.0.0.1", free_tcp_port, []):
        with pytest.raises(JobFailed, match="PLAINWIRE_HTTP_PORT"):
            async with WebServer("127.0.0.1", free_tcp_port, []):
                pass
