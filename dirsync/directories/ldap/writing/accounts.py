"""The requests that make, change, rename and switch accounts. Pure: what an account holds now is handed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.dn import relative_name
from dirsync.directories.ldap.entry import Entry
from dirsync.directories.ldap.writing.names import child_of, names_itself_by, rdn_with
from dirsync.directories.ldap.writing.requests import Add, Do, Modify, Rename, replacing
from dirsync.directories.ldap.writing.switching import switch_of_new, switched
from dirsync.model.names import fold, nfc

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.directories.interface import Attributes
    from dirsync.directories.ldap.dialects.writing import Writing
    from dirsync.directories.ldap.writing.layout import Layout
    from dirsync.directories.ldap.writing.requests import Modification, Request, Values
    from dirsync.model.entries import User

TEXTS = ("username", "email", "first_name", "last_name", "display_name")
PERSONS = frozenset({"person", "organizationalperson", "inetorgperson", "residentialperson"})
"""Classes of entries that must have `cn` and `sn` (RFC 4519, 3.12)."""


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it stands on the target now."""

    entry: Entry
    user: User


@dataclass(frozen=True, slots=True)
class Written:
    """How accounts are written on one target: which attribute means what, and the habits of its family."""

    meaning: Attributes
    """Every field but `active` is filled in."""
    habits: Writing

    @property
    def switch(self) -> str:
        """The attribute that disables an account; empty where none does."""
        return self.meaning.active or self.habits.switch

    def new_dn(self, layout: Layout, wanted: Mapping[str, str | bool]) -> str:
        """Return the name of an account to be made; `wanted` is a Change's `after`, the username among it."""
        rdn = layout.rdn or self.habits.rdn
        named = next((str(wanted[text]) for text in TEXTS if _is(self._attribute(text), rdn) and wanted.get(text)), "")
        return child_of(layout.users_base, rdn, named or str(wanted["username"]))

    def new_account(self, layout: Layout, wanted: Mapping[str, str | bool], password: Values = ()) -> Add:
        """Return the request that makes an account, `password` being what its family's attribute of it holds.

        Raises ValueError, in words, for what can't be written down.
        """
        classes = layout.object_classes or self.habits.object_classes
        held: dict[str, tuple[str, Values]] = {}
        for text in TEXTS:
            self._hold(held, self._attribute(text), str(wanted.get(text, "")))
        dn = self.new_dn(layout, wanted)
        for name, value in relative_name(dn):
            held.setdefault(name, (layout.rdn or self.habits.rdn, (value.encode(),)))
        if PERSONS & {name.lower() for name in classes}:
            for name, value in _fillers(wanted):
                held.setdefault(name, (name, (value.encode(),)))
        if marks := switch_of_new(self.switch, active=bool(wanted.get("active", True))):
            held.setdefault(canonical(self.switch), (self.switch, marks))
        if password:
            held[canonical(self.habits.password)] = (self.habits.password.value, password)
        return Add(dn, (("objectClass", tuple(name.encode() for name in classes)), *held.values()))

    def _attribute(self, text: str) -> str:
        return str(getattr(self.meaning, text))

    def _hold(self, held: dict[str, tuple[str, Values]], attribute: str, value: str) -> None:
        if not value or not attribute:
            return
        before = held.setdefault(canonical(attribute), (attribute, (value.encode(),)))
        if before[1] != (value.encode(),):
            raise ValueError(
                f"{attribute} would have to be {before[1][0].decode()!r} and {value!r} at once; name an attribute of "
                "its own for each under target.users.attributes"
            )

    def updated(self, account: Account, wanted: Mapping[str, str | bool]) -> tuple[Modification, ...]:
        """Return what gives an account these texts; nothing where it shows them already."""
        entry, before = account.entry, account.user
        changes = {
            canonical(self._attribute(text)): replacing(
                self._attribute(text), *_with_first(entry, self._attribute(text), value)
            )
            for text in TEXTS[1:]
            if isinstance(value := wanted.get(text), str) and nfc(getattr(before, text)) != nfc(value)
        }
        if changes:
            mapped = {canonical(self._attribute(text)) for text in TEXTS} | {
                name for name, _ in relative_name(entry.dn)
            }
            after = {text: wanted.get(text, getattr(before, text)) for text in TEXTS}
            old = dict(_fillers({text: getattr(before, text) for text in TEXTS}))
            for name, value in _fillers(after):
                if name not in mapped and value != old[name] and list(entry.values(name)[:1]) == [old[name].encode()]:
                    changes[name] = replacing(name, *_with_first(entry, name, value))
        return tuple(changes.values())

    def switched(self, account: Account, *, active: bool) -> tuple[Modification, ...]:
        """Return what makes an account active or inactive. Raises ValueError, in words, where it can't be."""
        return switched(self.switch, account.entry.values(self.switch), active=active)

    def renamed(self, account: Account, username: str) -> Iterator[Request]:
        """Yield what gives an account another username: its attribute, its name in the tree, or both."""
        entry, old, attribute = account.entry, account.user.username, self.meaning.username
        if names_itself_by(entry.dn, attribute, old):
            if follow := tuple(self._following(entry, old, username)):
                yield Modify(entry.dn, follow)
            yield Rename(entry.dn, rdn_with(entry.dn, attribute, username))
            return
        others = [value for value in entry.values(attribute) if fold(value.decode("utf-8", "replace")) != fold(old)]
        yield Modify(
            entry.dn, (replacing(attribute, username.encode(), *others), *self._following(entry, old, username))
        )
        named_by = next((name for name, _ in relative_name(entry.dn) if names_itself_by(entry.dn, name, old)), "")
        if named_by:
            yield Rename(entry.dn, rdn_with(entry.dn, named_by, username))

    def _following(self, entry: Entry, old: str, new: str) -> Iterator[Modification]:
        for attribute in self.habits.named_after_username:
            if _is(attribute, self.meaning.username):
                continue
            for value in entry.values(attribute):
                name, at, domain = value.decode("utf-8", "replace").rpartition("@")
                if at and fold(name) == fold(old):
                    yield replacing(attribute, f"{new}@{domain}".encode())


def with_changes(entry: Entry, changes: tuple[Modification, ...]) -> Entry:
    """Return an entry as it would be after the changes."""
    after = Entry(entry.dn, dict(entry.held))
    for change in changes:
        before = () if change.do is Do.REPLACE else after.values(change.attribute)
        kept = [value for value in before if value not in change.values]
        values = [*kept, *(() if change.do is Do.DELETE else change.values)]
        after.held[canonical(change.attribute)] = values[0] if len(values) == 1 else values
    return after


def _fillers(wanted: Mapping[str, str | bool]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return what stands in the attributes that every person must have, where nothing is said of them."""
    name = str(wanted.get("display_name") or wanted["username"])
    return ("cn", name), ("sn", str(wanted.get("last_name") or name))


def _with_first(entry: Entry, attribute: str, value: str) -> Values:
    """Return an attribute's values with another one in front, which is the one that is read; the rest stays."""
    others = tuple(one for one in entry.values(attribute)[1:] if one != value.encode())
    return (value.encode(), *others) if value else others


def _is(one: str, other: str) -> bool:
    return bool(one) and canonical(one) == canonical(other)
