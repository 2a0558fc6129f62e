"""Plans: an ordered, digested list of reversible steps, and what became of each."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from dirsync.model.conflicts import Conflicts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dirsync.model.piles import Pile


class Op(StrEnum):
    """What a Change does (closed vocabulary of the report)."""

    CREATE_USER = "create_user"
    UPDATE_USER = "update_user"
    RENAME_USER = "rename_user"
    DEACTIVATE_USER = "deactivate_user"
    REACTIVATE_USER = "reactivate_user"
    REMOVE_USER = "remove_user"
    CREATE_GROUP = "create_group"
    UPDATE_GROUP = "update_group"
    RENAME_GROUP = "rename_group"
    REMOVE_GROUP = "remove_group"
    ADD_MEMBER = "add_member"
    REMOVE_MEMBER = "remove_member"
    ADD_CHILD_GROUP = "add_child_group"
    REMOVE_CHILD_GROUP = "remove_child_group"
    CREATE_ORGANIZATION = "create_organization"
    LINK_ORGANIZATION = "link_organization"
    ADD_TO_ORGANIZATION = "add_to_organization"
    REMOVE_FROM_ORGANIZATION = "remove_from_organization"
    UNLINK_ORGANIZATION = "unlink_organization"
    REMOVE_ORGANIZATION = "remove_organization"


@dataclass(frozen=True, slots=True)
class Change:
    """One reversible step on one target. Names are the target's; `user_id` and `group_id` its immutable ids.

    `before` and `after` hold just the attributes the step touches (username, email, first_name, last_name,
    display_name, active; name, description), so that undo can swap them. Of an organisation (`group`, `group_id`) it is
    the key of the service project that serves it (`service_project`). `source_id` is the immutable id of
    the person or group in the Directory the Mapping reads: what the link in the store is kept under.
    """

    op: Op
    directory: str
    mapping: str
    user: str = ""
    user_id: str = ""
    group: str = ""
    group_id: str = ""
    child_group: str = ""
    before: Mapping[str, str | bool] = field(default_factory=dict)
    after: Mapping[str, str | bool] = field(default_factory=dict)
    reason: str = ""
    source_id: str = ""

    @property
    def id(self) -> str:
        """A digest of what it does (not of why): the same step planned again has the same id."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()[:16]

    def canonical(self) -> str:
        """Return the step as canonical JSON: the form that digests and comparisons of plans use."""
        return json.dumps(
            {
                "op": self.op,
                "directory": self.directory,
                "mapping": self.mapping,
                "user": self.user,
                "user_id": self.user_id,
                "group": self.group,
                "group_id": self.group_id,
                "child_group": self.child_group,
                "before": dict(self.before),
                "after": dict(self.after),
                "source_id": self.source_id,
            },
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=True,
        )


class Result(StrEnum):
    """What became of a Change."""

    DONE = "done"
    ALREADY_SO = "already_so"
    REFUSED = "refused"
    FAILED = "failed"
    NOT_TRIED = "not_tried"
    PLANNED = "planned"
    """Written down for somebody else to carry out: nothing is known to have changed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one Change; `target_id` is the immutable id the target gave to what was created."""

    change: str
    result: Result
    message: str = ""
    at: str = ""
    target_id: str = ""


class Target(Protocol):
    """Something changes are carried out on."""

    directory: str

    def carry_out(self, change: Change) -> Outcome:
        """Carry out one Change and say what became of it.

        What is already as the Change wants it counts as `already_so`. A refusal by the target is an Outcome,
        not an exception; `DirectoryUnreadable` is raised only when the target can't be reached at all any more.
        """


@dataclass(frozen=True, slots=True)
class Adoption:
    """An account that was on the target before dirsync, and that stands for somebody of a source from now on.

    What is adopted is dirsync's own afterwards: it may be updated, deactivated or removed as its Mapping says.
    """

    directory: str
    mapping: str
    user: str
    user_id: str
    source_id: str

    def canonical(self) -> str:
        """Return it as canonical JSON, for digests."""
        told = ["adopt", self.directory, self.mapping, self.user, self.user_id, self.source_id]
        return json.dumps(told, separators=(",", ":"), ensure_ascii=True)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something a plan leaves out, by name, and why: a name taken by somebody else, two people with one name."""

    directory: str
    mapping: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a Guard said about a plan; `message` shows its sum and the way out."""

    guard: str
    refused: bool
    message: str
    mapping: str = ""
    directory: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything tonight would change, in an order in which every prefix is safe."""

    changes: tuple[Change, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    unappliable: Mapping[str, str] = field(default_factory=dict)
    """Target Directory to the reason why nothing may be written to it: what feeds it, or itself, was not read whole."""
    base: Mapping[str, str] = field(default_factory=dict)
    """Directory to the server's cursor it was made from; evidence, not part of the digest."""
    adopted: Pile[Adoption] | tuple[Adoption, ...] = ()
    """Accounts that dirsync takes over when this is applied; by directory and the ids of the people."""
    conflicts: Conflicts = field(default_factory=Conflicts)
    """Whom several Mappings take; told, and no part of what is carried out or digested."""

    @property
    def digest(self) -> str:
        """A digest over every Change in order and every Adoption; equal plans have equal digests."""
        hasher = hashlib.sha256()
        told: Iterator[Change | Adoption] = chain(self.changes, self.adopted)
        for one in told:
            hasher.update(one.canonical().encode())
            hasher.update(b"\n")
        return hasher.hexdigest()[:16]

    @property
    def appliable(self) -> tuple[Change, ...]:
        """The Changes on targets whose sources and selves were read whole."""
        return tuple(change for change in self.changes if change.directory not in self.unappliable)

    @property
    def adoptable(self) -> Iterator[Adoption]:
        """As `appliable`, for what is taken over, one after the other: a first night may take over everybody."""
        return (one for one in self.adopted if one.directory not in self.unappliable)
