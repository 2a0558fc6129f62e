"""Single values that go into groups of an LDAP tree and out of them; never a whole list of members."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dirsync.apply.targets.endings import Ending, already
from dirsync.apply.targets.ldap_replies import NO_SUCH_ATTRIBUTE, NO_SUCH_OBJECT, OBJECT_CLASS_VIOLATION, VALUE_EXISTS
from dirsync.directories.ldap.writing.groups import (
    member_value,
    other_member,
    with_member,
    without_member,
)
from dirsync.model.plans import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dirsync.directories.ldap.entry import Entry
    from dirsync.directories.ldap.writing.tree import Proof, Reply, Tree

_SO_ALREADY = frozenset({NO_SUCH_ATTRIBUTE, VALUE_EXISTS, NO_SUCH_OBJECT})


def proof_of(tree: Tree, group: Entry) -> Proof | None:
    """Return the immutable id of a group, with which the server sees to it that it is still the same one."""
    attribute = tree.decoder.group_meaning(tree.selection.group_attributes).id
    return next(((attribute, value) for value in group.values(attribute)), None)


def put_in(tree: Tree, group: Entry, value: bytes) -> Ending | Reply:
    """Put one member into a group; a Reply where the server said no and the group does not list it.

    Raises ValueError, in words, for a group of a class that can't be written.
    """
    if not tree.answers and tree.lists(group, value):
        return already("it was already a member")
    reply = tree.send(with_member(group, value), proof_of(tree, group))
    if reply.is_success:
        return Ending(Result.DONE)
    # one says attributeOrValueExists, the other entryAlreadyExists: how it is decides
    return already("it was already a member") if tree.lists(group, value) else reply


def take_out(tree: Tree, group: Entry, value: bytes) -> Ending | Reply:
    """Take one member out of a group, also the last one; otherwise as `put_in`."""
    if not tree.answers and not tree.lists(group, value):
        return already("it was no member any more")
    proof = proof_of(tree, group)
    reply = tree.send(without_member(group, value), proof)
    if reply.code == OBJECT_CLASS_VIOLATION:  # it must have one
        reply = tree.send(without_member(group, value, leaves_nobody=True), proof)
    if reply.is_success:
        return Ending(Result.DONE)
    return reply if tree.lists(group, value) else already("it was no member any more")


class Listings:
    """The groups that list an account or a group by its name, where a server does not see to them itself.

    Without a username it is a group. What could not be done is told in words; an empty string means that all is well.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def groups(self, dn: str, username: str) -> list[Entry]:
        """Return those groups."""
        if self._tree.decoder.dialect.writing.keeps_memberships:
            return []
        return list(self._tree.groups_listing(dn, username))

    def forget(self, groups: Iterable[Entry], dn: str, username: str) -> str:
        """Take a name out of groups."""
        return self._each(groups, lambda group: take_out(self._tree, group, member_value(group, dn, username)))

    def enter(self, groups: Iterable[Entry], dn: str, username: str) -> str:
        """Put a name into groups."""
        return self._each(groups, lambda group: put_in(self._tree, group, member_value(group, dn, username)))

    def enter_ahead(self, groups: Iterable[Entry], dn: str, username: str) -> list[Entry]:
        """Put a name that nobody bears yet into groups, and return those that did not list it.

        A group that takes no such name is passed over: `follow` comes to it afterwards.
        """
        entered = []
        for group in groups:
            with suppress(ValueError):
                end = put_in(self._tree, group, member_value(group, dn, username))
                if isinstance(end, Ending) and end.result is Result.DONE:
                    entered.append(group)
        return entered

    def withdraw(self, entered: Iterable[Entry], ahead: tuple[str, str], now: tuple[str, str]) -> str:
        """Take out again what `enter_ahead` has put in, a (DN, username), where the account is called otherwise."""
        wrong = [group for group in entered if member_value(group, *ahead) != member_value(group, *now)]
        return self.forget(wrong, *ahead)

    def follow(self, groups: Iterable[Entry], old: tuple[str, str], new: tuple[str, str]) -> str:
        """Let groups list a name, which is (DN, username), as another one, or as nothing else where they list both."""

        def other(group: Entry) -> Ending | Reply:
            before, after = member_value(group, *old), member_value(group, *new)
            if before == after:
                return already()
            reply = self._tree.send(other_member(group, before, after), proof_of(self._tree, group))
            if reply.is_success:
                return Ending(Result.DONE)
            # asked only now: a name that differs in letters alone is the same one to the server, and is changed above
            if reply.code == VALUE_EXISTS and self._tree.lists(group, before):
                return take_out(self._tree, group, before)
            # a server that keeps references whole may have been quicker
            return already() if reply.code in _SO_ALREADY and self._tree.lists(group, after) else reply

        return self._each(groups, other)

    @staticmethod
    def _each(groups: Iterable[Entry], carry_out: Callable[[Entry], Ending | Reply]) -> str:
        troubles = []
        for group in groups:
            try:
                end = carry_out(group)
            except ValueError as error:
                troubles.append(f"{group.dn} ({error})")
                continue
            if not isinstance(end, Ending):
                troubles.append(f"{group.dn} ({end.words})")
        return "; ".join(troubles)
