"""What undoing stands on: one target as it is, with what was already taken back laid over it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from dirsync.model.changed import ChangedSnapshot
from dirsync.model.names import fold, nfc
from dirsync.model.plans import Change, Op, Result
from dirsync.model.touched import NEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from dirsync.model.entries import Group, User
    from dirsync.model.journaled import Journaled
    from dirsync.model.links import Link, Links
    from dirsync.model.snapshot import Snapshot

Thing = tuple[str, str, str, str]
"""(directory, what, whose, attribute): what a Change alters."""
MEMBERSHIPS = frozenset({Op.ADD_MEMBER, Op.REMOVE_MEMBER, Op.ADD_CHILD_GROUP, Op.REMOVE_CHILD_GROUP})
MAKING = frozenset({Op.CREATE_USER, Op.CREATE_GROUP, Op.REMOVE_USER, Op.REMOVE_GROUP})


@dataclass(frozen=True, slots=True)
class Back:
    """How one Change is taken back; neither a Change nor a reason: it is as it was before already."""

    change: Change | None = None
    why_not: str = ""
    """Why it, or a part of it, stays as it is."""
    restores: tuple[Link, ...] | None = None
    """The links that hold once it is taken back; None: those that follow from the inverse Change."""


AS_BEFORE = Back()


@dataclass
class Ground:
    """One target, for the Changes of one run."""

    directory: str
    target: Snapshot
    links: Links
    entries: Sequence[Journaled]
    """What the run did on this target, in its order."""
    later: Mapping[Thing, str]
    """What later runs have altered, with the newest of them."""
    mappings: Sequence[str]
    """Names of the Mappings that feed the target."""
    now: ChangedSnapshot = field(init=False)
    """The target with what was already taken back laid over it."""

    def __post_init__(self) -> None:
        """Begin with nothing taken back."""
        self.now = ChangedSnapshot(self.target, ())

    @cached_property
    def _made(self) -> Mapping[str, str]:
        """Folded names of accounts that the run made, with their ids."""
        return {
            fold(one.change.user): one.outcome.target_id
            for one in self.entries
            if one.change.op is Op.CREATE_USER and one.outcome and one.outcome.target_id
        }

    @cached_property
    def _called_for(self) -> Mapping[str, set[tuple[str, str]]]:
        """(folded group, account id) of the memberships that each Mapping calls for."""
        found: dict[str, set[tuple[str, str]]] = {}
        for mapping in self.mappings:
            accounts = {link.source_id: link.target_id for link in self.links.users(self.directory, mapping)}
            found[mapping] = {
                (link.group, accounts.get(link.source_id, "")) for link in self.links.members(self.directory, mapping)
            }
        return found

    def account(self, change: Change) -> User | None:
        """Find the account that a Change was about; one that was made anew since is known by its link."""
        account_id = change.user_id or self._made.get(fold(change.user), "")
        if account_id and (found := self.now.user(account_id)):
            return found
        if found := self.linked(change):
            return found
        named = self.now.user_named(change.user)
        is_ours = named is not None and (named.id.startswith(NEW) or not account_id)
        return named if is_ours else None

    def linked(self, change: Change) -> User | None:
        """Find the account that stands now for the person a Change was about."""
        link = self.links.user(self.directory, change.mapping, change.source_id)
        return self.now.user(link.target_id) if link else None

    def group(self, name: str, group_id: str = "") -> Group | None:
        """Find a group by id, or by name where it has none or was made anew."""
        if group_id in self._groups:
            named = self.now.group_named(self._groups[group_id])
            if named is not None and named.id == group_id:
                return named
        return self.now.group_named(name)

    @cached_property
    def _groups(self) -> Mapping[str, str]:
        """Ids of the target's groups, with their names."""
        return {group.id: group.name for group in self.target.groups()}

    def is_member(self, account: User, group: Group) -> bool:
        """Say whether an account is directly in a group."""
        return any(one.id == group.id for one in self.now.groups_of(account.id))

    def also_called_for_by(self, change: Change, account: User) -> str:
        """Return the name of another Mapping that calls for a membership, or an empty string."""
        if len(self.mappings) == 1:
            return ""
        wanted = fold(change.group), account.id
        others = (mapping for mapping in self.mappings if mapping != change.mapping)
        return next((mapping for mapping in others if wanted in self._called_for[mapping]), "")

    def altered_later(self, entry: Journaled) -> str:
        """Return which later run was the last to alter the same, or an empty string.

        One that took another run back is none: what it left may be what this run left.
        """
        return next((run for thing in things(entry) if (run := self.later.get(thing, ""))), "")


def things(entry: Journaled) -> Iterator[Thing]:
    """Yield what a Change of the journal altered."""
    change = entry.change
    if change.op in MEMBERSHIPS:
        yield change.directory, "membership", fold(change.group), fold(change.user) or f"({fold(change.child_group)})"
        return
    if change.op in MAKING:
        # a person who is made anew gets another id
        whose = f"{change.mapping} {change.source_id}" if change.user else fold(change.group)
        yield change.directory, "user" if change.user else "group", whose, ""
        return
    for attribute in change.after:
        whose = change.user_id if change.user else fold(change.group)
        yield change.directory, "user's" if change.user else "group's", whose, attribute


def altered(later: Iterable[Journaled]) -> dict[Thing, str]:
    """Return what runs have altered, with the last of them; they come in their order. It is empty for an undo."""
    return {thing: "" if entry.is_undo else entry.run for entry in later for thing in things(entry)}


def account_id(user: User) -> str:
    """Return an account's immutable id; nothing for one that is still to be made."""
    return "" if user.id.startswith(NEW) else user.id


def group_id(group: Group) -> str:
    """Return a group's immutable id; nothing for one that is still to be made."""
    return "" if group.id.startswith(NEW) else group.id


def differing(left: Mapping[str, str | bool], now: object, said: Callable[[str], str] = str) -> list[str]:
    """Return in words, per attribute, where something is not as the run left it."""
    return [
        f"{said(name)}: the run left {_shown(value)}, and it is {_shown(getattr(now, name))} now"
        for name, value in left.items()
        if not equal(value, getattr(now, name))
    ]


def equal(one: str | bool, other: str | bool) -> bool:  # noqa: FBT001 - an attribute's value may be a truth
    """Say whether an attribute has a value."""
    return nfc(str(one)) == nfc(str(other))


def _shown(value: str | bool) -> str:  # noqa: FBT001 - as above
    return f"'{value}'" if isinstance(value, str) else str(value).lower()


def is_undoable(entry: Journaled) -> bool:
    """Say whether a run may have altered something by a Change: what it only wrote down, somebody may have made."""
    return entry.outcome is not None and entry.outcome.result in {Result.DONE, Result.PLANNED}
