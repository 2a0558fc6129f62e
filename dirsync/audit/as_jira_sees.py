"""What Jira sees of a Directory whose people it keeps memberships for: what the Directory says, and what Jira holds.

An LDAP directory "Read Only, with Local Groups" has its people and some groups from LDAP, and others in Jira alone.
Jira goes by both ("Connecting to an LDAP directory", x/noR6Fw). Where both were read, they are one Snapshot here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from dirsync.model.entries import MemberKind
from dirsync.model.facts import FactState
from dirsync.model.snapshot import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from dirsync.model.entries import Group, User
    from dirsync.model.estate import Population
    from dirsync.model.facts import Fact
    from dirsync.model.products import JiraDirectory
    from dirsync.model.snapshot import Snapshot, Spool

IN_JIRA: Final = "jira:"
"""Before ids and refs that are Jira's, so that none is taken for one of the Directory's."""


@dataclass(frozen=True)
class SeenByJira:
    """The Snapshots as Jira sees them."""

    snapshots: Mapping[str, Snapshot]
    """By Directory key; those that were put together with another one are no longer there by themselves."""
    parts: Mapping[str, tuple[Snapshot, ...]] = field(default_factory=dict)
    """Directory key to the reads that its Snapshot was put together of, its own first."""
    made: tuple[Snapshot, ...] = ()
    """Those that are to be closed beside the ones that were given."""


def as_jira_sees(
    snapshots: Mapping[str, Snapshot],
    facts: Mapping[str, Fact[Any]],
    populations: Iterable[Population],
    spool_for: Callable[[str], Spool],
) -> SeenByJira:
    """Put each Directory together with what Jira holds of it, as `jira.user_directories` pairs them.

    Not where Jira calls none of its people by a name that the Directory has: then the two can't be told to be about
    the same people. `spool_for` makes an empty Spool for a Directory of that key.
    """
    seen = dict(snapshots)
    parts: dict[str, tuple[Snapshot, ...]] = {}
    made: list[Snapshot] = []
    selections = _selections(populations)
    for known in paired(facts):
        shown, local = seen.get(known.directory), snapshots.get(known.held_in)
        if shown is None or local is None or not _are_of_one_kin(shown, local):
            continue
        spool = spool_for(known.directory)
        seen[known.directory] = _Together(shown, local, spool, selections.get(known.directory, [])).snapshot()
        made.append(seen[known.directory])
        parts[known.directory] = (*parts.get(known.directory, (shown,)), local)
        seen.pop(known.held_in, None)
    return SeenByJira(seen, parts, tuple(made))


def paired(facts: Mapping[str, Fact[Any]]) -> Iterator[JiraDirectory]:
    """Yield the user directories that one Directory shows and another one reads out of Jira."""
    fact = facts.get("jira.user_directories")
    if fact is not None and fact.state is not FactState.UNKNOWN:
        yield from (known for known in fact.value if known.held_in and known.held_in != known.directory)


def _selections(populations: Iterable[Population]) -> dict[str, list[str]]:
    """Return by Directory what Mappings take from it."""
    named: dict[str, list[str]] = {}
    for population in populations:
        named.setdefault(population.source, []).append(population.mapping)
    return named


def _are_of_one_kin(shown: Snapshot, local: Snapshot) -> bool:
    """Say whether Jira has somebody whom the Directory has, or nobody at all."""
    names = local.usernames()
    return not local.counts().users or any(shown.user_named(name) is not None for name in names)


@dataclass
class _Together:
    """Two Snapshots about the same people, who are one if their usernames are."""

    shown: Snapshot
    local: Snapshot
    spool: Spool
    selections: list[str]

    def snapshot(self) -> Snapshot:
        self._add_users()
        self._add_groups()
        for entry in (*self.shown.quarantined, *self.local.quarantined):
            self.spool.quarantine(entry)
        return self.spool.finish(self.shown.completeness)

    def _add_users(self) -> None:
        """Add the Directory's people as the Mappings take them, and those whom only Jira has, whom none takes."""
        for selection in self.selections:
            for user in self.shown.users(selection):
                self.spool.add_user(user, selection)
        for user in self.shown.users():
            self.spool.add_user(user, WHOLE)
        for user in self.local.users():
            if self.shown.user_named(user.username) is None:
                self.spool.add_user(_jiras(user), WHOLE)

    def _add_groups(self) -> None:
        for group in self.shown.groups():
            self.spool.add_group(group)
            self._add_members(group.id, self.shown.members(group.id), self.shown.child_groups(group.id))
        for group in self.local.groups():
            mine = self._own(group)
            self.spool.add_group(mine)
            members = (own for user in self.local.members(group.id) for own in self._own_users(user))
            children = (self._own(child) for child in self.local.child_groups(group.id))
            self._add_members(mine.id, members, children)

    def _add_members(self, group_id: str, members: Iterable[User], children: Iterable[Group]) -> None:
        for member in members:
            self.spool.add_member(group_id, member.ref, MemberKind.USER)
        for child in children:
            self.spool.add_member(group_id, child.ref, MemberKind.GROUP)

    def _own_users(self, user: User) -> Iterator[User]:
        """Yield the Directory's accounts of that name; of somebody whom it does not have, Jira's."""
        found = list(self.shown.users_named(user.username))
        yield from found or [_jiras(user)]

    def _own(self, group: Group) -> Group:
        """Return the Directory's group of that name, or Jira's own: to Jira groups of one name are one."""
        found = self.shown.group_named(group.name)
        return found or replace(group, id=f"{IN_JIRA}{group.id}", ref=f"{IN_JIRA}{group.ref}")


def _jiras(user: User) -> User:
    return user._replace(id=f"{IN_JIRA}{user.id}", ref=f"{IN_JIRA}{user.ref}")
