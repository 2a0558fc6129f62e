"""Directories in the order in which a product asks them, and what each is set to.

A setting that nobody told has several possible values: `EITHER` for a switch. What follows from it is then worked out
for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dirsync.audit.admission import authorised
from dirsync.model.memory import MemorySpool
from dirsync.model.snapshot import WHOLE, Completeness

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dirsync.model.entries import User
    from dirsync.model.facts import Fact
    from dirsync.model.snapshot import Snapshot

YES = (True,)
NO = (False,)
EITHER = (True, False)
NOBODY: tuple[str, ...] = ()


class Filtering(StrEnum):
    """What Crowd's access-based synchronisation hides from an application [SYNC]."""

    NONE = "none"
    USERS = "users"
    """Shown are all groups, but only users with access."""
    USERS_AND_GROUPS = "users-and-groups"
    """Shown are only users and groups with access."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Whom of a directory Crowd authenticates for the application: everybody, or members of some groups."""

    groups: tuple[str, ...] | None = None
    """None lets everybody in: with "allow all to authenticate" the groups are ignored."""


EVERYBODY = Admission()


@dataclass(frozen=True, eq=False)
class Layer:
    """One Directory in an order. An inactive directory of Crowd is none: nobody is looked for in it [CWD-1944]."""

    directory: str
    snapshot: Snapshot
    """Of one that was not read: `unread`."""
    selection: str = WHOLE
    admission: Admission | None = EVERYBODY
    """None where nobody told."""
    grants_add_user: tuple[bool, ...] = YES
    """Whether the application may make users in it: Crowd asks for that on both levels."""
    default_groups: tuple[str, ...] | None = NOBODY
    """Those of the Crowd application for this directory; None where nobody told, as below."""
    directory_default_groups: tuple[str, ...] | None = NOBODY
    """Those of the Crowd directory itself."""
    missing: tuple[Fact[Any], ...] = ()
    """What keeps its memberships from being the whole truth."""

    @property
    def is_whole(self) -> bool:
        """Whether every user was read, so that a name not found there is not there."""
        return self.snapshot.completeness.is_complete

    def named(self, username: str) -> tuple[User, ...]:
        """Return the users of a name; several where the Directory itself allows namesakes."""
        return tuple(self.snapshot.users_named(username, self.selection))

    @cached_property
    def authorised_ids(self) -> frozenset[str] | None:
        """Ids of the groups whose members are let in, with all groups inside them [NESTED]; None lets everybody in.

        Empty where nobody told who is let in.
        """
        if self.admission is None:
            return frozenset()
        return None if self.admission.groups is None else frozenset(authorised(self.snapshot, self.admission.groups))

    @property
    def may_have_more_memberships(self) -> bool:
        """Whether who is not seen to be in a group may be in it all the same."""
        return bool(self.missing) or not self.is_whole

    def may_authenticate(self, user: User) -> tuple[bool, ...]:
        """Return whether Crowd lets a user of this Directory in, or EITHER where that is open.

        Only memberships in this Directory count, whatever is aggregated [ORDER-C].
        """
        let_in = self.authorised_ids
        if let_in is None:
            return YES
        if any(group.id in let_in for group in self.snapshot.groups_of(user.id)):
            return YES
        return EITHER if self.admission is None or self.may_have_more_memberships else NO


def unread(directory: str) -> Snapshot:
    """Return what there is of a Directory that was not read."""
    return MemorySpool(directory).finish(Completeness(is_complete=False, reason="it was not read"))


@dataclass(frozen=True, eq=False)
class View:
    """One user directory of Jira: a Directory, or those that a Crowd application shows as one, in Crowd's order.

    Alone in an `Order` it is a Crowd application as any client sees it.
    """

    name: str
    layers: tuple[Layer, ...]
    is_active: tuple[bool, ...] = YES
    aggregates: tuple[bool, ...] = NO
    """Whether memberships of one name are added up over the layers: Crowd's `aggregateMemberships` [EFFECTIVE]."""
    filterings: tuple[Filtering, ...] = (Filtering.NONE,)
    nests: tuple[bool, ...] = YES
    """Whether nested groups are enabled, without which a group inside another one gives nothing."""
    is_writable: tuple[bool, ...] = YES
    """Whether Jira may make users in it: its mode is Read/Write."""
    default_groups: tuple[str, ...] | None = NOBODY
    """Jira's own "default group memberships" of the user directory; None where nobody told."""
    missing: tuple[Fact[Any], ...] = ()
    """What would settle those of its settings that are open."""

    @property
    def may_hide_users(self) -> bool:
        """Whether users without access may be hidden."""
        return self.filterings != (Filtering.NONE,)


@dataclass(frozen=True, slots=True)
class Place:
    """A layer, and where it stands."""

    view: View
    layer: Layer
    above: tuple[Layer, ...]
    """Every layer that is asked before it, in this view and in those above."""
    beside: tuple[Layer, ...]
    """Those of them that are in its own view."""


@dataclass(frozen=True, eq=False)
class Order:
    """User directories in Jira's order, the first on top; or one View, for a Crowd application."""

    views: tuple[View, ...]

    def places(self) -> Iterator[Place]:
        """Yield the layers from the top down, without those of user directories that are switched off."""
        above: tuple[Layer, ...] = ()
        for view in self.views:
            if True not in view.is_active:
                continue
            for position, layer in enumerate(view.layers):
                yield Place(view, layer, above, view.layers[:position])
                above = (*above, layer)
