"""Entries go into the spool, for every selection that asked; what can't be used is quarantined by its readable name."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable, member_name
from dirsync.directories.ldap.dn import fold_value, normal
from dirsync.directories.ldap.left_out import LeftOut
from dirsync.model.entries import MemberKind, Quarantined

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dirsync.directories.interface import Selection
    from dirsync.directories.ldap.entry import Entry
    from dirsync.model.snapshot import Spool

NAMES_NOT_DNS = frozenset({"memberuid"})
"""Attributes whose members are login names (RFC 2307), not names of entries."""
_LONGEST_SHOWN = 120


class Intake:
    """Takes groups first, then users: `wanted_logins` holds the logins that groups named meanwhile.

    `users` and `groups` count what was taken into the spool; an entry taken by two selections counts once.
    """

    def __init__(self, spool: Spool, decoder: Decoder) -> None:
        self._spool = spool
        self.decoder = decoder
        self.users = 0
        self.groups = 0
        self.wanted_logins: dict[str, set[str]] = defaultdict(set)
        """Folded login to the ids of the groups it is a member of; empty where no group names logins."""
        self.left_out = LeftOut()
        """Counts the entries left out; whoever reads search by search starts a new count with each."""
        self._primary_group = decoder.dialect.primary_group
        self._ids_by_key: dict[bytes, set[str]] = defaultdict(set)
        """Groups by what users name them by, where the dialect knows of such memberships (`PrimaryGroup`)."""

    def take_user(self, entry: Entry, selections: Iterable[Selection]) -> None:
        """Take an entry as a user of these selections."""
        taken = False
        try:
            primary_groups = self._primary_groups(entry)
        except ValueError as why:
            self.leave_out(entry.dn, str(why))
            return
        for selection in selections:
            try:
                user = self.decoder.user(entry, selection.attributes)
            except EntryUnusable as why:
                self.leave_out(entry.dn, str(why))
                continue
            self._spool.add_user(user, selection.name)
            taken = True
        self.users += taken
        if taken:
            self.resolve_logins(entry)
            for group_id in primary_groups:
                self._spool.add_member(group_id, entry.ref, MemberKind.USER)

    def _primary_groups(self, user: Entry) -> Iterable[str]:
        """Return the ids of the group that only the user knows of; none where that group was not asked for."""
        known = self._primary_group
        return self._ids_by_key.get(known.key_named_by_user(user), ()) if known and self._ids_by_key else ()

    def resolve_logins(self, entry: Entry) -> None:
        """Put a person into the groups that name its login."""
        if not self.wanted_logins:
            return
        for value in entry.values("uid"):
            for group_id in self.wanted_logins.get(fold_value(value.decode("utf-8", "replace")), ()):
                self._spool.add_member(group_id, entry.ref, MemberKind.USER)

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
            self._ids_by_key[key] |= ids
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
        by_login = canonical(attribute.partition(";")[0]) in NAMES_NOT_DNS
        for value in entry.all_values(attribute):
            if by_login:
                self.wanted_logins[fold_value(value.decode("utf-8", "replace"))].add(group_id)
                continue
            try:
                self._spool.add_member(group_id, normal(member_name(value)), MemberKind.ANY)
            except ValueError as why:
                shown = value[:_LONGEST_SHOWN].decode("utf-8", "backslashreplace")
                name = f"{entry.dn}: {attribute} {shown}"
                reason = f"this member is no distinguished name: {why}"
                # of the group, not of a person: somebody of it is not known, so that nobody may be taken out of it
                self._spool.quarantine(Quarantined(name, reason, is_group=True))

    def leave_out(self, name: str, reason: str, *, is_group: bool = False) -> None:
        """Quarantine an entry by the name an admin can search for."""
        self.left_out.note(name, reason)
        self._spool.quarantine(Quarantined(name, reason, is_group=is_group))
