"""Changes on groups and memberships in an LDAP tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dirsync.apply.targets.endings import Ending, already, failed, refused
from dirsync.apply.targets.ldap_memberships import Listings, proof_of, put_in, take_out
from dirsync.apply.targets.ldap_people import NotTheOne
from dirsync.apply.targets.ldap_replies import ALREADY_EXISTS, NO_SUCH_OBJECT, judged
from dirsync.directories.ldap.decoding import EntryUnusable
from dirsync.directories.ldap.writing.groups import described, member_value, new_group, renamed_group
from dirsync.directories.ldap.writing.requests import Delete
from dirsync.model.plans import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from dirsync.apply.targets.ldap_people import People
    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.writing.layout import Layout
    from dirsync.directories.ldap.writing.requests import Request
    from dirsync.directories.ldap.writing.tree import Reply, Tree
    from dirsync.model.entries import Group
    from dirsync.model.plans import Change


class Groups:
    """Carries out the Changes on groups. `layouts` is per Mapping."""

    def __init__(self, tree: Tree, layouts: Mapping[str, Layout]) -> None:
        self._tree, self._layouts = tree, layouts
        self._listings = Listings(tree)

    def create_group(self, change: Change) -> Ending:
        """Make a group; one that is there already and equal counts."""
        tree, layout = self._tree, self._layouts[change.mapping]
        if not layout.groups_base:
            return refused(
                f"{tree.where}: '{change.group}' can't be made: the mapping does not say where. Set target.groups_base."
            )
        description = str(change.after.get("description", ""))
        if there := tree.groups_called(change.group):
            return self._compared(there[0], description)
        try:
            request = new_group(change.group, description, layout, tree.decoder.dialect.writing)
        except ValueError as error:
            return refused(f"{tree.where}: '{change.group}' can't be made: {error}.")
        reply = tree.send(request)
        return Ending(Result.DONE) if reply.is_success else self._not_made(change, reply, request.dn, layout)

    def _compared(self, there: Entry, description: str) -> Ending:
        group = self._decoded(there)
        if not description or group.description == description:
            return already("the group was already there")
        return failed(
            f"{self._tree.where} already has a group '{group.name}' with another description. Adopt, or remove it by "
            "hand."
        )

    def _not_made(self, change: Change, reply: Reply, dn: str, layout: Layout) -> Ending:
        where = self._tree.where
        if reply.code == ALREADY_EXISTS:
            return failed(
                f"{where} already has an entry {dn!r} that is no group dirsync knows, or one of the same login. Rename "
                f"or remove it by hand, or correct target.groups_base. The server said: {reply.words}."
            )
        if reply.code == NO_SUCH_OBJECT:
            return failed(
                f"{where}: '{change.group}' can't be made, since there is no {layout.groups_base!r}. Make it, or "
                "correct target.groups_base in the mapping."
            )
        return judged(where, change, reply)

    def update_group(self, change: Change) -> Ending:
        """Change the description."""
        group = self.found(change)
        description = str(change.after.get("description", ""))
        if self._decoded(group).description == description:
            return already("it was already so")
        return self._send_all(change, group, [described(group, description)])

    def rename_group(self, change: Change) -> Ending:
        """Give a group its new name, and the groups it is in too."""
        new = str(change.after["name"])
        group = self.found(change, new)
        if self._decoded(group).name == new:
            return already(f"it was already called '{new}'")
        if any(entry.dn != group.dn for entry in self._tree.groups_called(new)):
            return failed(f"{self._tree.where} already has another group called '{new}'.")
        meaning = self._tree.decoder.group_meaning(self._tree.selection.group_attributes)
        parents = self._listings.groups(group.dn, "")
        ending = self._send_all(change, group, renamed_group(group, meaning.name, new))
        if ending.result is not Result.DONE:
            return ending
        now = self._tree.group(self._decoded(group).id)
        left = self._listings.follow(parents, (group.dn, ""), (now.dn if now else group.dn, ""))
        return failed(f"'{new}' was renamed, but groups still list the old name: {left}") if left else ending

    def remove_group(self, change: Change) -> Ending:
        """Remove a group, and its name from the groups it is in."""
        try:
            group = self.found(change)
        except NotTheOne as wrong:
            return already("it was already gone") if wrong.is_gone else wrong.ending
        if left := self._listings.forget(self._listings.groups(group.dn, ""), group.dn, ""):
            return failed(f"{self._tree.where}: '{change.group}' was not removed, since it is still in groups: {left}")
        return self._send_all(change, group, [Delete(group.dn)])

    def found(self, change: Change, new_name: str = "") -> Entry:
        """Return the group a Change means. Raises `NotTheOne`."""
        where = self._tree.where
        named = [one for name in (change.group, new_name) if name for one in self._tree.groups_called(name)]
        if change.group_id:
            named = [one for one in named if self._decoded(one).id == change.group_id]
            if not named and (now := self._tree.group(change.group_id)) is not None:
                message = f"'{change.group}' in {where} is called '{self._decoded(now).name}' by now. "
                raise NotTheOne(refused(f"{message}Nothing was done; the next run plans anew."))
        if len(named) == 1:
            return named[0]
        if named:
            several = ", ".join(one.dn for one in named)
            raise NotTheOne(failed(f"{where} has several groups '{change.group}': {several}."))
        bases = " or ".join(self._tree.selection.group_bases)
        raise NotTheOne(failed(f"{where} has no group '{change.group}' below {bases}."), is_gone=True)

    def child(self, name: str) -> Entry:
        """Return the group of this name that is in another one. Raises `NotTheOne`."""
        named = self._tree.groups_called(name)
        if len(named) != 1:
            raise NotTheOne(failed(f"{self._tree.where} has {len(named) or 'no'} groups '{name}'."))
        return named[0]

    def _send_all(self, change: Change, group: Entry, requests: Iterable[Request]) -> Ending:
        for request in requests:
            reply = self._tree.send(request, proof_of(self._tree, group))
            if not reply.is_success:
                return judged(self._tree.where, change, reply)
        return Ending(Result.DONE)

    def _decoded(self, entry: Entry) -> Group:
        try:
            return self._tree.decoder.group(entry, self._tree.selection.group_attributes)
        except EntryUnusable as why:
            raise NotTheOne(failed(f"{self._tree.where}: {entry.dn} can't be used: {why}.")) from None


class Memberships:
    """Carries out the Changes on memberships."""

    def __init__(self, tree: Tree, people: People, groups: Groups) -> None:
        self._tree, self._people, self._groups = tree, people, groups

    def add_member(self, change: Change) -> Ending:
        """Put a user into a group."""
        return self._ended(change, put_in, self._groups.found(change), self._user(change))

    def remove_member(self, change: Change) -> Ending:
        """Take a user out of a group; one that is gone is in none."""
        group = self._groups.found(change)
        try:
            account = self._people.member(change)
        except NotTheOne as wrong:
            return already("the account was already gone") if wrong.is_gone else wrong.ending
        primary = self._tree.decoder.dialect.primary_group
        if primary and (key := primary.key_of_group(group)) and key == primary.key_named_by_user(account.entry):
            return refused(
                f"{self._tree.where}: '{change.group}' is the primary group of '{change.user}', which is no membership "
                "dirsync could end. Give the account another primary group by hand."
            )
        return self._ended(change, take_out, group, (account.entry.dn, account.user.username))

    def add_child_group(self, change: Change) -> Ending:
        """Put a group into a group."""
        return self._ended(change, put_in, self._groups.found(change), self._child(change))

    def remove_child_group(self, change: Change) -> Ending:
        """Take a group out of a group."""
        return self._ended(change, take_out, self._groups.found(change), self._child(change))

    def _child(self, change: Change) -> tuple[str, str]:
        return self._groups.child(change.child_group).dn, ""

    def _user(self, change: Change) -> tuple[str, str]:
        account = self._people.member(change)
        return account.entry.dn, account.user.username

    def _ended(
        self,
        change: Change,
        carry_out: Callable[[Tree, Entry, bytes], Ending | Reply],
        group: Entry,
        member: tuple[str, str],
    ) -> Ending:
        try:
            value = member_value(group, *member)
            if not value:
                return refused(f"{self._tree.where}: '{change.group}' lists logins, and a group has none.")
            end = carry_out(self._tree, group, value)
        except ValueError as error:
            return refused(f"{self._tree.where}: '{change.group}' can't be changed: {error}.")
        return end if isinstance(end, Ending) else judged(self._tree.where, change, end)
