"""Who may change a digest."""

from __future__ import annotations

import pytest

from bot.chat.ports import Person
from bot.digest.permissions import feeds_refusal, refusal, rules_refusal, sharing_refusal
from bot.digest.rules import WhoMayChange, WorkspaceRules
from bot.digest.spot import Asker, Spot

CHANNEL = Spot(workspace_id="T1", channel_id="C1", name="news")
OWN = Spot(workspace_id="T1", channel_id="D1", is_dm=True, dm_user_id="U1")
ME = Asker(user_id="U1")
MEMBER = Person(user_id="U1")
ADMIN = Person(user_id="U1", is_admin=True)
GUEST = Person(user_id="U1", is_guest=True)
STRANGER = Person(user_id="U1", is_stranger=True)
BOT = Person(user_id="U1", is_bot=True)
ALL, ADMINS, NAMED = WhoMayChange


@pytest.mark.parametrize(
    ("person", "rule", "named", "is_member", "part"),
    [
        (MEMBER, ALL, (), True, ""),
        (ADMIN, ALL, (), True, ""),
        (None, ALL, (), True, ""),
        (MEMBER, ALL, (), False, "join the channel"),
        (ADMIN, ALL, (), False, "join the channel"),
        (GUEST, ALL, (), True, "Guests"),
        (GUEST, NAMED, ("U1",), True, "Guests"),
        (STRANGER, ALL, (), True, "organisation"),
        (STRANGER, NAMED, ("U1",), True, "organisation"),
        (BOT, ALL, (), True, "Bots"),
        (MEMBER, ADMINS, (), True, "only admins"),
        (MEMBER, ADMINS, ("U1",), True, "only admins"),
        (ADMIN, ADMINS, (), True, ""),
        (None, ADMINS, (), True, "users:read"),
        (MEMBER, NAMED, ("U1", "U2"), True, ""),
        (None, NAMED, ("U1",), True, ""),
        (MEMBER, NAMED, ("U2",), True, "the people they chose"),
        (ADMIN, NAMED, ("U2",), True, ""),
    ],
)
def test_who_may_change_a_channel(person, rule, named, is_member, part):
    """Members by default, the workspace's rule on top; guests, strangers and bots never."""
    rules = WorkspaceRules(workspace_id="T1", who_may_change=rule, people=frozenset(named))
    said = refusal(ME, person, CHANNEL, rules, is_member=is_member)
    assert part in said
    assert bool(said) == bool(part)


@pytest.mark.parametrize("person", [MEMBER, GUEST, None])
def test_a_personal_digest_is_its_owners_whatever_the_rule(person):
    """Nobody restricts a person's own digest, and nobody else changes it."""
    strict = WorkspaceRules(workspace_id="T1", who_may_change=ADMINS)
    assert refusal(ME, person, OWN, strict, is_member=False) == ""
    assert "somebody else" in refusal(Asker(user_id="U2"), MEMBER, OWN, strict, is_member=True)


@pytest.mark.parametrize(
    ("person", "rule", "channel", "own"),
    [
        (MEMBER, ALL, "", ""),
        (MEMBER, ADMINS, "only admins", ""),
        (MEMBER, NAMED, "the people they chose", ""),
        (ADMIN, ADMINS, "", ""),
        *((GUEST, rule, "Guests", "Guests") for rule in WhoMayChange),
        *((STRANGER, rule, "organisation", "organisation") for rule in WhoMayChange),
        *((BOT, rule, "Bots", "Bots") for rule in WhoMayChange),
        (None, ALL, "who is a guest", "who is a guest"),
        (None, ADMINS, "users:read", "who is a guest"),
    ],
)
def test_who_may_add_feeds(person, rule, channel, own):
    """As who may change a digest, but never guests or who may be one, in a direct message either."""
    rules = WorkspaceRules(workspace_id="T1", who_may_change=rule)
    for spot, part in ((CHANNEL, channel), (OWN, own)):
        said = feeds_refusal(ME, person, spot, rules, is_member=True)
        assert part in said
        assert bool(said) == bool(part)
    assert "somebody else" in feeds_refusal(Asker(user_id="U2"), MEMBER, OWN, rules, is_member=True)


@pytest.mark.parametrize(
    ("person", "may"),
    [
        (ADMIN, True),
        (MEMBER, False),
        (GUEST, False),
        (STRANGER, False),
        (BOT, False),
        (None, False),
    ],
)
def test_only_admins_share_feeds_with_the_workspace(person, may):
    """Who cannot be looked up is no admin, nor is an admin of another organisation."""
    assert (sharing_refusal(ME, person) == "") is may
    assert sharing_refusal(Asker(user_id="U1", is_stranger=True), person) != ""


def test_what_the_event_says_of_strangers_counts_without_a_profile():
    """Without users:read, Slack's event still tells people of another organisation."""
    rules = WorkspaceRules(workspace_id="T1")
    stranger = Asker(user_id="U1", is_stranger=True)
    assert "organisation" in refusal(stranger, None, CHANNEL, rules, is_member=True)


def test_only_admins_set_the_rules():
    """The workspace's rule is set by its admins; who cannot be looked up is none."""
    assert rules_refusal(ME, ADMIN) == ""
    assert "admins" in rules_refusal(ME, MEMBER)
    assert "users:read" in rules_refusal(ME, None)
    assert rules_refusal(Asker(user_id="U1", is_stranger=True), ADMIN)
