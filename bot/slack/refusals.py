"""
What Slack's error codes mean for people: one sentence of cause, one next step.

Sources: the error lists of chat.postMessage, conversations.* and auth.test on docs.slack.dev.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Refusal(NamedTuple):
    """What happened, and what the reader can do about it."""

    what: str
    next_step: str


_INVITE: Final = "Type /invite @plainwire in that channel, then try again."
_TOKEN: Final = "Reinstall the app and put the new token in SLACK_BOT_TOKEN."  # noqa: S105  a sentence
_FORM: Final = "This is a mistake of Plainwire's; please report it with this line."

_TABLE: Final[dict[str, Refusal]] = {
    "not_in_channel": Refusal("Plainwire is not a member of the channel.", _INVITE),
    "channel_not_found": Refusal(
        "Slack does not show Plainwire that channel: it is private or does not exist.", _INVITE
    ),
    "is_archived": Refusal("The channel is archived.", "Unarchive it, or choose another channel."),
    "restricted_action": Refusal(
        "The workspace does not let apps post in this channel.",
        "Ask an admin to allow it in the channel's posting permissions.",
    ),
    "restricted_action_read_only_channel": Refusal(
        "The channel is read-only.", "Ask an admin to let Plainwire post there."
    ),
    "restricted_action_non_threadable_channel": Refusal(
        "The channel allows no threads.", "Choose another channel."
    ),
    "restricted_action_thread_only_channel": Refusal(
        "The channel allows replies in threads only.", "Choose another channel."
    ),
    "method_not_supported_for_channel_type": Refusal(
        "Slack does not allow this in that kind of conversation.", "Choose a channel."
    ),
    "cannot_dm_bot": Refusal("Slack lets no app write to another app.", "Choose a person."),
    "user_not_found": Refusal("Slack does not know that person.", "Check the user id."),
    "user_disabled": Refusal("That person's account is switched off.", "Choose another person."),
    "messages_tab_disabled": Refusal(
        "Direct messages to the app are switched off.",
        "Switch the messages tab on in the app's settings, as manifest.yml has it.",
    ),
    "missing_scope": Refusal(
        "The app lacks a permission that this needs.",
        "Compare the app with `plainwire manifest`, then reinstall it.",
    ),
    "no_permission": Refusal("The workspace does not permit this.", "Ask an admin to allow it."),
    "ekm_access_denied": Refusal(
        "The workspace's key management blocks messages for now.", "Ask an admin."
    ),
    "not_authed": Refusal("Slack got no token.", "Set SLACK_BOT_TOKEN."),
    "invalid_auth": Refusal("Slack does not accept the token.", _TOKEN),
    "token_revoked": Refusal("The app's token was revoked.", _TOKEN),
    "token_expired": Refusal("The app's token has expired.", _TOKEN),
    "account_inactive": Refusal(
        "The app was removed from the workspace, or the workspace is gone.", _TOKEN
    ),
    "not_allowed_token_type": Refusal(
        "That kind of token cannot do this.", "Check which token stands in which setting."
    ),
    "team_access_not_granted": Refusal("The app may not act in that workspace.", _TOKEN),
    "msg_too_long": Refusal("The message is too long for Slack.", _FORM),
    "msg_blocks_too_long": Refusal("The message's blocks are too long for Slack.", _FORM),
    "invalid_blocks": Refusal("Slack refused the form of the message.", _FORM),
    "invalid_blocks_format": Refusal("Slack refused the form of the message.", _FORM),
    "invalid_arguments": Refusal("Slack refused the form of the call.", _FORM),
    "no_text": Refusal("The message has no text.", _FORM),
    "metadata_too_large": Refusal("The message's metadata is too large.", _FORM),
    "too_many_attachments": Refusal("The message has too many attachments.", _FORM),
    "expired_trigger_id": Refusal(
        "The window could not be opened in time: Slack allows three seconds.",
        "Press the button or type the command again.",
    ),
    "hash_conflict": Refusal(
        "The window was changed meanwhile.", "Close it, open it again and repeat the change."
    ),
    "push_limit_reached": Refusal(
        "Slack stacks no more than three windows.", "Close one and try again."
    ),
    "view_too_large": Refusal("The window holds too much for Slack.", _FORM),
    "not_enabled": Refusal(
        "The app's Home tab is switched off.",
        "Switch it on in the app's settings, as manifest.yml has it.",
    ),
    "not_found": Refusal("That window is closed by now.", "Open it again."),
    "message_not_found": Refusal("That message is gone.", "Ask again."),
    "thread_not_found": Refusal("That thread is gone.", "Ask again in the channel."),
    "user_not_in_channel": Refusal(
        "That person is not in the channel.", "Join the channel, then try again."
    ),
    "expired_url": Refusal(
        "Slack takes no more answers for this request: five, in thirty minutes.", "Ask again."
    ),
    "ratelimited": Refusal("Slack asks us to slow down.", "Plainwire waits and tries again."),
    "not_installed": Refusal("Plainwire is not installed in that workspace.", _TOKEN),
    "unreachable": Refusal(
        "Slack could not be reached.", "Check the network, the proxy and SLACK_API_URL."
    ),
}


def refusal(code: str) -> Refusal:
    """Return what a code means; one that is not in the table is named as it is."""
    known = _TABLE.get(code)
    if code.startswith("http_"):
        what = f"A proxy or gateway answered in Slack's place (HTTP {code.removeprefix('http_')})."
        return Refusal(what, _TABLE["unreachable"].next_step)
    return known or Refusal(f"Slack refused with “{code or 'no reason'}”.", "See docs.slack.dev.")


def reason(code: str, detail: str = "") -> str:
    """Return cause and next step as one text; *detail* is Slack's own, for the operator."""
    found = refusal(code)
    what = f"{found.what[:-1]} ({code}: {detail})." if detail else found.what
    return f"{what} {found.next_step}"
