"""Why somebody is where they are: the answers of `dirsync explain USER`, before they become text or JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from dirsync.model.organizations import ORGANIZATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dirsync.model.conflicts import Conflict
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


class Standing(StrEnum):
    """What an account is to Jira, beside the others of its name."""

    COUNTS = "counts"
    """The one that the username means, by every reading."""
    MAY_COUNT = "may-count"
    """By some reading."""
    ADDS = "adds"
    """Another one counts, and Crowd adds the memberships of this one to it."""
    MASKED = "masked"
    """Another one of the name stands before it."""
    HIDDEN = "hidden"
    """Crowd does not show it to Jira."""
    UNREAD = "unread"
    """No account: the directory was not read whole, and may have one."""


@dataclass(frozen=True, slots=True)
class PlaceInJira:
    """One account of a username, where it stands in the order in which Jira asks."""

    number: int
    """Its place, from 1; inside a user directory of Jira that shows several Directories, each has its own."""
    user_directory: str
    """As Jira calls it."""
    directory: str
    id: str
    active: bool | None
    """None where nobody was seen."""
    standing: Standing


class Takes(StrEnum):
    """Whether a username takes a seat."""

    YES = "yes"
    NO = "no"
    OPEN = "open"
    MASKED = "masked"
    """No, but by the groups of an account below the one that counts it would."""


@dataclass(frozen=True, slots=True)
class EffectiveSeat:
    """Whether a username takes a seat of one Jira application, as all directories stand together."""

    application: str
    """Key of the Jira application; empty where nobody knows which there are."""
    name: str
    takes: Takes
    directory: str = ""
    """Where the account is by whose groups it does, or would."""
    path: tuple[str, ...] = ()
    why: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class InJira:
    """What Jira makes of one username."""

    username: str
    places: tuple[PlaceInJira, ...] = ()
    seats: tuple[EffectiveSeat, ...] = ()
    why: str = ""
    """What keeps open which account counts, or what the order is; empty where nothing does."""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A seat that is not taken today, and would be as soon as a default group is given."""

    application: str
    group: str
    mechanism: Mechanism
    directory: str
    when: str
    path: tuple[str, ...]
    """From the group to the Jira application."""


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
class Belonging:
    """An organisation of Jira Service Management that somebody is in, whoever put them there."""

    organization: str
    id: str
    username: str
    """What Jira calls the account that is in it."""
    mappings: tuple[str, ...] = ()
    """Those that put it in or found it there; empty: somebody else's doing, which dirsync leaves."""


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
    conflicts: tuple[Conflict, ...] = ()
    """Where several Mappings take one of the accounts, or another one that looks like the same person."""


@dataclass(frozen=True, slots=True)
class Person:
    """Accounts that stand for one person as far as names and links tell, and everything known of them."""

    name: str
    accounts: tuple[Account, ...]
    takings: tuple[Taking, ...] = ()
    groups: tuple[GroupReached, ...] = ()
    seats: tuple[SeatAnswer, ...] = ()
    in_jira: tuple[InJira, ...] = ()
    """One for each username that the accounts bear, in the Directories that Jira sees."""
    at_risk: tuple[AtRisk, ...] = ()
    expected: tuple[ExpectedGroup, ...] = ()
    findings: tuple[Finding, ...] = ()
    remembered: tuple[Remembered, ...] = ()
    tonight: Tonight = Tonight()
    organizations: tuple[Belonging, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole answer about everybody who is called `asked`."""

    asked: str
    directories: tuple[DirectoryRead, ...]
    """The organisations of Jira too, where a Mapping carries any."""
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
        """Say whether everything was read whole."""
        return all(read.completeness.is_complete for read in self.directories)

    @property
    def hides_nobody(self) -> bool:
        """Say whether every Directory that may hold the person was read whole."""
        return all(read.completeness.is_complete for read in self.directories if read.name != ORGANIZATIONS)
