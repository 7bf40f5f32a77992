"""`plainwire doctor` on permissions: those of the operator's token, and of every workspace that installed us."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from bot.app.finding import Finding, counted
from bot.app.slack_side import SlackSide
from bot.manifest import INSTALL_PATH, optional_scopes, required_scopes
from bot.slack.scopes import Scopes, probe, told
from bot.workspace import Installation

_NAMED: Final = 5
# Workspaces of which nothing is known are asked; more than these would take long.
_MOST_ASKED: Final = 20
_OPTIONAL_STEP: Final = "docs/slack-permissions.md says what is missing without them."


async def check_scopes(slack: SlackSide, public_url: str | None) -> list[Finding]:
    """Return what to say of the permissions of every token that the bot works with."""
    findings = []
    own = slack.own
    if own is not None:
        findings += own_findings(await _known(slack, own))
    others = [one for one in slack.installed if own is None or one.workspace_id != own.workspace_id]
    asked = 0
    known: dict[str, Scopes] = {}
    for one in others:
        name = one.name or one.workspace_id
        # Two workspaces may have the same name.
        name = f"{name} ({one.workspace_id})" if name in known else name
        if not one.scopes:
            asked += 1
        known[name] = told(one.scopes) if asked > _MOST_ASKED else await _known(slack, one)
    return [*findings, *installed_findings(known, public_url)]


async def _known(slack: SlackSide, one: Installation) -> Scopes:
    if one.scopes:
        return told(one.scopes)
    client = slack.clients.for_token(one.bot_token.get_secret_value())
    return await probe(client, one.bot_user_id)


def own_findings(known: Scopes) -> list[Finding]:
    """Return what to say of the operator's own token."""
    required, optional = required_scopes(), optional_scopes()
    missing, wanting = known.lacks(required), known.lacks(optional)
    unknown = known.unknown(required | optional)
    findings = []
    if missing:
        findings.append(
            Finding(
                area="slack",
                state="failed",
                what=f"The token lacks these permissions: {_listed(missing)}.",
                next_step="Update the app from `plainwire manifest`, and reinstall it.",
            )
        )
    if unknown:
        tried = known.granted & (required | optional)
        found = f" Tried, and granted: {_listed(tried)}." if tried else ""
        findings.append(
            Finding(
                area="slack",
                state="warning",
                what="Slack does not say which permissions the token has."
                f"{found} Not known, as no harmless call shows it: {_listed(unknown)}.",
                next_step="If something does not work, compare the app's permissions with "
                "`plainwire manifest`.",
            )
        )
    elif not missing:
        findings.append(
            Finding(area="slack", state="ok", what="The token has all permissions needed.")
        )
    if wanting:
        findings.append(
            Finding(
                area="slack",
                state="warning",
                what=f"Optional permissions that were not granted: {_listed(wanting)}.",
                next_step=_OPTIONAL_STEP,
            )
        )
    return findings


def installed_findings(known: Mapping[str, Scopes], public_url: str | None) -> list[Finding]:
    """
    Return what to say of the workspaces that installed the app by themselves.

    Args:
        known: By workspace, what is known of its token.
        public_url: Where people install; None when that is not known here.
    """
    if not known:
        return []
    required, optional = required_scopes(), optional_scopes()
    lacking = {name: it.lacks(required) for name, it in known.items() if it.lacks(required)}
    unknown = [name for name, it in known.items() if it.unknown(required)]
    declined = Counter(scope for it in known.values() for scope in it.lacks(optional))
    where = f"{public_url}{INSTALL_PATH}" if public_url else f"{INSTALL_PATH} of the running bot"
    findings = []
    if lacking:
        named = _some([f"{name} ({_listed(scopes)})" for name, scopes in sorted(lacking.items())])
        verb = "lacks" if len(lacking) == 1 else "lack"
        findings.append(
            Finding(
                area="slack",
                state="failed",
                what=f"{len(lacking)} of {_installations(known)} {verb} permissions that are needed: "
                f"{named}.",
                next_step=f"Somebody there installs the app once more: {where}",
            )
        )
    if unknown:
        findings.append(
            Finding(
                area="slack",
                state="warning",
                what=f"Of {counted(len(unknown), 'workspace')} it is not known whether all permissions "
                f"were granted, since Slack does not say: {_some(sorted(unknown))}.",
                next_step=f"If something does not work there, install the app once more: {where}",
            )
        )
    if not lacking and not unknown:
        all_of_them = f"All {_installations(known)}" if len(known) > 1 else "The workspace"
        what = f"{all_of_them} that installed the app granted the permissions needed."
        findings.append(Finding(area="slack", state="ok", what=what))
    if declined:
        names = ", ".join(
            f"{scope} ({counted(times, 'workspace')})" for scope, times in sorted(declined.items())
        )
        findings.append(
            Finding(
                area="slack",
                state="warning",
                what=f"Optional permissions that were not granted: {names}.",
                next_step=_OPTIONAL_STEP,
            )
        )
    return findings


def _installations(known: Mapping[str, Scopes]) -> str:
    return counted(len(known), "workspace")


def _listed(scopes: frozenset[str]) -> str:
    return ", ".join(sorted(scopes))


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return "; ".join(names[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
