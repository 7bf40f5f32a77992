"""
What Slack shows for an error: chosen by its type, never taken from its text.

An error's own text may hold an address, a name of a channel or what a server answered; it goes to
the log of whoever runs Plainwire. Here stands one sentence of cause and one of what to do next.
"""

from __future__ import annotations

from typing import Final

from bot.digest.zones import UnknownZone
from bot.errors import (
    AddressRefused,
    CipherError,
    FetchFailed,
    JobFailed,
    Locked,
    NotReadable,
    ParseFailed,
    PlainwireError,
    SettingsError,
    SlackError,
    StorageError,
    TooLarge,
    UsageError,
)
from bot.model.port import (
    AuthFailed,
    BadModelRequest,
    BudgetSpent,
    ContentFiltered,
    ModelError,
    ModelTimeout,
    Overloaded,
    RateLimited,
    Refused,
    StatefulCall,
    Truncated,
)
from bot.render.message import Message
from bot.render.notice import notice

Sentences = tuple[str, ...]

UNKNOWN: Final[Sentences] = (
    "Something went wrong here, and it is written down for whoever runs me.",
    "Try again; if it happens once more, tell them the time.",
)


def sentence_for(error: BaseException) -> Message:
    """Return what to tell the person whose wish ended in *error*."""
    return notice(*sentences_for(error))


def sentences_for(error: BaseException) -> Sentences:
    """Return the cause and the next step, by the error's type; also for errors that are not ours."""
    if isinstance(error, SlackError) and error.code in _SLACK_CODES:
        return _SLACK_CODES[error.code]
    if isinstance(error, FetchFailed) and error.status is not None:
        return _of_status(error.status)
    # The nearest base that has a sentence: a leaf added later is told like its kind.
    return next((_BY_TYPE[kind] for kind in type(error).__mro__ if kind in _BY_TYPE), UNKNOWN)


def _of_status(status: int) -> Sentences:
    if status in {401, 402, 403, 407, 451}:
        return ("That site does not let me read this page.", _PASTE)
    if status in {404, 410}:
        return ("There is nothing at that address any more.", "Check the link, or paste the text.")
    if status == _TOO_MANY:
        return ("That site asks me to come back later.", "Try again in some minutes.")
    return (
        "That site answers with an error of its own.",
        "Try again later, or paste the text instead of the link.",
    )


_TOO_MANY = 429
_PASTE = "Paste the text itself, and I explain that."
_MODEL_LATER = "Try again in a minute; the glossary answers in the meantime: `/explain` and a word."
_OTHER_WORDS = "Put the question in other words."
_TELL_OWNER = "Tell whoever runs me; my log says what to do."
_BUSY: Sentences = ("The language model is busy.", _MODEL_LATER)

_BY_TYPE: Final[dict[type, Sentences]] = {
    AddressRefused: (
        "I do not open that address: only public web pages (http or https).",
        _PASTE,
    ),
    TooLarge: ("What that link leads to is larger than I read.", _PASTE),
    FetchFailed: (
        "I could not reach that site, or it does not want to be read by programs.",
        "Check the address, or paste the text instead of the link.",
    ),
    ParseFailed: (
        "What that link leads to is no article and no feed that I can read.",
        "Paste the text itself; for a feed, use its RSS, Atom or JSON address.",
    ),
    NotReadable: ("I could not read that link.", _PASTE),
    UnknownZone: (
        "There is no time zone of that name.",
        "Name a place, such as Europe/Berlin or America/New_York.",
    ),
    RateLimited: _BUSY,
    Overloaded: _BUSY,
    ModelTimeout: ("The language model did not answer in time.", _MODEL_LATER),
    ContentFiltered: ("The language model's filter turned this down.", _OTHER_WORDS),
    Refused: ("The language model did not want to answer this.", _OTHER_WORDS),
    Truncated: ("The answer became too long and broke off.", "Ask about a smaller part of it."),
    BudgetSpent: (
        "Today's budget for the language model is spent.",
        "The glossary still answers: `/explain` and a word; the model is back tomorrow.",
    ),
    AuthFailed: ("The language model does not accept my key.", _TELL_OWNER),
    BadModelRequest: ("The language model could not work with what I sent.", _TELL_OWNER),
    StatefulCall: ("A call to the language model was stopped by my own guard.", _TELL_OWNER),
    ModelError: ("The language model gave no usable answer.", _MODEL_LATER),
    SettingsError: ("I am not set up completely.", _TELL_OWNER),
    UsageError: (
        "I cannot do that with what was given.",
        "`/digest help` shows what I understand.",
    ),
    SlackError: ("Slack did not take what I sent.", "Try again in a moment."),
    Locked: ("Another process of mine holds the database.", _TELL_OWNER),
    CipherError: ("I cannot decrypt what I stored earlier.", _TELL_OWNER),
    StorageError: ("I could not store that just now.", "Try again in a moment."),
    JobFailed: ("That was tried and did not succeed.", "Try again in a moment."),
    PlainwireError: UNKNOWN,
}
_NOT_IN: Sentences = (
    "I am not a member of that channel.",
    "Type `/invite @plainwire` there, then try again.",
)
_SLACK_CODES: Final[dict[str, Sentences]] = {
    "not_in_channel": _NOT_IN,
    # The same for what does not exist and for what this person may not know of.
    "channel_not_found": (
        "I cannot find that conversation: it is not one of yours, or I am not in it.",
        "If it is your channel, type `/invite @plainwire` there, then try again.",
    ),
    "is_archived": (
        "That channel is archived, so nothing can be posted there.",
        "Unarchive it, or choose another channel.",
    ),
    **dict.fromkeys(
        (
            "restricted_action",
            "restricted_action_thread_locked",
            "restricted_action_read_only_channel",
            "restricted_action_non_threadable_channel",
        ),
        (
            "The rules of that channel do not let me post there.",
            "An admin of the workspace can allow it, or choose another channel.",
        ),
    ),
    "missing_scope": (
        "I lack a permission for that in this workspace.",
        "Whoever installed me can install me again with the current permissions.",
    ),
    **dict.fromkeys(
        ("expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"),
        ("Slack had closed the door before I could open that view.", "Press it once more."),
    ),
    **dict.fromkeys(
        ("ratelimited", "rate_limited", "message_limit_exceeded"),
        ("Slack asks me to slow down.", "Try again in a minute."),
    ),
}
