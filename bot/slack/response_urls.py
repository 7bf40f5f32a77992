"""
Answering through a response_url: five uses in thirty minutes, accounted for.

It works where the bot is no member. What comes back is plain text or a small JSON; the address
comes from Slack, but it was stored in between, so it is checked before anything is sent there.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bot.render.message import Message
from bot.slack.bodies import body_of, log_findings
from bot.slack.calls import Json, SlackBusy, SlackLost, SlackRefused, SlackUnreachable, slack_error
from bot.slack.client import SlackClients
from bot.slack.outcome import DEFAULT_RETRY_SECONDS, SERVER_ERROR, TOO_MANY, failure_of

USES: Final = 5
# Thirty minutes by Slack's clock; the last one is left out.
LIFE_SECONDS: Final = 29 * 60.0
MAX_WAIT_SECONDS: Final = 30.0
KEPT: Final = 5_000
OK: Final = 200
_HOSTS: Final = (".slack.com", ".slack-gov.com")
_USED_UP: Final = "Slack takes no more answers for this request: five, in thirty minutes."


@dataclass(slots=True)
class _Uses:
    since: float
    count: int = 0


class ResponseUrls:
    """
    Posts to response_urls and counts their uses.

    Args:
        clients: Session and proxy rule.
    """

    def __init__(self, clients: SlackClients) -> None:
        self._clients = clients
        self._known: dict[str, _Uses] = {}

    def left(self, url: str) -> int:
        """Return how many uses are left, as far as this process knows; Slack knows better."""
        uses = self._uses(url)
        young = asyncio.get_running_loop().time() - uses.since < LIFE_SECONDS
        return USES - uses.count if young else 0

    async def send(
        self,
        url: str,
        message: Message,
        *,
        replace: bool = False,
        in_channel: bool = False,
        thread_ts: str | None = None,
    ) -> None:
        """
        Answer with a message; a 429 is waited for, up to 30 s.

        Raises:
            SlackRefused: Expired, used up, no address of Slack's, or a form it does not take.
            SlackLost: Nobody knows; sent again with *replace* it does no harm.
            SlackUnreachable: It was certainly not sent.
            SlackBusy: The wait would be too long.
        """
        self._check(url)
        log_findings(message, method="response_url")
        body = body_of(
            message,
            response_type="in_channel" if in_channel else "ephemeral",
            replace_original=replace,
            thread_ts=thread_ts,
        )
        waited = 0.0
        while True:
            wait = await self._send_once(url, body)
            if wait is None:
                return
            waited += wait
            if waited > MAX_WAIT_SECONDS:
                raise SlackBusy("Slack limits answers for now.", retry_after_seconds=wait)
            await asyncio.sleep(wait)

    async def _send_once(self, url: str, body: Json) -> float | None:
        """Return None when it was taken, or the seconds after which to try again."""
        uses = self._uses(url)
        if self.left(url) <= 0:
            raise _used_up()
        uses.count += 1
        try:
            status, text, wait = await self._clients.post_json(url, body)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            failure = failure_of(error)
            uses.count -= failure.certain
            raise slack_error(failure, "the response_url") from error
        if status == OK:
            return None
        uses.count -= status < SERVER_ERROR
        if status == TOO_MANY:
            return DEFAULT_RETRY_SECONDS if wait is None else wait
        raise self._refusal(uses, status, text)

    def _refusal(self, uses: _Uses, status: int, text: str) -> SlackRefused | SlackUnreachable:
        if status >= SERVER_ERROR:
            code = f"http_{status}"
            return SlackLost("Slack gave no usable answer.", code=code, next_step="Try again.")
        code = _code_of(text) or f"http_{status}"
        if code in {"expired_url", "used_url"}:
            uses.count = USES
            return _used_up()
        return SlackRefused(
            f"Slack refused the answer with “{code}”.", code=code, next_step="Ask again."
        )

    def _check(self, url: str) -> None:
        if not is_slacks(url, self._clients.base_url):
            raise SlackRefused(
                "That is no address of Slack's.",
                code="invalid_response_url",
                next_step="Ask again.",
            )

    def _uses(self, url: str) -> _Uses:
        if len(self._known) >= KEPT and url not in self._known:
            # The oldest are long expired; Slack itself refuses one that is not.
            del self._known[next(iter(self._known))]
        return self._known.setdefault(url, _Uses(asyncio.get_running_loop().time()))


def is_slacks(url: str, base_url: str) -> bool:
    """
    Return whether an address is one of Slack's, or of the stand-in that *base_url* points at.

    A payload names it, and it may have been stored since; nothing is sent anywhere else.
    """
    try:
        there, here = urlsplit(url), urlsplit(base_url)
        same = (there.scheme, there.netloc) == (here.scheme, here.netloc)
        ours = there.scheme == "https" and (there.hostname or "").endswith(_HOSTS)
        plain = there.port in {None, 443} and there.username is None
    except ValueError:
        return False
    return same or (ours and plain)


def _used_up() -> SlackRefused:
    return SlackRefused(_USED_UP, code="expired_url", next_step="Ask again.")


def _code_of(text: str) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        return text.strip()[:60]
    return str(found.get("error", ""))[:60] if isinstance(found, dict) else ""
