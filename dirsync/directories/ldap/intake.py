"""Entries go into the spool, for every selection that asked; what can't be used is quarantined by its readable name."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from dirsync.directories.ldap.activity import expiry
from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable, member_name
from dirsync.directories.ldap.dn import fold_value, normal
from dirsync.directories.ldap.entry import values_for
from dirsync.directories.ldap.left_out import LeftOut
from dirsync.directories.ldap.plain_names import AT_ONCE, plain_names
from dirsync.model.conditions import without_effect
from dirsync.model.entries import MemberKind, Quarantined
from dirsync.model.snapshot import WHOLE, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.entry import Entry
    from dirsync.model.conditions import Conditions
    from dirsync.model.snapshot import Spool

NAMES_NOT_DNS = frozenset({"memberuid"})
"""Attributes whose members are login names (RFC 2307), not names of entries."""
_LONGEST_SHOWN = 120


class Intake:
    """Takes groups and users; an entry taken by two selections counts once.

    `wants_aliases` says whether some group names its members by what is no DN; who takes users first must set it.
    """

    def __init__(self, spool: Spool, decoder: Decoder, *, wants_aliases: bool = False) -> None:
        self._spool = spool
        self.decoder = decoder
        self.users = 0
        self.groups = 0
        self.wants_aliases = wants_aliases
        self.seen = 0
        """Users that were taken by this read; `users` are also those that an earlier one took and that are still so."""
        self._carried: dict[str, set[str]] = {}
        self.left_out = LeftOut()
        """Counts the entries left out; whoever reads search by search starts a new count with each."""
        self._primary_group = decoder.dialect.primary_group
        self._expires = decoder.dialect.expires

    def counted(self, entries: int, before: Tally) -> Tally:
        """Return what has come of so many entries since `before` was counted with none."""
        return Tally(
            entries, self.users - before.users, self.groups - before.groups, self.left_out.count - before.left_out
        )

    def count(self, tally: Tally) -> None:
        """Count what was taken by an earlier read and is still there."""
        self.users += tally.users
        self.groups += tally.groups
        self.left_out.count += tally.left_out

    def take_user(self, entry: Entry, selections: Iterable[Selection]) -> None:
        """Take an entry as a user of these selections."""
        taken = False
        try:
            aliases = tuple(self._aliases(entry)) if self.wants_aliases else ()
        except ValueError as why:
            self.leave_out(entry.dn, str(why))
            return
        for selection in selections:
            place = selection.name
            try:
                if selection.conditions:
                    if selection.conditions.left_out_by(values_for(entry)):
                        place = WHOLE
                    self._note_carried(entry, selection, selection.conditions)
                user = self.decoder.user(entry, selection.attributes)
            except ValueError as why:
                # nobody misses what the mapping would not take
                if place == selection.name:
                    self.leave_out(entry.dn, str(why))
                continue
            self._spool.add_user(user, place, self._expiry(entry, selection) if user.active else None)
            taken = True
        self.users += taken
        self.seen += taken
        if taken:
            for alias in aliases:
                self._spool.add_alias(entry.ref, alias)

    def _note_carried(self, entry: Entry, selection: Selection, conditions: Conditions) -> None:
        carried = self._carried.setdefault(selection.name, set())
        for attribute in conditions.attributes:
            # once is enough, and most attributes are met with the first entry
            if attribute not in carried:
                with suppress(ValueError):
                    carried.update({attribute} if any(values_for(entry)(attribute)) else ())

    def uncarried(self, selections: Iterable[Selection]) -> Iterator[str]:
        """Yield which attribute that a selection chooses people by nobody has, where this read took all of them.

        Of people whom an earlier read took it is not known what they carry; that read was asked itself.
        """
        for selection in selections if self.seen >= self.users else ():
            carried = self._carried.get(selection.name)
            if selection.conditions and carried is not None:
                yield from without_effect(selection.name, selection.conditions, carried)

    def _aliases(self, user: Entry) -> Iterator[str]:
        """Yield what groups may call a user beside its name. Raises ValueError where it does not tell."""
        if self._primary_group and (key := self._primary_group.key_named_by_user(user)):
            yield f"primary:{key.hex()}"
        for value in user.values("uid"):
            yield _login(value)

    def _expiry(self, entry: Entry, selection: Selection) -> datetime | None:
        attribute = selection.attributes.active
        if selection.attributes.active_values:
            return None
        if attribute:
            value = next(iter(entry.values(attribute)), b"")
            return expiry(attribute, value.decode("utf-8", "replace"))
        return self._expires(entry) if self._expires else None

    def take_group(self, entry: Entry, selections: Iterable[Selection]) -> frozenset[str]:
        """Take an entry as a group of these selections, with its members, and return the ids it goes by."""
        ids: set[str] = set()
        for selection in selections:
            try:
                group = self.decoder.group(entry, selection.group_attributes)
            except EntryUnusable as why:
                self.leave_out(entry.dn, str(why), is_group=True)
                continue
            self._spool.add_group(group, selection.name)
            ids.add(group.id)
            self._take_members(entry, group.id, selection)
        self.groups += bool(ids)
        if self._primary_group and (key := self._primary_group.key_of_group(entry)):
            for group_id in sorted(ids):
                self._add_alias_member(group_id, f"primary:{key.hex()}")
        return frozenset(ids)

    def take_more_members(self, entry: Entry, selections: Iterable[Selection], ids: frozenset[str]) -> bool:
        """Take further members of a group taken before under these ids; False when it is another group by now."""
        found: set[str] = set()
        for selection in selections:
            with suppress(EntryUnusable):
                group_id = self.decoder.group(entry, selection.group_attributes).id
                found.add(group_id)
                self._take_members(entry, group_id, selection)
        return found == ids

    def _take_members(self, entry: Entry, group_id: str, selection: Selection) -> None:
        for attribute in self.decoder.group_meaning(selection.group_attributes).member:
            self._take_values(entry, group_id, attribute)

    def _take_values(self, entry: Entry, group_id: str, attribute: str) -> None:
        if canonical(attribute.partition(";")[0]) in NAMES_NOT_DNS:
            for value in entry.all_values(attribute):
                self._add_alias_member(group_id, _login(value))
        else:
            self._spool.add_members(group_id, self._names(entry, group_id, attribute), MemberKind.ANY)

    def _names(self, entry: Entry, group_id: str, attribute: str) -> Iterator[str]:
        """Yield the names of members in normal form, and quarantine what is none."""
        left = iter(entry.all_values(attribute))
        while some := list(islice(left, AT_ONCE)):
            names = plain_names(some)
            yield from self._one_by_one(entry, group_id, attribute, some) if names is None else names

    def _one_by_one(self, entry: Entry, group_id: str, attribute: str, values: Iterable[bytes]) -> Iterator[str]:
        for value in values:
            try:
                yield normal(member_name(value))
            except ValueError as why:
                shown = value[:_LONGEST_SHOWN].decode("utf-8", "backslashreplace")
                name = f"{entry.dn}: {attribute} {shown}"
                reason = f"this member is no distinguished name: {why}"
                # of the group, not of a person: somebody of it is not known, so that nobody may be taken out of it
                self._spool.quarantine(Quarantined(name, reason, group_id, is_group=True))

    def _add_alias_member(self, group_id: str, alias: str) -> None:
        self.wants_aliases = True
        self._spool.add_member(group_id, alias, MemberKind.ALIAS)

    def leave_out(self, name: str, reason: str, *, is_group: bool = False) -> None:
        """Quarantine an entry by the name an admin can search for."""
        self.left_out.note(name, reason)
        self._spool.quarantine(Quarantined(name, reason, is_group=is_group))


def _login(value: bytes) -> str:
    """Return a login as the alias under which groups know it; servers compare logins as they compare names."""
    return f"login:{fold_value(value.decode('utf-8', 'replace'))}"
