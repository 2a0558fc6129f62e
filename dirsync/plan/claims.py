"""Which Mapping answers for somebody whom several take: asked of the few who are taken by several, nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from dirsync.model.conflicts import Claim
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dirsync.model.entries import User
    from dirsync.plan.desired import Feed

    Taken = tuple[Feed, User]
    """An account, and a Mapping that takes it."""


@dataclass(frozen=True)
class Claims:
    """Answers over the feeds of all targets, each target's in the order in which its Mappings win.

    They say the same as `dirsync.plan.accounts` as far as that goes by the Mappings alone: what stands in the way of
    an account on the target itself is an obstacle, and told as such.
    """

    feeds: Mapping[str, Sequence[Feed]]
    """By target."""

    def of(self, taken: Iterable[Taken]) -> tuple[Claim, ...]:
        """Return the claims by target, then in the order of the Mappings."""
        ranked = sorted(taken, key=lambda one: (self._target(one[0]), self._rank(one[0]), fold(one[1].username)))
        return tuple(
            Claim(
                feed.name, self._target(feed), feed.source.directory, user.username, user.id,
                answers=self.answers(feed, user),
            )
            for feed, user in ranked
        )  # fmt: skip

    def answers(self, feed: Feed, user: User) -> bool:
        """Say whether it is this feed that answers for somebody on its target.

        The first feed of a Directory does that takes them from it, unless a feed before it brings somebody else of
        that name; nobody does where several people of the feed bear it.
        """
        before = list(takewhile(lambda one: one is not feed, self.feeds[self._target(feed)]))
        return self.could_answer(feed, user) and not any(
            _takes(earlier, feed, user) or _brings_another(earlier, feed, user) for earlier in before
        )

    def could_answer(self, feed: Feed, user: User) -> bool:
        """Say whether the feed would answer for somebody if it were the first one of its target."""
        return len(list(islice(feed.source.users_named(user.username, feed.name), 2))) == 1

    def _target(self, feed: Feed) -> str:
        return feed.mapping.target

    def _rank(self, feed: Feed) -> int:
        return [one.name for one in self.feeds[self._target(feed)]].index(feed.name)


def _takes(earlier: Feed, feed: Feed, user: User) -> bool:
    return earlier.source.directory == feed.source.directory and earlier.user(user.id) is not None


def _brings_another(earlier: Feed, feed: Feed, user: User) -> bool:
    other = earlier.source.user_named(user.username, earlier.name)
    return other is not None and (other.id, earlier.source.directory) != (user.id, feed.source.directory)
