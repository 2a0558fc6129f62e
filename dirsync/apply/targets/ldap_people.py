"""Changes on people in an LDAP tree, each after the proof that the account is still the one that is meant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from dirsync.apply.targets.endings import Ending, already, failed, refused
from dirsync.apply.targets.ldap_memberships import Listings
from dirsync.apply.targets.ldap_replies import ALREADY_EXISTS, NO_SUCH_OBJECT, judged
from dirsync.apply.targets.new_passwords import random_password
from dirsync.directories.ldap.decoding import EntryUnusable
from dirsync.directories.ldap.dialects.writing import PasswordWay
from dirsync.directories.ldap.dn import relative_name
from dirsync.directories.ldap.writing.accounts import TEXTS, Account, Written, with_changes
from dirsync.directories.ldap.writing.names import names_itself_by, rdn_with, renamed_dn, same_name
from dirsync.directories.ldap.writing.requests import Delete, Modify, Rename
from dirsync.model.names import nfc, same
from dirsync.model.plans import Result

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.writing.layout import Layout
    from dirsync.directories.ldap.writing.requests import Request
    from dirsync.directories.ldap.writing.tree import Reply, Tree
    from dirsync.model.plans import Change


_UNBORNE = "Groups were told the new name beforehand and list it still: {}. Take it out by hand."


class NotTheOne(Exception):
    """An account can't be found, or is not the one a Change means; says how the Change ends."""

    def __init__(self, ending: Ending, *, is_gone: bool = False) -> None:
        super().__init__(ending.message)
        self.ending = ending
        self.is_gone = is_gone


