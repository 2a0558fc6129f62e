"""A target of each family, and what a plan would ask of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count

import pytest
from servers.ldap_server import LdapServer

from dirsync.apply.targets.ldap import LdapTarget
from dirsync.directories.interface import Attributes, Selection
from dirsync.directories.ldap import LdapConnection, LdapDirectory
from dirsync.directories.ldap.writing.layout import Layout
from dirsync.model.memory import MemorySpool
from dirsync.model.memory_snapshot import MemorySnapshot
from dirsync.model.plans import Change, Op, Outcome
from dirsync.model.snapshot import LastRead

NUMBERS = count()
NOW = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
AFTER = {
    "email": "ana@example.org",
    "first_name": "Ana",
    "last_name": "Müller",
    "display_name": "Ana Müller",
    "active": True,
}


@dataclass
class Desk:
    """One target, what is read of it, and Changes as a plan would hold them."""

    server: LdapServer
    connection: LdapConnection
    selection: Selection
    target: LdapTarget
    base: str
    """Where the desk's people and groups are."""
    layouts: dict[str, Layout] = field(default_factory=dict)

    def through(self, port: int) -> Desk:
        """Return the same desk over another line, which the caller closes."""
        connection = replace(self.connection, url=f"ldap://127.0.0.1:{port}")
        target = LdapTarget(connection, self.selection, self.layouts, clock=lambda: NOW)
        return replace(self, connection=connection, target=target)

    def do(self, op: Op, **given: object) -> Outcome:
        return self.target.carry_out(change(op, **given))

    def create(self, name: str, **after: object) -> Outcome:
        return self.do(Op.CREATE_USER, user=name, after={"username": name, **AFTER, **after})

    def group(self, name: str, description: str = "") -> Outcome:
        return self.do(Op.CREATE_GROUP, group=name, after={"name": name, "description": description})

    def join(self, name: str, group: str, user_id: str = "") -> Outcome:
        return self.do(Op.ADD_MEMBER, user=name, group=group, user_id=user_id)

    def leave(self, name: str, group: str, user_id: str = "") -> Outcome:
        return self.do(Op.REMOVE_MEMBER, user=name, group=group, user_id=user_id)

    def read(self) -> MemorySnapshot:
        """Read the target as a run does, with the account it is written with."""
        snapshot = LdapDirectory(self.connection, (self.selection,)).read(LastRead(), MemorySpool("target"))
        assert snapshot.completeness.is_complete, snapshot.completeness.reason
        return snapshot

    def user(self, name: str):
        return self.read().user_named(name)

    def members(self, group: str) -> list[str]:
        snapshot = self.read()
        found = snapshot.group_named(group)
        assert found, f"there is no group {group}"
        return sorted(user.username for user in snapshot.members(found.id))


def change(op: Op, **given: object) -> Change:
    return Change(op, "target", "people", **given)


@pytest.fixture
def open_desk() -> Iterator[object]:
    """Return what makes a Desk on a server: `open_desk(server, users=…, layout=…, attributes=…, **login)`."""
    with ExitStack() as open_ones:

        def opening(
            server: LdapServer,
            *,
            users: str = "",
            groups: str = "",
            attributes: Attributes | None = None,
            user_filter: str = "",
            layout: dict[str, object] | None = None,
            **login: object,
        ) -> Desk:
            base = users
            if not users:
                base = f"ou=desk{next(NUMBERS)},{server.base}"
                units = [base, f"ou=people,{base}", f"ou=groups,{base}"]
                server.modify(
                    "".join(f"dn: {one}\nchangetype: add\nobjectClass: organizationalUnit\n\n" for one in units)
                )
                users, groups = f"ou=people,{base}", f"ou=groups,{base}"
            given = {"url": server.url, "bind_dn": server.admin_dn, "password": server.admin_password, **login}
            connection = LdapConnection("target", connect_timeout=5, read_timeout=10, **given)
            selection = Selection(
                user_bases=(users,),
                user_filter=user_filter,
                attributes=attributes or Attributes(),
                group_bases=(groups,),
            )
            layouts = {"people": Layout(users, groups, **(layout or {}))}
            target = LdapTarget(connection, selection, layouts, clock=lambda: NOW)
            open_ones.callback(target.close)
            return Desk(server, connection, selection, target, base, layouts)

        yield opening
