"""
One message for all channels whose digests say the same.

Ten thousand channels with forty preferences read a few hundred different messages; drawing one takes
longer than everything else that a digest needs. Two digests say the same when everything that can
be read in them is equal; the instant at which they were made stands only in late ones.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from bot.digest.digest import Digest, DigestItem
from bot.explain.explanation import Explanation

_MOST = 512

_Kept = tuple[tuple[Explanation, ...], str]


class MessageCache:
    """
    Keeps the newest messages.

    Args:
        draw: Makes the stored form of a digest's message.
    """

    def __init__(self, draw: Callable[[Digest], str]) -> None:
        self._draw = draw
        # The explanations stand beside each message, so that their id() is nobody else's meanwhile.
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    def message_of(self, digest: Digest) -> str:
        """Return what drawing the digest gives."""
        key = _key(digest)
        kept = self._kept.get(key)
        if kept is None:
            kept = (tuple(item.explanation for item in digest.items), self._draw(digest))
            self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)
        return kept[1]


def _key(digest: Digest) -> Hashable:
    return (
        digest.preference,
        digest.digest_on,
        tuple(_item_key(item) for item in digest.items),
        digest.topic_counts,
        digest.feeds_read,
        digest.feeds_answered,
        len(digest.not_included),
        digest.problems,
        digest.notices,
        digest.empty_reason,
        digest.first_post,
        digest.set_up_by,
        digest.personal,
        digest.recap,
        digest.late_since,
        # Read in late ones only, and to the minute.
        digest.late_since and digest.made_at.replace(second=0, microsecond=0),
    )


def _item_key(item: DigestItem) -> Hashable:
    """An explanation is as good as its object; which story it tells stands in its key."""
    chosen = item.chosen
    return (id(item.explanation), chosen.story.revision, chosen.update_of, chosen.surprise)
