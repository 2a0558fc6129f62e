"""Which account on the target stands for whom: by immutable id, and only then by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dirsync.model.names import fold, same
from dirsync.plan.ahead import Bearers, Owners
from dirsync.plan.desired import namesakes

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dirsync.model.entries import User
    from dirsync.model.links import Links, UserLink
    from dirsync.model.snapshot import Snapshot
    from dirsync.plan.desired import Feed
    from dirsync.plan.people import Person


class Standing(NamedTuple):
    """How somebody of a source stands on the target; a tuple, since there is one for everybody."""

    feed: Feed
    """The one that answers for them: the first that takes them from their source."""
    user: User
    """As that one takes them."""
    account: User | None = None
    """The account that is theirs; None: there is none yet."""
    link: UserLink | None = None
    """What the store knew of it before; None: it is new, or about to be adopted."""
    obstacle: str = ""
    """Why nothing can be done for them; empty when something can."""
    is_adopted: bool = False
    """Whether the account was there before and nobody's: from now on it is dirsync's own."""

    @property
    def username(self) -> str:
        """What the account is called once what is planned for it is done."""
        account, name = self.account, self.user.username
        return account.username if account is not None and same(account.username, name) else name


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
        self._target = target
        self._feeds = feeds
        self._by_name = {feed.name: feed for feed in feeds}
        self._bearers = Bearers(target)
        self._owners = Owners(directory, links)
        self._named_by = {feed.name: Bearers(feed.source, feed.name) for feed in feeds}
        self._earlier = {feed.name: feeds[:place] for place, feed in enumerate(feeds)}
        self._namesakes = namesakes(feeds)
        self._several_there = set(target.namesakes())
        self._accounts: dict[str, User] = {}
        self._vacated: dict[str, bool] = {}

    def standings(self, people: Sequence[Person]) -> list[Standing | None]:
        """Find the account of each person; None for whoever is not taken."""
        linked = {link.target_id for person in people for link in person.links.values()}
        self._accounts = {user.id: user for user in self._target.users_among(linked)}
        expected = [self._expected(person) if person.taken else None for person in people]
        self._look_ahead([standing for standing in expected if standing])
        return [self._standing(standing) if standing else None for standing in expected]

    def names_in_doubt(self, feed: Feed, usernames: Collection[str]) -> set[str]:
        """Return the folded names, among those of people of a feed, that others have too: there, or here before it."""
        doubtful = {*self._namesakes[feed.name], *self._several_there}
        for earlier in self._earlier[feed.name]:
            doubtful |= {fold(user.username) for user in earlier.source.users_named_among(usernames, earlier.name)}
        return doubtful

    @property
    def all_in_doubt(self) -> Sequence[object]:
        """The names that `names_in_doubt` goes by whoever is asked about, as JSON can tell them."""
        return [sorted(self._several_there), *(sorted(self._namesakes[feed.name]) for feed in self._feeds)]

    def account(self, target_id: str) -> User | None:
        """Return the account of a link of those people, if it is there."""
        return self._accounts.get(target_id)

    def _expected(self, person: Person) -> Standing:
        """Return how somebody stands if nothing but the store's links counts, also those of another Mapping before."""
        mapping, user = next(iter(person.taken.items()))
        link = person.links.get(mapping) or next(iter(person.links.values()), None)
        account = self._accounts.get(link.target_id) if link else None
        return Standing(self._by_name[mapping], user, account, link)

    def _look_ahead(self, expected: Sequence[Standing]) -> None:
        """Look for those who bear the names that people should have, where it can't be their own account alone."""
        strange = {each.user.username for each in expected if not self._is_named(each.account, each.user.username)}
        self._bearers.look_ahead(strange)
        self._owners.look_ahead([bearer.id for bearer in self._bearers.known()])
        for feed in self._feeds[:-1]:
            later = {each.user.username for each in expected if feed in self._earlier[each.feed.name]}
            self._named_by[feed.name].look_ahead(later)

    def _is_named(self, account: User | None, username: str) -> bool:
        """Say whether an account bears a name, and is the only one to do so."""
        if account is None or not (account.username == username or same(account.username, username)):
            return False
        return not self._several_there or fold(username) not in self._several_there

    def _standing(self, expected: Standing) -> Standing:
        feed, user, account = expected.feed, expected.user, expected.account
        if why := self._why_not_named(feed, user):
            return Standing(feed, user, obstacle=why)
        if self._is_named(account, user.username):
            return expected
        if why := self._why_refused(feed, user):
            return Standing(feed, user, obstacle=why)
        bearer = self._bearers.of(user.username)
        if bearer is None or (account is not None and bearer.id == account.id) or self._is_vacated(bearer):
            return expected
        if account is not None:
            why = f"the account '{account.username}' should be renamed to '{user.username}', but that name is"
            why = f"{why} somebody else's there; rename or remove '{bearer.username}' there first"
            return Standing(feed, user, obstacle=why)
        return self._adopted(feed, user, bearer)

    def _readers(self, source: str) -> list[Feed]:
        return [feed for feed in self._feeds if feed.source.directory == source]

    def _taker(self, link: UserLink) -> tuple[Feed, User] | None:
        """Find whom a link speaks of: somebody its Mapping takes, or another one that reads the same Directory."""
        source = next((feed.source.directory for feed in self._feeds if feed.name == link.mapping), "")
        people = ((feed, feed.user(link.source_id)) for feed in self._readers(source))
        return next(((feed, person) for feed, person in people if person is not None), None)

    def _why_not_named(self, feed: Feed, user: User) -> str:
        """Return why nobody can bear this name on the target for this person, or an empty string."""
        return _why_no_name(feed, user) or self._name_clash(feed, user)

    def _why_refused(self, feed: Feed, user: User) -> str:
        """Return why the server would not give anybody this name, which nobody there bears, or an empty string."""
        why = self._target.completeness.usernames.why_not(user.username)
        return f"{why}; correct it in {feed.source.directory}" if why and not self._bearers.of(user.username) else ""

    def _why_never(self, feed: Feed, user: User) -> str:
        return self._why_not_named(feed, user) or self._why_refused(feed, user)

    def _name_clash(self, feed: Feed, user: User) -> str:
        several = self._namesakes[feed.name]
        if several and fold(user.username) in several:
            directory = feed.source.directory
            return f"several people in {directory} are called '{user.username}'; give each a name of their own"
        for earlier in self._earlier[feed.name]:
            other = self._named_by[earlier.name].of(user.username)
            is_somebody_else = other and (other.id, earlier.source.directory) != (user.id, feed.source.directory)
            if is_somebody_else:
                return f"mapping '{earlier.name}' brings somebody else called '{user.username}' to the same directory"
        return ""

    def _is_vacated(self, bearer: User) -> bool:
        """Say whether the account bears the name only until its own owner's rename is carried out.

        That rename may wait for another one in turn; where the last of them can't be, none of them can. Names
        that go round in a circle are all vacated (`dirsync.plan.renames`).
        """
        if self._owners.of(bearer.id) is None:
            return False
        asked: list[str] = []
        waits_for: User | None = bearer
        while waits_for is not None and waits_for.id not in asked and waits_for.id not in self._vacated:
            asked.append(waits_for.id)
            owner = self._owners.of(waits_for.id)
            taken = self._taker(owner) if owner else None
            if taken is None or same(taken[1].username, waits_for.username) or self._why_never(*taken):
                self._vacated[waits_for.id] = False
                break
            waits_for = self._bearers.of(taken[1].username)
        verdict = self._vacated.get(waits_for.id, True) if waits_for else True
        self._vacated.update(dict.fromkeys(asked, verdict))
        return verdict

    def _adopted(self, feed: Feed, user: User, bearer: User) -> Standing:
        """Take over an account that was there before: same name, and no sign that it is somebody else's."""
        owner = self._owners.of(bearer.id)
        if owner is not None and self._is_somebody_else(owner, feed, user):
            return Standing(feed, user, obstacle=f"the account '{bearer.username}' already stands for somebody else")
        if user.email and bearer.email and not same(user.email, bearer.email):
            why = (
                f"an account '{bearer.username}' with another e-mail address is already there, so nothing says that"
                " they are one person; give both the same address if they are, else rename one of them"
            )
            return Standing(feed, user, obstacle=why)
        link = owner if owner and owner.mapping == feed.name else None
        return Standing(feed, user, bearer, link, is_adopted=owner is None)

    def _is_somebody_else(self, owner: UserLink, feed: Feed, user: User) -> bool:
        """Say whether an account's owner is another person who is still there: taken, or left out by name."""
        taken = self._taker(owner)
        if taken is not None:
            return (taken[0].source.directory, taken[1].id) != (feed.source.directory, user.id)
        sources = [one.source for one in self._feeds if one.name == owner.mapping]
        return any(entry.id == owner.source_id for source in sources for entry in source.quarantined)