class People:
    """Carries out the Changes on people. `layouts` is per Mapping."""

    def __init__(self, tree: Tree, layouts: Mapping[str, Layout]) -> None:
        self._tree, self._layouts = tree, layouts
        self._listings = Listings(tree)

    @property
    def _written(self) -> Written:
        decoder = self._tree.decoder
        return Written(decoder.user_meaning(self._tree.selection.attributes), decoder.dialect.writing)

    def create_user(self, change: Change) -> Ending:
        """Make an account; one that is there already and equal counts."""
        tree, written, layout = self._tree, self._written, self._layouts[change.mapping]
        wanted: dict[str, str | bool] = {"username": change.user, "active": True, **change.after}
        password, notes = self._password_for(layout)
        if not password and written.habits.password is PasswordWay.BY_DOMAIN and wanted["active"]:
            wanted["active"] = False
            notes.append("the account is disabled, since without a password it can't be active; set one and enable it")
        if there := tree.people_called(str(wanted["username"])):
            return self._compared(there, wanted)
        dn = written.new_dn(layout, wanted)
        if listing := self._listings.groups(dn, str(wanted["username"])):
            named = ", ".join(group.dn for group in listing)
            return refused(
                f"{tree.where}: {named} list {dn!r} or its login although there is no such account, so that a new one "
                "would be in them at once. Take that name out of them first."
            )
        ending = self._make(change, layout, wanted, password)
        # a server may repeat what it was sent
        told = "; ".join(filter(None, [*(notes if ending.result is Result.DONE else ()), ending.message]))
        return replace(ending, message=told.replace(password, "***") if password else told)

    def _make(self, change: Change, layout: Layout, wanted: Mapping[str, str | bool], password: str) -> Ending:
        tree, written = self._tree, self._written
        way = written.habits.password
        try:
            request = written.new_account(layout, wanted, _encoded(password, way))
        except ValueError as error:
            return failed(f"{tree.where}: '{wanted['username']}' can't be made: {error}.")
        reply = tree.send(request)
        if not reply.is_success:
            return self._not_made(change, reply, request.dn, layout)
        made = reply.made or tree.at(request.dn)
        is_asked_for = bool(password) and way is PasswordWay.BY_REQUEST
        note = self._give_password(request.dn, password, is_active=bool(wanted["active"])) if is_asked_for else ""
        return Ending(Result.DONE, note, self._id_of(made))

    def _password_for(self, layout: Layout) -> tuple[str, list[str]]:
        if not layout.has_password:
            return "", []
        why = self._tree.no_secrets
        return ("", [f"it has no password: {why}"]) if why else (random_password(), [])

    def _give_password(self, dn: str, password: str, *, is_active: bool) -> str:
        """Have a new account given its password, unless it is disabled: OpenLDAP unlocks whoever gets a new one.

        Says why it has none, if it has none.
        """
        if not is_active:
            return "it has no password, since it is disabled"
        given = self._tree.set_password(dn, password)
        return "" if given.is_success else f"it has no password: {given.words}"

    def _compared(self, there: list[Entry], wanted: Mapping[str, str | bool]) -> Ending:
        """Judge what is there under the name of an account to be made."""
        where = self._tree.where
        account = self._decoded(there[0])
        # what nobody said anything of is no difference
        differing = [
            text
            for text in TEXTS[1:]
            if isinstance(value := wanted.get(text), str) and value and nfc(getattr(account.user, text)) != nfc(value)
        ]
        differing += ["active"] * (account.user.active != wanted["active"])
        if not differing and len(there) == 1:
            return already("the account was already there", account.user.id)
        differs = f"it differs in {', '.join(differing)}" if differing else "there are several of that name"
        return failed(
            f"{where} already has an account '{account.user.username}' ({account.entry.dn}, id {account.user.id}) that "
            f"is not the one to be created: {differs}. Adopt, rename or remove it by hand."
        )

    def _not_made(self, change: Change, reply: Reply, dn: str, layout: Layout) -> Ending:
        where = self._tree.where
        if reply.code == ALREADY_EXISTS:
            return failed(
                f"{where} already has an entry {dn!r} that is no account as target.users describes them, or one that "
                "uses a value which only one may have. Rename or remove it by hand, or correct the mapping. The server "
                f"said: {reply.words}."
            )
        if reply.code == NO_SUCH_OBJECT:
            return failed(
                f"{where}: '{change.user}' can't be made, since there is no {layout.users_base!r}. Make it, or correct "
                "target.users.base in the mapping."
            )
        return judged(where, change, reply)

    def _id_of(self, entry: Entry | None) -> str:
        try:
            return self._decoded(entry).user.id if entry else ""
        except NotTheOne:  # the next read finds it by its name, and says what is wrong with it
            return ""

    def update_user(self, change: Change) -> Ending:
        """Change attributes, and leave the others as they are."""
        account = self._owner(change)
        return self._modify(change, account, self._written.updated(account, change.after))

    def deactivate_user(self, change: Change) -> Ending:
        """Switch an account off."""
        return self._switch(change, active=False)

    def reactivate_user(self, change: Change) -> Ending:
        """Switch an account on again."""
        return self._switch(change, active=True)

    def _switch(self, change: Change, *, active: bool) -> Ending:
        account = self._owner(change)
        if account.user.active == active:
            return already("it was already so")
        try:
            changes = self._written.switched(account, active=active)
        except ValueError as error:
            return refused(f"{self._tree.where}: '{change.user}' can't be {_switched(active)}: {error}.")
        if self._decoded(with_changes(account.entry, changes)).user.active != active:
            return refused(
                f"{self._tree.where}: '{change.user}' would not be {_switched(active)} by {self._written.switch} "
                "alone: something else, such as an expiry date, says so too. Change that by hand."
            )
        return self._modify(change, account, changes)

    def _modify(self, change: Change, account: Account, changes: tuple[object, ...]) -> Ending:
        if not changes:
            return already("it was already so")
        return self._send_all(change, account, [Modify(account.entry.dn, changes)])  # type: ignore[arg-type]

    def rename_user(self, change: Change) -> Ending:
        """Give an account its new name, in every group that calls it by the old one too, and other attributes."""
        old, new = str(change.before.get("username", change.user)), str(change.after["username"])
        account = self._owner(replace(change, user=old), new)
        ending = (
            self._settle_name(account, old) if account.user.username == new else self._give_name(change, account, new)
        )
        if ending.result in {Result.DONE, Result.ALREADY_SO} and len(change.after) > 1:
            rest = self.update_user(replace(change, user=new))
            return ending if rest.result is Result.ALREADY_SO else replace(rest, target_id=ending.target_id)
        return ending

    def _settle_name(self, account: Account, old: str) -> Ending:
        """Let the groups follow a rename that was done before, by whomever, unless the old name has a new bearer."""
        new, dn = account.user.username, account.entry.dn
        named_by = [name for name, _ in relative_name(dn) if names_itself_by(dn, name, new)]
        old_dn = renamed_dn(dn, rdn_with(dn, named_by[0], old)) if named_by else dn
        is_free = self._tree.at(old_dn) is None and not self._tree.people_called(old)
        if not same_name(old_dn, dn) and is_free:
            left = self._listings.follow(self._listings.groups(old_dn, old), (old_dn, old), (dn, new))
            if left:
                return self._still_known(new, left)
        return already(f"it was already called '{new}'", account.user.id)

    def _give_name(self, change: Change, account: Account, new: str) -> Ending:
        others = [self._decoded(one) for one in self._tree.people_called(new)]
        if taken := next((one for one in others if one.user.id != account.user.id), None):
            return failed(
                f"{self._tree.where} already has another account called '{taken.user.username}' (id {taken.user.id}). "
                "Rename or remove that one, or the person at the source."
            )
        dn, old = account.entry.dn, account.user.username
        groups = self._listings.groups(dn, old)
        requests = list(self._written.renamed(account, new))
        planned_dn = next((renamed_dn(dn, one.new_rdn) for one in requests if isinstance(one, Rename)), dn)
        # In a file the old name goes first: a server that keeps references whole would not find it afterwards. A server
        # is told the new name first, so that nobody falls out of a group when this run is killed in between.
        left = "" if self._tree.answers else self._listings.forget(groups, dn, old)
        is_ahead = self._tree.answers and self._written.habits.takes_names_ahead
        entered = self._listings.enter_ahead(groups, planned_dn, new) if is_ahead else []
        ending = self._send_all(change, account, requests)
        if ending.result is not Result.DONE:
            wrong = self._listings.withdraw(entered, (planned_dn, new), (dn, old))
            return replace(ending, message=f"{ending.message} {_UNBORNE.format(wrong)}") if wrong else ending
        # a message says that only the entry's own name stayed as it was
        new_dn = dn if ending.message else planned_dn
        if self._tree.answers:
            wrong = self._listings.withdraw(entered, (planned_dn, new), (new_dn, new))
            left = "; ".join(filter(None, [wrong, self._listings.follow(groups, (dn, old), (new_dn, new))]))
        else:
            left = left or self._listings.enter(groups, new_dn, new)
        return self._still_known(new, left) if left else replace(ending, target_id=account.user.id)

    def _still_known(self, new: str, left: str) -> Ending:
        return failed(
            f"{self._tree.where}: '{new}' was renamed, but groups still list the old name: {left}. The next run puts "
            "them in again where they belong; take the old name out by hand."
        )

    def remove_user(self, change: Change) -> Ending:
        """Remove an account, and its name from every group: whoever gets that name next is somebody else."""
        try:
            account = self._owner(change)
        except NotTheOne as wrong:
            return already("it was already gone") if wrong.is_gone else wrong.ending
        dn, username = account.entry.dn, account.user.username
        if left := self._listings.forget(self._listings.groups(dn, username), dn, username):
            return failed(f"{self._tree.where}: '{change.user}' was not removed, since it is still in groups: {left}")
        return self._send_all(change, account, [Delete(dn)])

    def member(self, change: Change) -> Account:
        """Return the account that a membership is about. Raises `NotTheOne`."""
        return self._owner(change)

    def _send_all(self, change: Change, account: Account, requests: Iterable[Request]) -> Ending:
        attribute = self._written.meaning.id
        proof = next(((attribute, value) for value in account.entry.values(attribute)), None)
        for number, request in enumerate(requests):
            reply = self._tree.send(request, proof)
            if not reply.is_success:
                ending = judged(self._tree.where, change, reply)
                # the account is called so by then: just what its entry is named by is the old name
                is_named = isinstance(request, Rename) and number > 0
                dn = account.entry.dn
                return Ending(Result.DONE, f"its entry is still {dn}: {ending.message}") if is_named else ending
        return Ending(Result.DONE)

    def _owner(self, change: Change, new_name: str = "") -> Account:
        """Return the account that a Change means. Raises `NotTheOne` when there is none, or its name is another one.

        An account that was made in this run is known by its name alone.
        """
        tree = self._tree
        if not change.user_id:
            named = tree.people_called(change.user)
            if len(named) == 1:
                return self._decoded(named[0])
            found = "has no account" if not named else "has several accounts"
            raise NotTheOne(failed(f"{tree.where} {found} '{change.user}'."), is_gone=not named)
        entry = tree.person(change.user_id)
        if entry is None:
            raise self._missing(change)
        account = self._decoded(entry)
        if not any(same(account.user.username, name) for name in (change.user, new_name) if name):
            message = (
                f"'{change.user}' in {tree.where} is called '{account.user.username}' by now. Nothing was done; the "
                "next run plans anew."
            )
            raise NotTheOne(refused(message))
        return account

    def _missing(self, change: Change) -> NotTheOne:
        where = self._tree.where
        if now := self._tree.people_called(change.user):
            message = (
                f"'{change.user}' in {where} is {now[0].dn} now, which has not the id {change.user_id}: somebody else "
                "has taken the name. Nothing was done; the next run plans anew."
            )
            return NotTheOne(refused(message))
        bases = " or ".join(self._tree.selection.user_bases)
        message = f"{where} has no account '{change.user}' (id {change.user_id}) below {bases}."
        return NotTheOne(failed(message), is_gone=True)

    def _decoded(self, entry: Entry) -> Account:
        try:
            return Account(entry, self._tree.decoder.user(entry, self._tree.selection.attributes))
        except EntryUnusable as why:
            raise NotTheOne(failed(f"{self._tree.where}: {entry.dn} can't be used: {why}.")) from None


def _switched(active: bool) -> str:  # noqa: FBT001 - the word for it
    return "enabled" if active else "disabled"


def _encoded(password: str, way: PasswordWay) -> tuple[bytes, ...]:
    """Return the value of the attribute that holds a new account's password, where one does."""
    if not password or way is PasswordWay.BY_REQUEST:
        return ()
    # quoted and in UTF-16, as a domain wants it ([MS-ADTS] 3.1.1.3.1.5.1)
    return (f'"{password}"'.encode("utf-16-le") if way is PasswordWay.BY_DOMAIN else password.encode(),)
