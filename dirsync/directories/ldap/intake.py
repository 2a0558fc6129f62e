"""Entries go into the spool, for every selection that asked; what can't be used is quarantined by its readable name."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from dirsync.directories.ldap.attribute_names import canonical
from dirsync.directories.ldap.decoding import Decoder, EntryUnusable, member_name
from dirsync.directories.ldap.dn import normal
from dirsync.model.entries import MemberKind, Quarantined
from dirsync.model.names import fold

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

    def take_user(self, entry: Entry, selections: Iterable[Selection]) -> None:
        """Take an entry as a user of these selections."""
        taken = False
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

    def resolve_logins(self, entry: Entry) -> None:
        """Put a person into the groups that name its login."""
        if not self.wanted_logins:
            return
        for value in entry.values("uid"):
            for group_id in self.wanted_logins.get(fold(value.decode("utf-8", "replace")), ()):
                self._spool.add_member(group_id, entry.ref, MemberKind.USER)

    def take_group(self, entry: Entry, selections: Iterable[Selection]) -> None:
        """Take an entry as a group of these selections, with its members."""
        taken = False
        for selection in selections:
            try:
                group = self.decoder.group(entry, selection.group_attributes)
            except EntryUnusable as why:
                self.leave_out(entry.dn, str(why), is_group=True)
                continue
            self._spool.add_group(group, selection.name)
            taken = True
            for attribute in self.decoder.group_meaning(selection.group_attributes).member:
                self._take_members(entry, group.id, attribute)
        self.groups += taken

    def _take_members(self, entry: Entry, group_id: str, attribute: str) -> None:
        by_login = canonical(attribute.partition(";")[0]) in NAMES_NOT_DNS
        for value in entry.all_values(attribute):
            if by_login:
                self.wanted_logins[fold(value.decode("utf-8", "replace"))].add(group_id)
                continue
            try:
                self._spool.add_member(group_id, normal(member_name(value)), MemberKind.ANY)
            except ValueError as why:
                shown = value[:_LONGEST_SHOWN].decode("utf-8", "backslashreplace")
                self.leave_out(f"{entry.dn}: {attribute} {shown}", f"this member is no distinguished name: {why}")

    def leave_out(self, name: str, reason: str, *, is_group: bool = False) -> None:
        """Quarantine an entry by the name an admin can search for."""
        self._spool.quarantine(Quarantined(name, reason, is_group=is_group))
