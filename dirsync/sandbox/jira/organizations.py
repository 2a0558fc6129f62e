"""The organisations of the emulated Jira Service Management: people and service projects, by ids that stay.

Two may bear one name: nothing in Data Center's description of the call that makes one says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dirsync.sandbox.crowd.directory import compared

if TYPE_CHECKING:
    from collections.abc import Callable

    from dirsync.sandbox.crowd.directory import User
    from dirsync.sandbox.seed_jira import SeedJira


@dataclass
class Organization:
    """One organisation."""

    number: int
    name: str
    members: dict[str, None] = field(default_factory=dict)
    """Keys of accounts, which stay over a rename, in the order in which they came."""
    projects: set[str] = field(default_factory=set)
    """Keys of service projects."""


class Organizations:
    """All of them, by id. `find` gives the account of a username."""

    def __init__(self, seed: SeedJira, find: Callable[[str], User | None]) -> None:
        self._all: dict[int, Organization] = {}
        self._made = 0
        for one in seed.organizations:
            made = self.make(one.name)
            made.members.update((user.key, None) for user in map(find, one.users) if user)
            made.projects.update(
                project.key
                for project in seed.service_projects
                if compared(one.name) in map(compared, project.organizations)
            )

    def all(self) -> list[Organization]:
        """Return them by id."""
        return list(self._all.values())

    def get(self, number: int) -> Organization | None:
        """Return one by id."""
        return self._all.get(number)

    def make(self, name: str) -> Organization:
        """Make one; its id was never used before."""
        self._made += 1
        made = self._all[self._made] = Organization(self._made, name)
        return made

    def remove(self, number: int) -> None:
        """Remove one, whoever is in it and whatever it is linked to."""
        del self._all[number]
