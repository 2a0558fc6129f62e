"""Which e-mail addresses are borne by accounts of several usernames, over all Directories that Jira sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import merge
from typing import TYPE_CHECKING

from dirsync.audit.role_addresses import role_in
from dirsync.model.names import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dirsync.model.entries import User
    from dirsync.model.snapshot import Snapshot

MANY = 5
"""An address that more usernames bear is a shared mailbox or a placeholder and no person's. That is inferred: nobody
documents a number, and two accounts, or three after a migration, are what one person comes to."""
Told = tuple[str, str, str, str]
"""Folded e-mail address, folded username, Directory, id."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """An active account with an address."""

    directory: str
    user: User


@dataclass
class SharedAddresses:
    """The addresses, one at a time; the numbers are whole once all were taken.

    Held are only the accounts of one address, never more than `MANY` usernames of them.
    """

    snapshots: Mapping[str, Snapshot]
    compared: int = 0
    """How many addresses belong to one person, as far as that can be said."""
    left_aside: int = 0
    """How many that several usernames bear are those of a role, a list or many people, or no address at all."""
    directories: set[str] = field(default_factory=set)
    """The Directories that have an address at all."""

    def each(self) -> Iterator[tuple[Bearer, ...]]:
        """Yield the accounts of each address that at least two usernames bear.

        Addresses compare without regard to case and to blanks around them. What stands behind a `+` is part of them:
        whether somebody's mail server leaves it out, nobody can know. Accounts of one username in several Directories
        are one user to Jira.
        """
        lists = _addresses_of_groups(self.snapshots.values())
        for accounts, usernames in _by_address(merge(*map(self._told, sorted(self.snapshots)))):
            address = accounts[0][0]
            if usernames == 1:
                self.compared += 1
            elif usernames > MANY or address in lists or not _is_somebodys(address):
                self.left_aside += 1
            else:
                self.compared += 1
                yield tuple(self._bearers(accounts))

    def _told(self, directory: str) -> Iterator[Told]:
        for address, username, user_id in self.snapshots[directory].addresses():
            self.directories.add(directory)
            yield address, username, directory, user_id

    def _bearers(self, accounts: Iterable[Told]) -> Iterator[Bearer]:
        found = ((directory, self.snapshots[directory].user(user_id)) for _, _, directory, user_id in accounts)
        return (Bearer(directory, user) for directory, user in found if user)


def _by_address(told: Iterable[Told]) -> Iterator[tuple[Sequence[Told], int]]:
    """Yield the accounts of each address and how many usernames bear it; beyond `MANY` the others are not held.

    One loop, as nearly every address is borne once.
    """
    accounts: list[Told] = []
    usernames = 0
    for account in told:
        if accounts and account[0] == accounts[0][0]:
            usernames += account[1] != accounts[-1][1]
            if usernames <= MANY:
                accounts.append(account)
            continue
        if accounts:
            yield accounts, usernames
        accounts, usernames = [account], 1
    if accounts:
        yield accounts, usernames


def _is_somebodys(address: str) -> bool:
    local, _, domain = address.partition("@")
    return bool(local and domain) and not role_in(address)[0]


def _addresses_of_groups(snapshots: Iterable[Snapshot]) -> set[str]:
    """Return the addresses of mailing lists: of LDAP's groups that have one."""
    return {fold(group.email) for snapshot in snapshots for group in snapshot.groups() if group.email}
