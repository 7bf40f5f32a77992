"""
The one check on every text from outside that leaves: in digests, answers, previews and JSON.

Our own prompts, addresses that are no source's, telephone numbers, wallets and orders to the reader
stay here, whether a model wrote them or a publisher did. Pure; linear in the length of the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.explain.outgoing.addresses import Found, Hosts, addresses, seam
from bot.explain.outgoing.fold import fold
from bot.explain.outgoing.names import Names
from bot.explain.outgoing.numbers import has_phone_number, has_wallet
from bot.explain.outgoing.orders import orders_the_reader
from bot.explain.outgoing.own_words import is_own
from bot.news.story import Story

# No sentence is longer, and no headline.
MAX_CHARS = 2_000
_KEPT_VERDICTS = 2_000
_SEAM_CHARS = 60


class Outgoing:
    """
    What may be posted about something.

    Args:
        texts: Titles and texts of the sources, and what the person asked: names that look like
            domains may come from there.
        hosts: Addresses (or hosts) of the sources; these may be named.
    """

    def __init__(self, texts: Sequence[str] = (), hosts: Iterable[str] = ()) -> None:
        self._names = Names(texts)
        self._hosts = Hosts(tuple(hosts))
        self._verdicts: dict[tuple[str, str], str] = {}

    def why_not(self, text: str, before: str = "") -> str:
        """
        Return why *text* may not be posted, as a short clause; "" when it may.

        Args:
            text: A sentence, a headline, a name.
            before: What stands before it in the same text.
        """
        key = (text, before)
        if key not in self._verdicts:
            if len(self._verdicts) >= _KEPT_VERDICTS:
                self._verdicts.clear()
            self._verdicts[key] = self._why_not(text, before)
        return self._verdicts[key]

    def fits(self, text: str, before: str = "") -> bool:
        """Return whether *text* may be posted."""
        return not self.why_not(text, before)

    def first(self, texts: Iterable[str]) -> str:
        """Return the first text that may be posted and says something, or ""."""
        return next((text for text in texts if text.strip() and self.fits(text)), "")

    def _why_not(self, text: str, before: str) -> str:
        if len(text) > MAX_CHARS:
            return "it is longer than any sentence"
        folded = fold(text)
        before = before[-_SEAM_CHARS:]
        if is_own(text, before):
            return "it repeats the instructions to the model"
        found = [*addresses(folded), *addresses(seam(before, text[:_SEAM_CHARS]))]
        if any(not self._may_be_named(one, text) for one in found):
            return "it names an address that is none of the sources'"
        if has_phone_number(folded) or _goes_on_with_a_number(before, folded):
            return "it gives a telephone number"
        if has_wallet(folded):
            return "it gives the address of a wallet"
        return "it tells readers what to do" if orders_the_reader(folded) else ""

    def _may_be_named(self, found: Found, text: str) -> bool:
        if found.host and self._hosts.has(found.host):
            return True
        # A name is written as it is: who disguises it (letters of another script, "[.]") means a host.
        return found.name in text and self._names.is_name(found.name, found.text, found.start)


def _goes_on_with_a_number(before: str, folded: str) -> bool:
    """Return whether a text begins with the number that "Tel." announced before it."""
    if not folded[:1].isdigit():
        return False
    lead = " ".join(fold(before).split()[-1:])
    return lead.endswith(".") and has_phone_number(f"{lead} {folded[:_SEAM_CHARS]}")


def about_story(story: Story) -> Outgoing:
    """Return the check for what is said about a story, from its entries alone."""
    return Outgoing(
        [f"{entry.title}\n{entry.text}" for entry in story.entries],
        [host for entry in story.entries for host in (entry.url, entry.feed_url, entry.outlet)],
    )
