"""Why somebody is where they are: the answers of `dirsync explain USER`, before they become text or JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.estate import Audience
    from dirsync.model.findings import Finding, Mechanism
    from dirsync.model.links import UserLink
    from dirsync.model.plans import Change, Obstacle, Refusal
    from dirsync.model.run import DirectoryRead


@dataclass(frozen=True, slots=True)
class Account:
    """One account, as a Directory shows it."""

    directory: str
    kind: str
    is_complete: bool
    """Whether the Directory was read whole; if not, what is missing here may all the same be there."""
    username: str
    email: str
    id: str
    ref: str
    """What memberships of the same Directory call it."""
    entry: str
    """What an admin finds it by: its DN as written, else its username."""
    active: bool | None
    """None where that can't be told, since the entry can't be used."""
    disabled_because: str = ""
    """The attribute and its value that say so, where the look beyond the Mappings saw them."""
    is_read: bool = True
    """False when no Mapping takes it from there, so that only a look beyond them found it."""
    left_out: str = ""
    """Why it was quarantined; empty when it wasn't."""


@dataclass(frozen=True, slots=True)
class Taking:
    """Whether one Mapping takes one account of its source (or none, when `entry` is empty), and why not."""

    mapping: str
    audience: Audience
    directory: str
    target: str
    entry: str
    is_taken: bool | None
    """None where it can't be said."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a group of a source is called on a target."""

    mapping: str
    directory: str
    group: str


@dataclass(frozen=True, slots=True)
class GroupReached:
    """A group that an account is in: by itself (two names) or through the groups between."""

    directory: str
    path: tuple[str, ...]
    """Username, groups from the nearest on."""
    carried: tuple[Carried, ...] = ()

    @property
    def is_direct(self) -> bool:
        """Say whether the account itself is listed as a member."""
        return len(self.path) == 2  # noqa: PLR2004 - a person and a group


@dataclass(frozen=True, slots=True)
class SeatAnswer:
    """Whether one account holds a seat of one Jira application."""

    directory: str
    username: str
    application: str
    """Key of the Jira application; empty where nobody knows which there are."""
    name: str
    holds: bool | None
    path: tuple[str, ...] = ()
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ExpectedGroup:
    """A default group that somebody of a Mapping is given, or (without `group`) what keeps that unknown."""

    mapping: str
    directory: str
    mechanism: Mechanism
    group: str
    when: str = ""
    leads_to: tuple[str, ...] = ()
    """Names from the group to a Jira application; empty where it reaches none, or `doubt` says why that is open."""
    is_member: bool = False
    doubt: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the store knows of an account on a target."""

    directory: str
    mapping: str
    username: str
    source_id: str
    target_id: str
    made_at: str = ""
    """When dirsync made the account (ISO 8601); empty when it adopted it."""
    made_by: str = ""
    """The run that made it."""
    missed: int = 0
    missed_at: str = ""
    is_deactivated: bool = False
    memberships: tuple[str, ...] = ()
    """Folded names of the groups that dirsync put it into or found it in, and may take it out of."""


@dataclass(frozen=True, slots=True)
class CountedMissing:
    """Somebody whom the source no longer shows, as a complete `sync` read tonight would count it."""

    directory: str
    mapping: str
    username: str
    times: int
    """How often they are then missing, tonight included."""
    needed: int
    """From how often on the Mapping acts."""
    then: str
    """What it does: keep, deactivate or remove."""


@dataclass(frozen=True, slots=True)
class Tonight:
    """What a `sync` now would do about somebody."""

    changes: tuple[Change, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    adopted: tuple[UserLink, ...] = ()
    """Accounts that were there before dirsync and count as its own from tonight on."""
    missing: tuple[CountedMissing, ...] = ()
    unappliable: Mapping[str, str] = field(default_factory=dict)
    """Target Directory of these Changes to the reason why nothing may be written there."""


@dataclass(frozen=True, slots=True)
class Person:
    """Accounts that stand for one person as far as names and links tell, and everything known of them."""

    name: str
    accounts: tuple[Account, ...]
    takings: tuple[Taking, ...] = ()
    groups: tuple[GroupReached, ...] = ()
    seats: tuple[SeatAnswer, ...] = ()
    expected: tuple[ExpectedGroup, ...] = ()
    findings: tuple[Finding, ...] = ()
    remembered: tuple[Remembered, ...] = ()
    tonight: Tonight = Tonight()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer about everybody who is called `asked`."""

    asked: str
    directories: tuple[DirectoryRead, ...]
    people: tuple[Person, ...] = ()
    looked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Directory to where else it was looked than in what the Mappings take (bases, or the whole file)."""
    troubles: tuple[str, ...] = ()
    """What the look beyond the Mappings could not see, and why."""
    without_groups: tuple[str, ...] = ()
    """Directories of which no Mapping reads the groups."""
    refusals: tuple[Refusal, ...] = ()
    """Guards that refuse tonight's plan; one is enough to keep everything from being written."""

    @property
    def is_whole(self) -> bool:
        """Say whether every Directory that may hold the person was read whole."""
        return all(read.completeness.is_complete for read in self.directories)
