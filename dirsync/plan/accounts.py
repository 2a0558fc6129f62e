"""Which account on the target stands for whom: by immutable id, and only then by name."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
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
    is_adopted: bool = False
    """Whether the account was there before and nobody's: from now on it is dirsync's own."""


LONGEST_NAME = 255
"""Characters that Crowd's and Jira's tables hold (`cwd_user.user_name`)."""


def _why_no_name(feed: Feed, user: User) -> str:
    """Return why a name would be refused by every target, night for night, or an empty string."""
    mend = f"correct it in {feed.source.directory}"
    if user.username != user.username.strip():
        return f"the name begins or ends with a blank, which Crowd does not accept; {mend}"
    if len(user.username) > LONGEST_NAME:
        return f"the name has {len(user.username)} characters, and Crowd takes {LONGEST_NAME}; {mend}"
    return ""


class Accounts:
    """Answers for one target, over the feeds in their order."""

    def __init__(self, directory: str, target: Snapshot, feeds: Sequence[Feed], links: Links) -> None:
        self._directory = directory
        self._target = target
        self._feeds = feeds
        self._links = links
        self._namesakes = namesakes(feeds)
        self._vacated: dict[str, bool] = {}

    def owner(self, feed: Feed, source_id: str) -> Feed:
        """Return the feed that answers for somebody: the first one that takes them from the same Directory."""
        readers = self._readers(feed.source.directory)
        return next((one for one in readers if one is feed or one.user(source_id) is not None), feed)

    def standing(self, feed: Feed, user: User) -> Standing:
        """Find the account of somebody the feed takes."""
        if why := self._why_not_named(feed, user):
            return Standing(obstacle=why)
        link = self._link(feed, user)
        account = self._target.user(link.target_id) if link else None
        bearer = self._target.user_named(user.username)
        if bearer is None or (account is not None and bearer.id == account.id):
            return Standing(account, link)
        if self._is_vacated(bearer):
            return Standing(account, link)
        if account is not None:
            why = f"the account '{account.username}' should be renamed to '{user.username}', but that name is"
            return Standing(obstacle=f"{why} somebody else's there; rename or remove '{bearer.username}' there first")
        return self._adopted(feed, user, bearer)

    def _readers(self, source: str) -> list[Feed]:
        return [feed for feed in self._feeds if feed.source.directory == source]

    def _link(self, feed: Feed, user: User) -> UserLink | None:
        """Find what the store knows of somebody, also where they came under another Mapping before."""
        mappings = [feed.name, *(one.name for one in self._readers(feed.source.directory) if one is not feed)]
        links = (self._links.user(self._directory, mapping, user.id) for mapping in mappings)
        return next((link for link in links if link is not None), None)

    def _taker(self, link: UserLink) -> tuple[Feed, User] | None:
        """Find whom a link speaks of: somebody its Mapping takes, or another one that reads the same Directory."""
        source = next((feed.source.directory for feed in self._feeds if feed.name == link.mapping), "")
        people = ((feed, feed.user(link.source_id)) for feed in self._readers(source))
        return next(((feed, person) for feed, person in people if person is not None), None)

    def _why_not_named(self, feed: Feed, user: User) -> str:
        """Return why nobody can bear this name on the target for this person, or an empty string."""
        return _why_no_name(feed, user) or self._name_clash(feed, user)

    def _name_clash(self, feed: Feed, user: User) -> str:
        if fold(user.username) in self._namesakes[feed.name]:
            directory = feed.source.directory
            return f"several people in {directory} are called '{user.username}'; give each a name of their own"
        for earlier in takewhile(lambda one: one is not feed, self._feeds):
            other = earlier.source.user_named(user.username, earlier.name)
            is_somebody_else = other and (other.id, earlier.source.directory) != (user.id, feed.source.directory)
            if is_somebody_else:
                return f"mapping '{earlier.name}' brings somebody else called '{user.username}' to the same directory"
        return ""

    def _is_vacated(self, bearer: User) -> bool:
        """Say whether the account bears the name only until its own owner's rename is carried out.

        That rename may wait for another one in turn; where the last of them can't be, none of them can. Names
        that go round in a circle are all vacated (`dirsync.plan.renames`).
        """
        asked: list[str] = []
        waits_for: User | None = bearer
        while waits_for is not None and waits_for.id not in asked and waits_for.id not in self._vacated:
            asked.append(waits_for.id)
            owner = self._links.owner(self._directory, waits_for.id)
            taken = self._taker(owner) if owner else None
            if taken is None or same(taken[1].username, waits_for.username) or self._why_not_named(*taken):
                self._vacated[waits_for.id] = False
                break
            waits_for = self._target.user_named(taken[1].username)
        verdict = self._vacated.get(waits_for.id, True) if waits_for else True
        self._vacated.update(dict.fromkeys(asked, verdict))
        return verdict

    def _adopted(self, feed: Feed, user: User, bearer: User) -> Standing:
        """Take over an account that was there before: same name, and no sign that it is somebody else's."""
        owner = self._links.owner(self._directory, bearer.id)
        if owner is not None and self._is_somebody_else(owner, feed, user):
            return Standing(obstacle=f"the account '{bearer.username}' already stands for somebody else")
        if user.email and bearer.email and not same(user.email, bearer.email):
            return Standing(
                obstacle=f"an account '{bearer.username}' with another e-mail address is already there, so nothing"
                " says that they are one person; give both the same address if they are, else rename one of them"
            )
        return Standing(bearer, owner if owner and owner.mapping == feed.name else None, is_adopted=owner is None)

    def _is_somebody_else(self, owner: UserLink, feed: Feed, user: User) -> bool:
        """Say whether an account's owner is another person who is still there: taken, or left out by name."""
        taken = self._taker(owner)
        if taken is not None:
            return (taken[0].source.directory, taken[1].id) != (feed.source.directory, user.id)
        sources = [one.source for one in self._feeds if one.name == owner.mapping]
        return any(entry.id == owner.source_id for source in sources for entry in source.quarantined)
