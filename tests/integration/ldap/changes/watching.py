"""What the tests of change feeds share: a part of a directory of their own, and somebody who keeps up with it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from servers.ldap_server import LdapServer
from servers.samba import Samba, account_ldif
from unit.directories.changes.kept import Kept

from dirsync.directories.ldap import LdapConnection
from dirsync.directories.ldap.asking import Questions
from dirsync.directories.ldap.changes.choice import feed_of
from dirsync.directories.ldap.changes.interface import ChangeFeed, Changes
from dirsync.directories.ldap.changes.modify_timestamp import ModifyTimestamp
from dirsync.directories.ldap.changes.position import Position, parse_position
from dirsync.directories.ldap.connection import connected
from dirsync.directories.ldap.dialects import dialect_of
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.page_loop import Failure, SearchEnd, pages_of
from dirsync.directories.ldap.searches import Kind, Search
from dirsync.directories.ldap.text_forms import text_of

PEOPLE = "(&(objectClass=inetOrgPerson)(!(employeeType=left)))"
GROUPS = "(objectClass=groupOfNames)"
_numbers = itertools.count()


class Place:
    """A server, where its reader logs in; `branch` makes a part of it that nobody else touches."""

    def __init__(self, server: LdapServer, id_attribute: str, **login: str) -> None:
        self.server = server
        self.id_attribute = id_attribute
        given = {
            "bind_dn": server.reader_dn,  # type: ignore[attr-defined] # every server of the tests has a reader
            "password": server.reader_password,  # type: ignore[attr-defined]
            **login,
        }
        self.settings = LdapConnection("corp", server.url, read_timeout=20, **given)  # type: ignore[arg-type]

    def branch(self) -> Branch:
        return Branch(self, f"ou=branch{next(_numbers)},{self.server.base}")


class Domain(Place):
    """A domain controller."""

    def __init__(self, server: Samba, **login: str) -> None:
        super().__init__(server, "objectGUID", ca_file=str(server.ca_file), **login)

    def branch(self) -> DomainBranch:
        return DomainBranch(self, f"ou=branch{next(_numbers)},{self.server.base}")


class Branch:
    """`ou=inside` is read, `ou=outside` is not; `ou=deeper` lies in it. Names of people and groups are theirs alone."""

    people = PEOPLE
    groups = GROUPS
    first = "uid"
    """What the names of people begin with."""
    words = "cn"
    """An attribute that holds any words, and several."""

    def __init__(self, place: Place, base: str) -> None:
        self.place, self.server = place, place.server
        self.base = f"ou=inside,{base}"
        self.outside = f"ou=outside,{base}"
        self.deeper = f"ou=deeper,{self.base}"
        for name in (base, self.base, self.outside, self.deeper):
            self.change(name, f"add\nobjectClass: organizationalUnit\nou: {name[3:].partition(',')[0]}")

    def change(self, name: str, rest: str) -> None:
        self.server.modify(f"dn: {name}\nchangetype: {rest}\n")

    def person(self, uid: str, where: str = "", **values: str) -> str:
        name = f"uid={uid},{where or self.base}"
        more = "".join(f"\n{attribute}: {value}" for attribute, value in values.items())
        self.change(name, f"add\nobjectClass: inetOrgPerson\nuid: {uid}\ncn: {uid}\nsn: {uid}{more}")
        return name

    def group(self, cn: str, *members: str) -> str:
        name = f"cn={cn},{self.base}"
        listed = "".join(f"\nmember: {member}" for member in members or ("cn=nobody",))
        self.change(name, f"add\nobjectClass: groupOfNames\ncn: {cn}{listed}")
        return name

    def put(self, name: str, attribute: str, *values: str) -> None:
        lines = "".join(f"\n{attribute}: {value}" for value in values)
        self.change(name, f"modify\nreplace: {attribute}{lines}")

    def delete(self, name: str) -> None:
        self.change(name, "delete")

    def rename(self, name: str, first: str, where: str = "") -> str:
        parent = where or name.partition(",")[2]
        self.change(name, f"modrdn\nnewrdn: {first}\ndeleteoldrdn: 1" + (f"\nnewsuperior: {where}" if where else ""))
        return f"{first},{parent}"

    def search(self, kind: Kind = Kind.USERS, **other: object) -> Search:
        attributes = {
            Kind.USERS: (self.place.id_attribute, self.words, self.first, "mail", "employeeType"),
            Kind.GROUPS: (self.place.id_attribute, "cn", "member", "description"),
        }[kind]
        asked = Search(kind, self.base, self.people if kind is Kind.USERS else self.groups, attributes, ())
        return replace(asked, **other)  # type: ignore[arg-type]


class DomainBranch(Branch):
    """A part of a domain, where every account has a name that no other has, wherever it is."""

    people = "(&(objectCategory=person)(objectClass=user)(!(employeeType=left)))"
    groups = "(objectClass=group)"
    first = "cn"
    words = "otherTelephone"

    def person(self, uid: str, where: str = "", **values: str) -> str:
        self.server.modify(account_ldif(uid, where or self.base, sAMAccountName=f"a{next(_numbers)}", **values))
        return f"CN={uid},{where or self.base}"

    def group(self, cn: str, *members: str) -> str:
        name = f"CN={cn},{self.base}"
        listed = "".join(f"\nmember: {member}" for member in members)
        self.change(name, f"add\nobjectClass: group\nsAMAccountName: a{next(_numbers)}{listed}")
        return name


class Watcher:
    """Keeps up with one search from poll to poll, over a new connection each time, its position kept as text."""

    def __init__(self, place: Place, search: Search, *, by_time: bool = False) -> None:
        self.place, self.search, self.by_time = place, search, by_time
        self.settings = place.settings
        self.later = timedelta()
        """How much later than now it polls."""
        self.kept = Kept()
        self.position: Position | None = None

    @contextmanager
    def questions(self) -> Iterator[tuple[Questions, ChangeFeed]]:
        with connected(self.settings) as connection:
            questions = Questions(connection, self.settings)
            root = questions.root_dse()
            dialect = dialect_of(root)
            now = datetime.now(UTC) + self.later
            made = ModifyTimestamp if self.by_time else feed_of
            yield questions, made(self.settings, root, dialect, now)

    def poll(self) -> Changes | Failure:
        with self.questions() as (questions, feed):
            found = feed.poll(questions, self.search, self.position, self.kept)
        if isinstance(found, Changes):
            self.kept.keep(found)
            self.position = parse_position(str(found.position))
            assert self.position == found.position
        return found

    def changes(self) -> Changes:
        found = self.poll()
        assert isinstance(found, Changes), found
        return found

    def fresh(self) -> dict[str, Entry]:
        """Read everything, page by page: the second opinion."""
        with connected(self.settings) as connection:
            end = SearchEnd()
            questions = Questions(connection, self.settings)
            dialect = dialect_of(questions.root_dse())
            pages = pages_of(questions.pages(self.search), end, dialect, "reader")
            found = [entry for page in pages for entry in page if isinstance(entry, Entry)]
        assert end.failure is None, end.failure
        attribute = self.place.id_attribute
        return {text_of(attribute, entry.values(attribute)[0]): entry for entry in found}

    def assert_up_to_date(self) -> None:
        assert self.kept.state == self.fresh()

    def told(self) -> dict[str, str]:
        """Return what the last poll told, by uid or cn where it is an entry."""
        return {
            entry_id: told if isinstance(told, str) else next(iter(told.values("uid") or told.values("cn"))).decode()
            for entry_id, told in self.kept.told.items()
            if isinstance(told, str | Entry)
        }
