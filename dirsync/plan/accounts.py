"""Which account on the target stands for whom: by immutable id, and only then by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.model.names import fold, same
from dirsync.plan.desired import namesakes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dirsync.model.entries import User
    from dirsync.model.links import Links, UserLink
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody of a source stands on the target."""

    account: User | None = None
    """The account that is theirs; None: there is none yet."""
    link: UserLink | None = None
    """What the store knew of it before; None: it is new, or about to be adopted."""
    obstacle: str = ""
    """Why nothing can be done for them; empty when something can."""


class Accounts:
    """Answers for one target, over the feeds in their order."""

    def __init__(self, directory: str, target: Snapshot, feeds: Sequence[Feed], links: Links) -> None:
        self._directory = directory
        self._target = target
        self._feeds = feeds
        self._links = links
        self._namesakes = namesakes(feeds)

    def owner(self, feed: Feed, source_id: str) -> Feed:
        """Return the feed that answers for somebody: the first one that takes them from the same Directory."""
        for candidate in self._feeds:
            is_same_directory = candidate.source.directory == feed.source.directory
            if candidate is feed or (is_same_directory and candidate.user(source_id) is not None):
                return candidate
        return feed

    def standing(self, feed: Feed, user: User) -> Standing:
        """Find the account of somebody the feed takes."""
        if why := self._name_clash(feed, user):
            return Standing(obstacle=why)
        link = self._links.user(self._directory, feed.name, user.id)
        account = self._target.user(link.target_id) if link else None
        bearer = self._target.user_named(user.username)
        if bearer is None or (account is not None and bearer.id == account.id):
            return Standing(account, link)
        if self._is_vacated(bearer):
            return Standing(account, link)
        if account is not None:
            return Standing(obstacle=f"should be renamed to '{user.username}', but that name is somebody else's there")
        return self._adopted(feed, user, bearer)

    def _name_clash(self, feed: Feed, user: User) -> str:
        if fold(user.username) in self._namesakes[feed.name]:
            directory = feed.source.directory
            return f"several people in {directory} are called '{user.username}'; give each a name of their own"
        for earlier in self._feeds:
            if earlier is feed:
                break
            other = earlier.source.user_named(user.username, earlier.name)
            is_somebody_else = other and (other.id, earlier.source.directory) != (user.id, feed.source.directory)
            if is_somebody_else:
                return f"mapping '{earlier.name}' brings somebody else called '{user.username}' to the same directory"
        return ""

    def _is_vacated(self, bearer: User) -> bool:
        """Say whether the account bears the name only until its own owner's rename is carried out."""
        owner = self._links.owner(self._directory, bearer.id)
        if owner is None:
            return False
        for feed in self._feeds:
            person = feed.user(owner.source_id) if feed.name == owner.mapping else None
            if person is not None:
                return not same(person.username, bearer.username)
        return False

    def _adopted(self, feed: Feed, user: User, bearer: User) -> Standing:
        """Take over an account that was there before: same name, and no sign that it is somebody else's."""
        owner = self._links.owner(self._directory, bearer.id)
        if owner is not None and owner.source_id != user.id:
            is_still_taken = any(one.user(owner.source_id) for one in self._feeds if one.name == owner.mapping)
            if is_still_taken:
                return Standing(obstacle=f"the account '{bearer.username}' already stands for somebody else")
        if user.email and bearer.email and not same(user.email, bearer.email):
            return Standing(
                obstacle=f"an account '{bearer.username}' with another e-mail address is already there, and dirsync did"
                " not make it; give both the same address if they are one person, else rename one of them"
            )
        return Standing(bearer, owner if owner and owner.mapping == feed.name else None)
