"""What a token may do: as Slack says, or, where it does not, found out by calls that change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.calls import form_of
from bot.slack.outcome import CALL_ERRORS

# Read from here on, a conversation has no messages: nobody's words are looked at.
_FAR_AHEAD: Final = "9999999999"
# The scope was looked at first, and was there.
_ALLOWED: Final = frozenset({"", "not_in_channel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """
    What is certain of a token's scopes.

    Attributes:
        granted: Which it has.
        lacking: Which it has not; what is in neither is not known.
        whole: `granted` is all of them, so that whatever is not in it is lacking.
    """

    granted: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    whole: bool = False

    def lacks(self, wanted: frozenset[str]) -> frozenset[str]:
        """Return which of *wanted* the token certainly has not."""
        return wanted - self.granted if self.whole else wanted & self.lacking

    def unknown(self, wanted: frozenset[str]) -> frozenset[str]:
        """Return of which of *wanted* nobody knows."""
        return frozenset() if self.whole else wanted - self.granted - self.lacking


def told(scopes: frozenset[str]) -> Scopes:
    """Return what Slack said when it gave the token; a bot token has a scope, so none means unsaid."""
    return Scopes(granted=scopes, whole=bool(scopes))


async def probe(client: AsyncWebClient, bot_user_id: str) -> Scopes:
    """
    Find out what the client's token may do, by methods that only read; nothing is ever posted.

    A refusal names all scopes that the token has ("provided"), which ends the search. What has no
    method that only reads (`chat:write`, `commands`, …) stays unknown otherwise.
    """
    search = _Search(client)
    # First a method that we never ask a scope for, since its refusal says everything.
    await search.tries("team:read", "team.info")
    await search.tries("users:read", "users.info", user=bot_user_id)
    for read, history, kind in (
        ("channels:read", "channels:history", "public_channel"),
        ("groups:read", "groups:history", "private_channel"),
    ):
        answer = await search.tries(read, "conversations.list", types=kind, limit=1)
        if channel := _first_channel(answer):
            where = {"channel": channel, "oldest": _FAR_AHEAD, "limit": 1}
            await search.tries(history, "conversations.history", **where)
    return search.found


class _Search:
    """Tries methods until everything is known."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self.found = Scopes()

    async def tries(self, scope: str, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method that takes *scope*, learn from the answer, and return it."""
        if self.found.whole:
            return {}
        answer = await _call(self._client, method, arguments)
        granted, lacking = self.found.granted, self.found.lacking
        code = "" if answer.get("ok") else answer.get("error", "no_answer")
        if code == "missing_scope":
            provided = _names(answer.get("provided"))
            self.found = (
                told(provided) if provided else Scopes(granted=granted, lacking=lacking | {scope})
            )
        elif code in _ALLOWED:
            self.found = Scopes(granted=granted | {scope}, lacking=lacking)
        return answer


def _first_channel(answer: dict[str, Any]) -> str:
    channels = answer.get("channels")
    first = channels[0] if isinstance(channels, list) and channels else None
    return str(first.get("id", "")) if isinstance(first, dict) else ""


async def _call(client: AsyncWebClient, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return Slack's answer, a refusal included; empty when there is none."""
    try:
        data: object = (await client.api_call(method, data=form_of(arguments))).data
    except SlackApiError as error:
        data = getattr(error.response, "data", None)
    except CALL_ERRORS:
        return {}
    return data if isinstance(data, dict) else {}


def _names(text: object) -> frozenset[str]:
    parts = text.split(",") if isinstance(text, str) else ()
    return frozenset(name.strip() for name in parts if name.strip())
