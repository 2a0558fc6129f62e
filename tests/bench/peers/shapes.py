"""The directories that all clients read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Shape:
    """So many users and groups; every group has the same number of members, spread evenly over the users."""

    name: str
    users: int
    groups: int
    memberships: int

    @property
    def expects(self) -> str:
        """The counts as clients are told them."""
        return f"{self.users} {self.memberships}"

    def ldif(self, base: str) -> str:
        """Return it as LDIF below `base`."""
        return "".join(self._entries(base))

    def _entries(self, base: str) -> Iterator[str]:
        for name in ("people", "groups"):
            yield f"dn: ou={name},{base}\nobjectClass: organizationalUnit\nou: {name}\n\n"
        for n in range(self.users):
            yield (
                f"dn: uid=user{n:06d},ou=people,{base}\nobjectClass: inetOrgPerson\nuid: user{n:06d}\ncn: User {n}\n"
                f"sn: Surname {n}\ngivenName: Given {n}\nmail: user{n:06d}@example.org\n\n"
            )
        size = self.memberships // self.groups
        for group in range(self.groups):
            yield f"dn: cn=group{group:05d},ou=groups,{base}\nobjectClass: groupOfNames\ncn: group{group:05d}\n"
            members = ((group * size + n) % self.users for n in range(size))
            yield from (f"member: uid=user{n:06d},ou=people,{base}\n" for n in members)
            yield "\n"


ATLASSIAN = Shape("Atlassian's own shape", 10_000, 1_000, 200_000)
"""What Atlassian's pages on performance with LDAP take as an example; `reference/peers.md` of the design."""
LARGE = Shape("a large directory", 200_000, 2_000, 200_000)
CAP = 500
"""Entries that the capped server gives: OpenLDAP's own default for everybody who is not its administrator."""
