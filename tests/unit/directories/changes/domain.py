"""A domain controller that says what a test wrote down, and how the answers of a decent one look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from dirsync.directories.ldap.changes.containers import CONTAINERS
from dirsync.directories.ldap.changes.tombstones import SHOW_RECYCLED
from dirsync.directories.ldap.dialects.active_directory import ACTIVE_DIRECTORY_CAPABILITY
from dirsync.directories.ldap.dialects.interface import RootDse
from dirsync.directories.ldap.entry import Entry, entry_of
from dirsync.directories.ldap.page_loop import LineBroken, Page, Undecodable
from dirsync.directories.ldap.searches import Search

CONTEXT, SCHEMA = "DC=x", "CN=Schema,CN=Configuration,DC=x"
SERVICE = "CN=NTDS Settings,CN=DC1,CN=Servers,DC=x"
ROOT = RootDse(
    naming_contexts=(SCHEMA, CONTEXT, "DC=sub,DC=x"),
    controls=frozenset({SHOW_RECYCLED}),
    capabilities=frozenset({ACTIVE_DIRECTORY_CAPABILITY}),
)
WITNESS = "(&(isDeleted=TRUE)(objectClass=user)(!(objectClass=computer)))"
Told = Page | LineBroken


def guid(number: int) -> bytes:
    return UUID(text(number)).bytes_le


def text(number: int) -> str:
    return f"01234567-89ab-cdef-0123-4567{number:08x}"


def entry(name: str, number: int | None, **values: str | bytes) -> Entry:
    ids = [] if number is None else [("objectGUID", [guid(number)])]
    held = [(key, [value if isinstance(value, bytes) else value.encode()]) for key, value in values.items()]
    return entry_of(name if "=" in name else f"CN={name},DC=x", [*ids, *held])


def page(*entries: Entry | Undecodable, code: int = 0) -> Page:
    return Page(code, f"code {code}", "", entries, (), b"")


def attribute(name: str, syntax: str = "2.5.5.12", link: int = 0, flags: int = 0, oid: str = "1.2.3") -> Entry:
    links = {"linkID": str(link)} if link else {}
    held = {"lDAPDisplayName": name, "attributeID": oid, "attributeSyntax": syntax, "systemFlags": str(flags), **links}
    return entry(f"CN={name},{SCHEMA}", 1, **held)


def root_entry(committed: int) -> Entry:
    held = {"dsServiceName": SERVICE, "schemaNamingContext": SCHEMA, "highestCommittedUSN": str(committed)}
    return entry("", None, **held, defaultNamingContext=CONTEXT)


@dataclass
class DomainScript:
    """Takes the place of a connection; what it was told no answer for is answered with nothing.

    Searches are known by their filters (the schema's by `schema`), entries by their names.
    """

    committed: int = 100
    named: dict[str, Told] = field(default_factory=dict)
    found: dict[str, Told] = field(default_factory=dict)
    hidden: dict[str, Told] = field(default_factory=dict)
    schema: Told = field(default_factory=page)
    asked: list[str] = field(default_factory=list)
    controls: list[str] = field(default_factory=list)
    bases: dict[str, str] = field(default_factory=dict)
    """Of what was asked for with a control, by filter."""
    containers_of: list[str] = field(default_factory=list)

    def at(self, name: str, _: str, attributes: tuple[str, ...]) -> Page:
        assert attributes
        settings = entry(SERVICE, 1, invocationId=guid(2))
        decent = {"": page(root_entry(self.committed)), SERVICE: page(settings)}
        return given(self.named.get(name, decent.get(name, page(code=32))))

    def pages(self, search: Search) -> Callable[[bytes | None], Page]:
        self.asked.append(search.filter)
        if search.filter == CONTAINERS:
            self.containers_of.append(search.base)
        if search.base == SCHEMA:
            return lambda _: given(self.schema)
        return lambda _: given(self.found.get(search.filter, page()))

    def pages_with(self, search: Search, control: str, page_size: int) -> Callable[[bytes | None], Page]:
        assert page_size > 0
        self.controls.append(control)
        self.bases[search.filter] = search.base
        return lambda _: given(self.hidden.get(search.filter, page()))


def given(told: Told) -> Page:
    if isinstance(told, LineBroken):
        raise told
    return told
