"""Links: what dirsync created or adopted on a target, per Mapping. Nothing else is ever taken away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


@dataclass(frozen=True, slots=True)
class UserLink:
    """A person of the source and the account on the target that stands for them."""

    directory: str
    mapping: str
    source_id: str
    target_id: str
    """The target's immutable id (Crowd's key; the folded name where it has none)."""
    username: str
    """The account's name on the target when it was last seen."""
    missed: int = 0
    """In how many complete `sync` reads, far enough apart, the person was missing from the source."""
    missed_at: str = ""
    """When the last of those reads was (ISO 8601, UTC)."""
    is_deactivated: bool = False
    """True when dirsync itself deactivated the account."""


@dataclass(frozen=True, slots=True)
class MemberLink:
    """A membership on the target that the source calls for; `group` is the folded name of the target's group."""

    directory: str
    mapping: str
    source_id: str
    group: str


@dataclass(frozen=True, slots=True)
class GroupLink:
    """A group that dirsync created on the target."""

    directory: str
    mapping: str
    group: str
    """Folded name."""


Link = UserLink | MemberLink | GroupLink
BareLink = tuple[str, str, str, int, str, bool]
"""The fields of a `UserLink` from its source id on, where Directory and Mapping are known."""
BETWEEN = "\n"
"""Stands between the names of several groups; a folded name holds no such sign (`dirsync.model.names.fold`)."""


class Links(Protocol):
    """Reads links. A store that was lost gives none: that is a first run, in which nothing is taken away."""

    def user(self, directory: str, mapping: str, source_id: str) -> UserLink | None:
        """Find the account that stands for a person."""

    def known(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[str]:
        """Yield those of some people who have an account, each once; cheaper than asking for one after the other."""

    def owner(self, directory: str, target_id: str) -> UserLink | None:
        """Find the person for whom an account stands, whatever the Mapping."""

    def owners(self, directory: str, target_ids: Collection[str]) -> Iterator[UserLink]:
        """Yield what `owner` finds for each of some accounts; cheaper than asking for one after the other."""

    def shared(self, directory: str) -> Iterator[str]:
        """Yield the ids of accounts that stand for several people, or for one under several Mappings."""

    def users(self, directory: str, mapping: str) -> Iterator[UserLink]:
        """Yield a Mapping's accounts on a target, by source id (as Python sorts text)."""

    def count_users(self, directory: str, mapping: str) -> int:
        """Count them."""

    def members(self, directory: str, mapping: str) -> Iterator[MemberLink]:
        """Yield a Mapping's memberships on a target, by group, then source id."""

    def members_by_person(self, directory: str, mapping: str) -> Iterator[tuple[str, str]]:
        """Yield the same as (source id, folded group), by source id (as Python sorts text)."""

    def bare_users(self, directory: str, mapping: str) -> Iterator[BareLink]:
        """Yield what `users` tells, in the same order and cheaper: nothing is made of it yet."""

    def groups_by_person(self, directory: str, mapping: str) -> Iterator[tuple[str, str]]:
        """Yield (source id, folded groups as Python sorts text, with BETWEEN between them), by source id likewise."""

    def bare_users_among(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[BareLink]:
        """Yield the same as `bare_users` of some people only."""

    def groups_among(self, directory: str, mapping: str, source_ids: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the same as `groups_by_person` of some people only."""

    def state(self, directory: str, mapping: str) -> str:
        """Return a name for what a Mapping's links on a target are; whenever any is written they get another one."""

    def groups(self, directory: str, mapping: str) -> Iterator[GroupLink]:
        """Yield the groups a Mapping created on a target, by name."""
